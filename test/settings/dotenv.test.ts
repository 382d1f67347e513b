import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDotenv } from '../../src/settings/dotenv.js';

/** Each checked against Python's dotenv 1.x. */
const cases: [line: string, variables: Record<string, string>][] = [
  ['A=1', { A: '1' }],
  ['A=', { A: '' }],
  [' A = spaced ', { A: 'spaced' }],
  ['export A=1', { A: '1' }],
  ["'A'=1", { A: '1' }],
  ['# A=1', {}],
  ['A', {}],
  ['A=B=C', { A: 'B=C' }],
  ['A=plain # comment', { A: 'plain' }],
  ['A=a#b', { A: 'a#b' }],
  ['A= # comment', { A: '# comment' }],
  ['A="two words"   # comment', { A: 'two words' }],
  ["A='single # no comment'", { A: 'single # no comment' }],
  ['A=["a","b"]', { A: '["a","b"]' }],
  ['A={"origins": ["http://x#y"], "k": 1}', { A: '{"origins": ["http://x#y"], "k": 1}' }],
  [`A='{"uri": "./m"}'`, { A: '{"uri": "./m"}' }],
  ['A="{\\"a\\": 1}"', { A: '{"a": 1}' }],
  ['A="line1\\nline2\\t\\"q\\" \\x"', { A: 'line1\nline2\t"q" \\x' }],
  [`A='it\\'s \\n'`, { A: "it's \\n" }],
  ['A="multi\nline"\nB=2', { A: 'multi\nline', B: '2' }],
  ['A=`ticks`', { A: '`ticks`' }],
  [`A='x'y\nB=1`, { B: '1' }],
  ['A="open\nB=1', { B: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['A=1\nA=2', { A: '2' }],
  [`A=1\nB=\${A}-\${NOPE}-\${NOPE:-else}-$A`, { A: '1', B: '1--else-$A' }],
  [`A='\${HOME}'`, { A: '/home/me' }],
  [`HOME=here\nA=\${HOME}`, { HOME: 'here', A: 'here' }],
  ['__proto__=1', { ['__proto__']: '1' }],
];

for (const [line, expected] of cases) {
  test(`reads ${JSON.stringify(line)}`, () => {
    assert.deepEqual([...parseDotenv(line, new Map([['HOME', '/home/me']]))], Object.entries(expected));
  });
}

test('a long line that fits no form is skipped quickly', () => {
  assert.equal(
    parseDotenv(`A="${'\\'.repeat(100_001)}"\nB=${' #'.repeat(100_000)}x`, new Map()).get('B') !== undefined,
    true,
  );
});
