import type { Parameters } from '../../core/tensor.js';
import { ORDINARY } from './bytes.js';

/** A copy of an imported constant: the import itself is a load and a check for every character. */
const ordinary = ORDINARY;

/** Up to this length a look at each character is cheaper than JSON.stringify. */
const SHORT = 64;

/** `text` as a JSON string. */
export function quote(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    if (ordinary[text.charCodeAt(i)] !== 1) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** An object of parameters; most hold a short string or two, for which JSON.stringify takes four times as long. */
export function parametersJson(parameters: Parameters): string {
  let members = '';
  for (const key in parameters) {
    const value = parameters[key];
    const text = typeof value === 'string' ? quote(value) : JSON.stringify(value);
    if (text !== undefined) members += `${members === '' ? '' : ','}${quote(key)}:${text}`;
  }
  return `{${members}}`;
}
