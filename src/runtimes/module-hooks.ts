/*
 * How Node finds and reads the modules of custom models. A model's module is imported with `?modelyard=GENERATION` behind its
 * path; what it imports by a relative path inherits the mark, so that a reload reads all of the model's files anew. Other modules
 * are not touched. These functions serve as hooks in the thread itself (`registerHooks`) and in one of Node's own (`register`).
 */
import { existsSync, readFileSync } from 'node:fs';
import type { LoadFnOutput, LoadHookContext, ResolveFnOutput, ResolveHookContext } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isModuleSyntax } from './module-syntax.js';
import { stripTypes } from './strip-types.js';

const MARK = 'modelyard';
/** What `import ... from 'modelyard'` gives: the API of the server that runs. */
const API = new URL('../index.js', import.meta.url).href;

/** What TypeScript lets one write for a file: its compiled name, or none of its endings. */
const SPELLINGS: readonly (readonly [written: RegExp, file: string])[] = [
  [/\.js$/, '.ts'],
  [/\.mjs$/, '.mts'],
  [/$/, '.ts'],
  [/$/, '.js'],
];

type Next<Context, Output> = (url: string, context?: Partial<Context>) => Output;

export function markedUrl(url: URL, generation: string): string {
  const marked = new URL(url);
  marked.searchParams.set(MARK, generation);
  return marked.href;
}

export function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: Next<ResolveHookContext, ResolveFnOutput | Promise<ResolveFnOutput>>,
): ResolveFnOutput | Promise<ResolveFnOutput> {
  const generation = generationOf(context.parentURL);
  if (generation === undefined) return next(specifier, context);
  if (specifier === 'modelyard') return { url: API, format: 'module', shortCircuit: true };
  if (!/^\.\.?\//.test(specifier)) return next(specifier, context);
  const url = new URL(specifier, context.parentURL);
  const file = existsSync(url) ? url : (otherSpelling(url) ?? url);
  return { url: markedUrl(file, generation), importAttributes: context.importAttributes, shortCircuit: true };
}

export function load(
  url: string,
  context: LoadHookContext,
  next: Next<LoadHookContext, LoadFnOutput | Promise<LoadFnOutput>>,
): LoadFnOutput | Promise<LoadFnOutput> {
  if (generationOf(url) === undefined) return next(url, context);
  const path = fileURLToPath(url);
  if (/\.m?ts$/.test(path)) {
    return { format: 'module', source: stripTypes(readFileSync(path, 'utf8'), path), shortCircuit: true };
  }
  if (path.endsWith('.js')) {
    const source = readFileSync(path, 'utf8');
    // Whatever package.json the models may happen to lie under.
    if (isModuleSyntax(source, path)) return { format: 'module', source, shortCircuit: true };
  }
  return next(url, context);
}

function generationOf(url: string | undefined): string | undefined {
  if (url === undefined || !url.startsWith('file:')) return undefined;
  return new URL(url).searchParams.get(MARK) ?? undefined;
}

function otherSpelling(url: URL): URL | undefined {
  for (const [written, file] of SPELLINGS) {
    if (!written.test(url.pathname)) continue;
    const candidate = new URL(url);
    candidate.pathname = url.pathname.replace(written, file);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}
