// Marks a build as finished. `build-id` is a hash over the converters' code: plans in a cache are used by the build that made them only.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const hash = createHash('sha256');
for (const folder of ['formats', 'convert', 'kernels']) {
  const files = readdirSync(join(dist, 'src', folder), { recursive: true }).filter(name => name.endsWith('.js'));
  for (const name of files.sort())
    hash.update(`${folder}/${name}\n`).update(readFileSync(join(dist, 'src', folder, name)));
}
writeFileSync(join(dist, 'build-id'), hash.digest('hex').slice(0, 16));
writeFileSync(join(dist, '.built'), '');
