import type { Opcode, OpcodeGroup } from './machine.js';
import { containerOpcodes } from './opcodes-containers.js';
import { objectOpcodes } from './opcodes-objects.js';
import { scalarOpcodes } from './opcodes-scalars.js';
import { stackOpcodes } from './opcodes-stack.js';

const ALL: OpcodeGroup = [...scalarOpcodes, ...containerOpcodes, ...stackOpcodes, ...objectOpcodes];

export const opcodeNames: ReadonlyMap<number, string> = new Map([
  [0x2e, 'STOP'],
  ...ALL.map(([code, name]) => [code, name] as const),
]);

/** By opcode; a table of functions reads faster than a switch of 70 cases and keeps each group in its own file. */
export const opcodes: readonly (Opcode | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => ALL.find(([known]) => known === code)?.[2],
);
