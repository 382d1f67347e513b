import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { parseYamlSubset } from '../../src/formats/yaml-subset.js';

/** As JSON would show it. */
const read = (text: string) => JSON.parse(JSON.stringify(parseYamlSubset(text)));
const refuses = (text: string, message: RegExp) =>
  assert.throws(
    () => parseYamlSubset(text),
    (error: unknown) =>
      error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message),
  );

describe('parseYamlSubset', () => {
  it('reads mappings and lists in one another, as PyYAML writes them', () => {
    const text = `
flavors:
  sklearn:
    code: null
    skops_trusted_types:
    - lightgbm.sklearn.LGBMClassifier
    - 'a: b'
  empty: {}
metadata:
  list:
  - 1
  - null
  - x: []
    y: z
  -
    - deep
    - - deeper
      - deepest
  none:
mlflow_version: 3.17.2
utc_time_created: '2026-11-21 01:22:02.120612'
`;
    assert.deepEqual(read(text), {
      flavors: {
        sklearn: { code: null, skops_trusted_types: ['lightgbm.sklearn.LGBMClassifier', 'a: b'] },
        empty: {},
      },
      metadata: { list: ['1', null, { x: [], y: 'z' }, ['deep', ['deeper', 'deepest']]], none: null },
      mlflow_version: '3.17.2',
      utc_time_created: '2026-11-21 01:22:02.120612',
    });
  });

  it('folds text over several lines', () => {
    const text = `a: 'it''s: #1

  line two'
b: '[{"type": "double", "name": "sepal
  length"}]'
c: plain text
  goes on
d: "tab\\t, \\u00e9, \\"quoted\\" \\
  joined \\
  \\ spaced"
"e f": x
'g''h': y
`;
    assert.deepEqual(read(text), {
      a: "it's: #1\nline two",
      b: '[{"type": "double", "name": "sepal length"}]',
      c: 'plain text goes on',
      d: 'tab\t, é, "quoted" joined  spaced',
      'e f': 'x',
      "g'h": 'y',
    });
  });

  it('passes comments, blank lines, a document marker and Windows line ends', () => {
    assert.deepEqual(read('# first\r\n---\r\na: b # not text\r\n\r\n  # in between\r\nc: d#e\r\n'), {
      a: 'b',
      c: 'd#e',
    });
    assert.equal(parseYamlSubset(''), null);
    assert.equal(parseYamlSubset('just text'), 'just text');
  });

  it('takes no key for more than a key', () => {
    const value = parseYamlSubset('__proto__: x\nconstructor: y') as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(value), null);
  });

  it('refuses what it does not understand, naming the line', () => {
    refuses('a: b\na: c', /line 2 has the key 'a' for the second time/);
    refuses('a: &x b', /line 1 has '&'/);
    refuses('a: *x', /line 1 has '\*'/);
    refuses('a: !!python/object:os.system x', /line 1 has '!'/);
    refuses('a: |\n  text', /line 1 has '\|'/);
    refuses('a: [1, 2]', /line 1 has '\['/);
    refuses("a: 'x' y", /line 1 has text behind a closing '/);
    refuses('a: "x', /no closing " till its end/);
    refuses('a: "\\q"', /line 1 has '\\q'/);
    refuses('a:\n\tb: c', /line 2 is indented with a tab/);
    refuses('a: b\n  c: d', /line 2 does not belong/);
    refuses('a:\n    b: c\n  d: e', /line 3 does not belong/);
    refuses('a: b\nwords', /line 2 is no 'key: value'/);
    refuses(`${'- '.repeat(60)}x`, /nested more than 50 deep/);
  });

  it('takes a carriage return alone for the end of a line too, but no other separator', () => {
    assert.deepEqual({ ...(parseYamlSubset('a: b # c\u2028d\rc: e\u2029 # f') as object) }, { a: 'b', c: 'e' });
  });

  it('is done with long lines at once', () => {
    for (const line of [
      ' '.repeat(1e5),
      'a '.repeat(1e5),
      `'${"''".repeat(1e5)}`,
      `"${'\\\\'.repeat(1e5)}`,
      ':'.repeat(1e5),
      `x${' #'.repeat(1e5)}\u2028x`,
      `${' '.repeat(1e5)}x\u2028x`,
      `"${'x'.repeat(1e7)}": x`,
    ]) {
      for (const text of [`a: ${line}`, `k${line}`, `- ${line}`]) {
        try {
          parseYamlSubset(text);
        } catch (error) {
          assert.ok(error instanceof ServerError);
        }
      }
    }
  });
});
