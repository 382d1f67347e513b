import { ServerError } from './errors.js';

const SHOWN_LENGTH = 40;

/** A client's text in a message: its beginning will do. */
export function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`;
}

/** Refuses one name for two tensors with INVALID_ARGUMENT: which of them was meant? */
export function checkNames(kind: 'input' | 'output', tensors: readonly { readonly name: string }[]): void {
  if (tensors.length < 2) return;
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new ServerError('INVALID_ARGUMENT', `${kind} '${shorten(name)}' is there twice`);
    names.add(name);
  }
}
