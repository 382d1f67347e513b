import { badFile } from '../errors.js';
import type { OpcodeGroup, PickleMachine } from './machine.js';

const HIGHEST_PROTOCOL = 5;

function protocol(machine: PickleMachine): void {
  const version = machine.reader.uint8('the protocol');
  if (version > HIGHEST_PROTOCOL) throw badFile(`protocol ${version}; at most ${HIGHEST_PROTOCOL} is known`);
}

/** Frames only help a reader of streams: the length is checked and its content read straight on. */
function frame(machine: PickleMachine): void {
  const length = machine.reader.uint64('a frame');
  if (length > machine.reader.left) throw badFile(`a frame of ${length} bytes, but ${machine.reader.left} are left`);
}

function memoIndex(machine: PickleMachine): number {
  const line = machine.reader.line('a memo index');
  if (!/^\d{1,10}$/.test(line)) throw badFile(`${JSON.stringify(line.slice(0, 40))} is no memo index`);
  return Number(line);
}

function pop(machine: PickleMachine): void {
  const { stack, marks } = machine;
  if (marks.length > 0 && marks[marks.length - 1] === stack.length) marks.pop();
  else machine.pop();
}

function refuse(reason: string): () => never {
  return () => {
    throw badFile(`is not allowed in a model file: ${reason}`);
  };
}

/** Protocol, frames, the stack, the memo, and what no model file needs. */
export const stackOpcodes: OpcodeGroup = [
  [0x80, 'PROTO', protocol],
  [0x95, 'FRAME', frame],
  [0x28, 'MARK', m => m.marks.push(m.stack.length)],
  [0x30, 'POP', pop],
  [
    0x31,
    'POP_MARK',
    m => {
      m.stack.length = m.popMark();
    },
  ],
  [0x32, 'DUP', m => m.push(m.top())],
  [0x70, 'PUT', m => m.memo.set(memoIndex(m), m.top())],
  [0x71, 'BINPUT', m => m.memo.set(m.reader.uint8('a memo index'), m.top())],
  [0x72, 'LONG_BINPUT', m => m.memo.set(m.reader.uint32('a memo index'), m.top())],
  [0x94, 'MEMOIZE', m => m.memo.set(m.memo.size, m.top())],
  [0x67, 'GET', m => m.push(m.memo.get(memoIndex(m)))],
  [0x68, 'BINGET', m => m.push(m.memo.get(m.reader.uint8('a memo index')))],
  [0x6a, 'LONG_BINGET', m => m.push(m.memo.get(m.reader.uint32('a memo index')))],
  [0x98, 'READONLY_BUFFER', m => void m.top()],
  [0x97, 'NEXT_BUFFER', refuse('it points to a buffer outside the file')],
  [0x50, 'PERSID', refuse('it points to an object outside the file')],
  [0x51, 'BINPERSID', refuse('it points to an object outside the file')],
  [0x82, 'EXT1', refuse('it points to a registry of the program that wrote the file')],
  [0x83, 'EXT2', refuse('it points to a registry of the program that wrote the file')],
  [0x84, 'EXT4', refuse('it points to a registry of the program that wrote the file')],
  [0x53, 'STRING', refuse('strings of Python 2 are not read')],
  [0x54, 'BINSTRING', refuse('strings of Python 2 are not read')],
  [0x55, 'SHORT_BINSTRING', refuse('strings of Python 2 are not read')],
];
