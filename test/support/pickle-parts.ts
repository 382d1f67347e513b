/** Pickles by hand: bytes joined from opcode letters (latin1), opcode numbers and ready parts. */
export function joined(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map(part => {
      if (typeof part === 'number') return Buffer.of(part);
      return typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part);
    }),
  );
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function uint64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** SHORT_BINUNICODE */
export function text(value: string): Uint8Array {
  const utf8 = Buffer.from(value, 'utf8');
  return joined(0x8c, utf8.length, utf8);
}

/** A class or function by STACK_GLOBAL. */
export function named(module: string, name: string): Uint8Array {
  return joined(text(module), text(name), 0x93);
}

/** An object of an allowed class whose state is the dict that the opcodes `state` fill. */
export function estimator(...state: readonly (number | string | Uint8Array)[]): Uint8Array {
  return joined(0x80, 4, named('sklearn.linear_model._base', 'LinearRegression'), ')', 0x81, '}(', ...state, 'ub.');
}
