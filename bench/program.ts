import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

/** The program's file behind what its first line tells Node, as it does for who starts `modelyard`: arguments of `node`. */
export const MODELYARD: readonly string[] = [...flagsOf(CLI), CLI];

function flagsOf(program: string): string[] {
  const [first] = readFileSync(program, 'utf8').split('\n', 1);
  return first.split(' ').filter(word => word.startsWith('--'));
}
