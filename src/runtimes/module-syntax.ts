import { compileFunction } from 'node:vm';

/** The names that CommonJS modules find about them. */
export const COMMONJS_NAMES = ['exports', 'require', 'module', '__filename', '__dirname'];

/** How V8 puts it that a text is a module and no script. */
const MODULE_ONLY =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module|await is only valid in async functions/;

/** Whether a JavaScript text can only be an ES module, as Node itself tells them apart. A text that is wrong either way is none. */
export function isModuleSyntax(source: string, path: string): boolean {
  try {
    compileFunction(source, COMMONJS_NAMES, { filename: path });
    return false;
  } catch (error) {
    return error instanceof SyntaxError && MODULE_ONLY.test(error.message);
  }
}
