import { resolve } from 'node:path';
import { escapeLine } from '../logging/escape.js';
import { createFolder, type Template } from '../templates/create-folder.js';
import { explain } from './explain.js';
import type { CliHost } from './host.js';

export interface InitOptions {
  readonly folder: string;
  readonly template: Template;
}

/** Makes a folder that can be served. Resolves with the exit code: 0 when it is made, 1 when not. */
export async function init({ folder, template }: InitOptions, host: CliHost): Promise<number> {
  try {
    const files = await createFolder(template, resolve(host.workingDirectory, folder));
    const shown = [...files.map(file => `  ${file}`), '', `Serve it:  modelyard start ${folder}`];
    host.stdout.write(`${shown.map(escapeLine).join('\n')}\n`);
    return 0;
  } catch (error) {
    host.stderr.write(`error: ${explain(error)}\n`);
    return 1;
  }
}
