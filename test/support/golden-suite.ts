import { describe, it } from 'node:test';
import { convertFile } from '../../src/convert/convert-file.js';
import { checkGolden, goldenCase, goldenNames } from './golden.js';

/** One test per golden case of scikit-learn whose name (without the environment) begins with one of `names`. */
export function goldenSuite(family: string, names: readonly string[]): void {
  describe(family, () => {
    for (const name of goldenNames(new RegExp(`^sklearn-[^/]*/(${names.join('|')})`))) {
      it(name, async () => {
        const golden = goldenCase(name);
        await checkGolden(await convertFile(golden.path, 'sklearn'), golden);
      });
    }
  });
}
