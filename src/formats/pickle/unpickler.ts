import { ServerError } from '../../core/errors.js';
import { badFile } from '../errors.js';
import { PickleMachine } from './machine.js';
import { Memo } from './memo.js';
import { opcodeNames, opcodes } from './opcodes.js';
import type { PyValue } from './values.js';

const STOP = 0x2e;

/**
 * Reads pickles of protocols 0 to 5. One loop without recursion, so nesting costs heap and is counted, never call stack. What each
 * opcode does stands in the opcode files; what the calls that a pickle asks for mean (none is ever made) stands in construct.ts.
 */
export class Unpickler extends PickleMachine {
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

  override runNested(): PyValue {
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

  private located(error: unknown, start: number): ServerError {
    if (error instanceof ServerError && error.message.startsWith('pickle')) return error;
    const name = opcodeNames.get(this.reader.bytes[start]) ?? 'opcode';
    return badFile(`pickle, ${name} at byte ${start}: ${error instanceof Error ? error.message : error}`, error);
  }
}
