import { toServerError } from '../core/errors.js';
import type { TensorMetadata } from '../core/protocol.js';
import { escapeLine } from '../logging/escape.js';
import { findModelFile } from '../model-file/find-model-file.js';
import { type Inspection, inspectFile } from '../model-file/inspect-file.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';

type EstimatorNode = NonNullable<Inspection['tree']>;

export interface InspectOptions {
  readonly file: string;
  readonly json: boolean;
}

/** Tells what is in a file. Resolves with the exit code: 0 when it can be served, 1 when not, 2 when there is no such file. */
export async function inspect({ file, json }: InspectOptions, host: CliHost): Promise<number> {
  try {
    const inspection = await inspectFile(await findModelFile(file, host.workingDirectory));
    const text = json ? JSON.stringify(inspection, null, 2) : linesOf(inspection).map(escapeLine).join('\n');
    host.stdout.write(`${text}\n`);
    return inspection.servable ? 0 : 1;
  } catch (error) {
    host.stderr.write(`error: ${explain(error)}\n`);
    return toServerError(error).code === 'NOT_FOUND' ? 2 : 1;
  }
}

function linesOf(found: Inspection): string[] {
  const { file, bytes, format, container, library, libraryVersion, estimator, tree, operations } = found;
  const packed = container === undefined ? '' : `, packed with ${container}`;
  return [
    row('file', `${file} (${bytes} bytes)`),
    row('format', `${format}${packed}`),
    ...optional('library', [library, libraryVersion].filter(Boolean).join(' ')),
    ...optional('model', estimator),
    ...(tree === undefined ? [] : treeLines(tree, '  ')),
    ...(operations === undefined ? [] : [row('operations', countsOf(operations))]),
    ...tensors('inputs', found.inputs),
    ...tensors('outputs', found.outputs),
    ...names(found),
    found.servable ? row('served by', found.implementation) : row('not served', found.reason ?? ''),
  ];
}

const LABEL_WIDTH = 12;

function row(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}

function optional(label: string, text: string | undefined): string[] {
  return text ? [row(label, text)] : [];
}

function treeLines({ name, className, parameters, members }: EstimatorNode, indent: string): string[] {
  const shown = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  const label = name === undefined ? className : `${name}: ${className}`;
  return [`${indent}${label}(${shown.join(', ')})`, ...members.flatMap(member => treeLines(member, `${indent}  `))];
}

function countsOf(operations: Readonly<Record<string, number>>): string {
  return Object.entries(operations)
    .map(([operation, count]) => (count === 1 ? operation : `${operation} x${count}`))
    .join(', ');
}

function tensors(label: string, all: readonly TensorMetadata[]): string[] {
  return all.map(({ name, datatype, shape }, i) => row(i === 0 ? label : '', `${name} ${datatype} [${shape}]`));
}

/** Whether the file would be safe to open in Python, where whatever it names can run. */
function names({ globals, stopped }: Inspection): string[] {
  if (globals === undefined) return [];
  const forbidden = globals.filter(({ allowed }) => !allowed).map(({ module, name }) => `${module}.${name}`);
  const all = globals.length === 1 ? '1 class or function' : `${globals.length} classes and functions`;
  const judged =
    forbidden.length === 0 ? `${all}, all on the allow-list` : `${all}, NOT on the allow-list: ${forbidden.join(', ')}`;
  return [row('names', judged), ...optional('', stopped && `what follows is unknown: ${stopped}`)];
}
