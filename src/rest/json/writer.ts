import type { Parameters } from '../../core/tensor.js';

/** Up to this length a look at each character is cheaper than JSON.stringify. */
const SHORT = 64;

/** `text` as a JSON string. */
export function quote(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return JSON.stringify(text);
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
