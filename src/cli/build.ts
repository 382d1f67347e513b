import { buildImage } from '../image/build-image.js';
import { withFolder } from './folder.js';
import type { CliHost } from './host.js';

export interface BuildOptions {
  readonly folder: string;
  readonly tag: string;
  readonly noCache: boolean;
}

/** Builds an image. Resolves with the exit code of `withFolder`. */
export function build({ folder, tag, noCache }: BuildOptions, host: CliHost): Promise<number> {
  return withFolder(folder, host, async path => {
    await buildImage({ folder: path, tag, noCache, env: host.env, onOutput: text => host.stderr.write(text) });
    return [`Successfully built custom Docker image with tag ${tag}`];
  });
}
