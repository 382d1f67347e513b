import { ServerError } from '../../core/errors.js';
import { ByteReader } from '../byte-reader.js';
import { badFile } from '../errors.js';
import type { PickleLimits } from './limits.js';
import { Memo } from './memo.js';
import { opcodeNames, opcodes } from './opcodes.js';
import { type PyGlobal, PyTuple, type PyValue, typeName } from './values.js';

/** Finds the class or function a file names, or throws because files may not name it. It never becomes code. */
export type FindGlobal = (module: string, name: string) => PyGlobal;

const STOP = 0x2e;

/**
 * The pickle machine, protocols 0 to 5: a stack, marks on it, and a memo of values for a second mention. One loop
 * without recursion, so nesting costs heap and is counted, never call stack. What each opcode does stands in the
 * opcode files; what the calls that a pickle asks for mean (none is ever made) stands in construct.ts.
 */
export class Unpickler {
  readonly reader: ByteReader;
  stack: PyValue[] = [];
  /** Heights of the stack at which a MARK was set. */
  marks: number[] = [];
  memo: Memo;
  /** True while an object array's own pickle is read, which holds no further inline arrays. */
  nested = false;
  private objects = 0;

  constructor(
    bytes: Uint8Array,
    readonly limits: PickleLimits,
    readonly findGlobal: FindGlobal,
  ) {
    this.reader = new ByteReader(bytes);
    this.memo = new Memo(limits.maxMemoEntries);
  }

  /** Runs up to STOP and answers the value. Throws INVALID_ARGUMENT that says what is wrong and at which byte. */
  run(): PyValue {
    const { reader } = this;
    let start = reader.position;
    try {
      for (;;) {
        start = reader.position;
        const code = reader.uint8('an opcode');
        if (code === STOP) break;
        const opcode = opcodes[code];
        if (opcode === undefined) throw badFile(`there is no opcode 0x${code.toString(16).padStart(2, '0')}`);
        opcode(this);
      }
      const value = this.pop();
      if (this.stack.length > 0) throw badFile('STOP leaves more than one value');
      return value;
    } catch (error) {
      throw this.located(error, start);
    }
  }

  /** Reads the pickle inside this pickle that holds the elements of an object array; its memo is its own. */
  runNested(): PyValue {
    const { stack, marks, memo } = this;
    this.stack = [];
    this.marks = [];
    this.memo = new Memo(this.limits.maxMemoEntries);
    this.nested = true;
    const value = this.run();
    this.nested = false;
    this.stack = stack;
    this.marks = marks;
    this.memo = memo;
    return value;
  }

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

  private located(error: unknown, start: number): ServerError {
    if (error instanceof ServerError && error.message.startsWith('pickle')) return error;
    const name = opcodeNames.get(this.reader.bytes[start]) ?? 'opcode';
    return badFile(`pickle, ${name} at byte ${start}: ${error instanceof Error ? error.message : error}`, error);
  }
}
