import { containerOpcodes } from './opcodes-containers.js';
import { objectOpcodes } from './opcodes-objects.js';
import { scalarOpcodes } from './opcodes-scalars.js';
import { stackOpcodes } from './opcodes-stack.js';
import type { Unpickler } from './unpickler.js';

/** What an opcode does to the machine; its arguments follow in the reader. */
export type Opcode = (machine: Unpickler) => void;
export type OpcodeGroup = readonly (readonly [code: number, name: string, run: Opcode])[];

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
