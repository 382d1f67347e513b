import { badFile } from '../errors.js';

/** numpy's kinds: float, signed, unsigned, bool, complex, text (UCS-4), bytes, objects, datetime, timedelta, raw. */
export type DtypeKind = 'f' | 'i' | 'u' | 'b' | 'c' | 'U' | 'S' | 'O' | 'M' | 'm' | 'V';

export interface DtypeField {
  readonly dtype: Dtype;
  readonly offset: number;
}

/** The type of an array's elements. `fields` is set for records, `subarray` for fields that are arrays themselves. */
export class Dtype {
  /** Whether elements (or fields of elements) are Python objects, which have no bytes of their own. */
  readonly hasObjects: boolean;

  constructor(
    readonly kind: DtypeKind,
    readonly itemSize: number,
    readonly bigEndian = false,
    readonly fields: ReadonlyMap<string, DtypeField> | null = null,
    readonly subarray: { readonly dtype: Dtype; readonly shape: readonly number[] } | null = null,
  ) {
    this.hasObjects =
      kind === 'O' ||
      subarray?.dtype.hasObjects === true ||
      [...(fields?.values() ?? [])].some(f => f.dtype.hasObjects);
  }

  /** As numpy writes it: "f8", ">i4", "U12". */
  get text(): string {
    const size = this.kind === 'U' ? this.itemSize / 4 : this.itemSize;
    return `${this.bigEndian ? '>' : ''}${this.kind}${this.kind === 'O' ? '' : size}`;
  }
}

/** Sizes that elements of a fixed-size kind may have. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  f: [2, 4, 8],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  b: [1],
  c: [8, 16],
  O: [8],
  M: [8],
  m: [8],
};

const PATTERN = /^([<>|=]?)([fiubcUSOMmV])(\d{0,10})(?:\[[0-9A-Za-z/]*\])?$/;

/** A dtype from numpy's short form, with or without byte order: "f8", "<f8", "|b1", "U12", "O", "M8[ns]". */
export function parseDtype(text: string): Dtype {
  const match = PATTERN.exec(text);
  if (match === null) throw badFile(`dtype ${JSON.stringify(text)} is not supported`);
  const kind = match[2] as DtypeKind;
  const count = match[3] === '' ? (kind === 'O' ? 8 : 0) : Number(match[3]);
  const itemSize = kind === 'U' ? 4 * count : count;
  const sizes = SIZES[kind];
  if (sizes !== undefined && !sizes.includes(itemSize)) throw badFile(`dtype ${text} is not supported`);
  return new Dtype(kind, itemSize, match[1] === '>');
}
