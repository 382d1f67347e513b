import { createRequire } from 'node:module';
import { ServerError } from '../core/errors.js';

interface Swc {
  transformSync(source: string, options: object): { readonly code: string };
}

/** As it throws. */
interface SyntaxProblem {
  readonly message?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

let swc: Swc | undefined;

/**
 * TypeScript as JavaScript: types are taken out, enums and parameter properties become code, imports that are only types go. Nothing
 * is checked. (Node's own stripTypeScriptTypes is the same package, but not in Node 20, warns on every use, and knows no enums in
 * later versions.) Throws INVALID_ARGUMENT, naming file and place, for what is not TypeScript.
 */
export function stripTypes(source: string, path: string): string {
  swc ??= createRequire(import.meta.url)('@swc/wasm-typescript') as Swc;
  try {
    return swc.transformSync(source, { mode: 'transform', transform: { verbatimModuleSyntax: false } }).code;
  } catch (thrown) {
    const { message, startLine, startColumn } = thrown as SyntaxProblem;
    const place = startLine === undefined ? '' : `:${startLine}:${(startColumn ?? 0) + 1}`;
    throw new ServerError('INVALID_ARGUMENT', `${path}${place}: ${message ?? thrown}`);
  }
}
