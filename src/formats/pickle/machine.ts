import { ByteReader } from '../byte-reader.js';
import { badFile } from '../errors.js';
import type { PickleLimits } from './limits.js';
import { Memo } from './memo.js';
import { type PyGlobal, PyTuple, type PyValue, typeName } from './values.js';

/** Finds the class or function a file names, or throws because files may not name it. It never becomes code. */
export type FindGlobal = (module: string, name: string) => PyGlobal;

/** What an opcode does to the machine; its arguments follow in the reader. */
export type Opcode = (machine: PickleMachine) => void;
export type OpcodeGroup = readonly (readonly [code: number, name: string, run: Opcode])[];

/** What opcodes work on: a stack, marks on it, and a memo of values for a second mention. */
export abstract class PickleMachine {
  readonly reader: ByteReader;
  stack: PyValue[] = [];
  /** Heights of the stack at which a MARK was set. */
  marks: number[] = [];
  memo: Memo;
  /** True while an object array's own pickle is read, which holds no further inline arrays. */
  nested = false;
  private objects = 0;
  private copied = 0;

  constructor(
    bytes: Uint8Array,
    readonly limits: PickleLimits,
    readonly findGlobal: FindGlobal,
  ) {
    this.reader = new ByteReader(bytes);
    this.memo = new Memo(limits.maxMemoEntries);
  }

  /** Reads the pickle inside this pickle that holds the elements of an object array; its memo is its own. */
  abstract runNested(): PyValue;

  push(value: PyValue): void {
    if (this.stack.length >= this.limits.maxStack)
      throw badFile(`more than ${this.limits.maxStack} values on the stack`);
    this.stack.push(value);
  }

  /** As push, for values that hold others: counted against the limit of objects. */
  pushObject(value: PyValue): void {
    if (++this.objects > this.limits.maxObjects) throw badFile(`more than ${this.limits.maxObjects} objects`);
    this.push(value);
  }

  /** As pushObject, for bytes made of a text. Each is written with a text of its own, so all together are no longer than the file. */
  pushCopy(bytes: Uint8Array): void {
    this.copied += bytes.length;
    if (this.copied > this.reader.length) throw badFile('makes bytes of the same text again and again');
    this.pushObject(bytes);
  }

  pop(): PyValue {
    const { stack, marks } = this;
    if (stack.length === 0 || (marks.length > 0 && stack.length <= marks[marks.length - 1])) {
      throw badFile('takes a value from an empty stack');
    }
    return stack.pop() as PyValue;
  }

  top(): PyValue {
    const { stack, marks } = this;
    if (stack.length === 0 || (marks.length > 0 && stack.length <= marks[marks.length - 1])) {
      throw badFile('looks at a value on an empty stack');
    }
    return stack[stack.length - 1];
  }

  replaceTop(value: PyValue): void {
    this.stack[this.stack.length - 1] = value;
  }

  /** The height of the last mark, which is forgotten. */
  popMark(): number {
    const mark = this.marks.pop();
    if (mark === undefined) throw badFile('goes back to a mark that was never set');
    return mark;
  }

  /** The values above the last mark, taken from the stack. */
  popToMark(): PyValue[] {
    const mark = this.popMark();
    const values = this.stack.slice(mark);
    this.stack.length = mark;
    return values;
  }

  popTuple(what: string): PyTuple {
    const value = this.pop();
    if (!(value instanceof PyTuple)) throw badFile(`${what} must be a tuple, got ${typeName(value)}`);
    return value;
  }
}
