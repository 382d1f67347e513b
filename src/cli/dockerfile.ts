import { writeDockerfile } from '../image/write-dockerfile.js';
import { withFolder } from './folder.js';
import type { CliHost } from './host.js';

export interface DockerfileOptions {
  readonly folder: string;
  readonly includeDockerignore?: boolean;
}

/** Writes a Dockerfile. Resolves with the exit code of `withFolder`. */
export function dockerfile({ folder, includeDockerignore }: DockerfileOptions, host: CliHost): Promise<number> {
  return withFolder(folder, host, async path => {
    const written = await writeDockerfile({ folder: path, target: path, includeDockerignore, env: host.env });
    return [`Successfully written ${written.join(', ')} in ${folder}`, `Build it:  docker build -t NAME ${folder}`];
  });
}
