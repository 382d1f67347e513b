import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { readModelObject, surveyPythonFile } from '../../src/formats/python-file.js';
import { fixture } from '../support/fixtures.js';
import { goldenCase, goldenNames, modelBytes } from '../support/golden.js';
import { maliciousCases } from '../support/malicious.js';
import { estimator, joined, named, text } from '../support/pickle-parts.js';

/** These are good files of wrong models: the reader takes them, the converters refuse them. */
const FOR_CONVERTERS = /^(tree|linear)-/;

const isRefusal = (error: unknown): error is ServerError =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT';

describe('golden files', () => {
  for (const name of goldenNames(/./)) {
    const golden = goldenCase(name);
    if (!/\.(joblib|pkl|pickle|skops|xz)$/.test(golden.path)) continue;
    it(`${name} is read, and names nothing forbidden`, () => {
      const bytes = modelBytes(golden);
      const file = readModelObject(bytes);
      assert.match(file.value.cls.module, /^(sklearn|xgboost|lightgbm)\./);
      assert.equal(file.format, golden.path.endsWith('.skops') ? 'skops' : file.format);
      const survey = surveyPythonFile(bytes);
      assert.equal(survey.stopped, undefined);
      assert.ok(survey.globals.every(global => global.allowed));
      assert.equal(survey.globals.length, file.globals.length);
    });
  }

  it('the container is told', () => {
    for (const container of ['bz2', 'gzip', 'lz4', 'lzma', 'xz', 'zlib']) {
      const file = readModelObject(fixture(`golden/sklearn-1.9.1/container-joblib-${container}/model.joblib`));
      assert.equal(file.container, container);
      assert.equal(file.format, 'joblib');
    }
  });
});

describe('hostile files', () => {
  const cases = maliciousCases().filter(({ implementation }) => implementation.includes('SKLearn'));
  for (const { file, what, must, mentions, path } of cases) {
    it(`${file}: ${what}`, () => {
      const bytes = readFileSync(path);
      const limits = { maxBytes: 64 * 2 ** 20 };
      if (FOR_CONVERTERS.test(file) || must.startsWith('refused or loaded')) readModelObject(bytes, limits);
      else {
        assert.throws(
          () => readModelObject(bytes, limits),
          (error: unknown) => isRefusal(error) && error.message.includes(mentions ?? ''),
        );
      }
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    });
  }
});

describe('the one entry', () => {
  it('only an object can be a model', () => {
    assert.throws(() => readModelObject(joined(0x80, 4, 'K', 42, '.')), /the file holds int, not a model/);
    assert.throws(
      () => readModelObject(joined(0x80, 4, named('numpy', 'mean'), '.')),
      /holds numpy\.mean, not a model/,
    );
  });

  it('what follows the end is not ignored', () => {
    assert.throws(() => readModelObject(joined(estimator(), 'N.')), /2 bytes follow the end of the pickle/);
  });

  it('deep models are refused by their depth', () => {
    const deep = estimator(text('a'), ')', joined(...new Array(60).fill(0x85)));
    readModelObject(deep, { maxDepth: 62 });
    assert.throws(() => readModelObject(deep, { maxDepth: 61 }), /nest deeper than 61 levels/);
  });

  it('bytes may be made of each text once, not of one text again and again', () => {
    const encode = joined(named('_codecs', 'encode'), 'q\x00', text('x'.repeat(200)), 'q\x01', text('latin1'), 'q\x02');
    const times = (count: number) => joined('](', encode, ...new Array(count).fill('h\x00h\x01h\x02\x86R'), 'e');
    readModelObject(estimator(text('a'), times(1)));
    assert.throws(
      () => readModelObject(estimator(text('a'), times(3))),
      /makes bytes of the same text again and again/,
    );
  });

  it('a limit on bytes holds without a container too', () => {
    assert.throws(() => readModelObject(estimator(), { maxBytes: 20 }), /more than the limit of 20 bytes/);
  });
});

describe('survey', () => {
  it('lists what a file names, the forbidden too, and goes on', () => {
    const bytes = estimator(text('a'), named('os', 'system'), '(', text('ls'), 'tR', text('b'), named('numpy', 'mean'));
    const survey = surveyPythonFile(bytes);
    assert.deepEqual(survey.globals, [
      { module: 'sklearn.linear_model._base', name: 'LinearRegression', allowed: true },
      { module: 'os', name: 'system', allowed: false },
      { module: 'numpy', name: 'mean', allowed: true },
    ]);
    assert.equal(survey.stopped, undefined);
  });

  it('says where it could not go on', () => {
    const survey = surveyPythonFile(joined(0x80, 4, named('os', 'system'), 'Q.'));
    assert.deepEqual(survey.globals, [{ module: 'os', name: 'system', allowed: false }]);
    assert.match(survey.stopped ?? '', /BINPERSID at byte/);
  });
});

describe('damaged files', () => {
  const names = ['container-joblib-plain', 'container-pickle-protocol-2'].map(name => `sklearn-1.1.3/${name}/model`);
  const files = [
    ...[`${names[0]}.joblib`, `${names[1]}.pkl`, 'sklearn-1.9.1/container-pickle-protocol-5/model.pkl'].map(
      path => `golden/${path}`,
    ),
    'golden/sklearn-1.3.2/container-skops/model.skops',
    'python/padded.joblib',
  ];

  /** Reads or is refused; whatever else happens fails the test. */
  function survives(bytes: Uint8Array): void {
    try {
      readModelObject(bytes, { maxBytes: 2 ** 20 });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // A refusal we did not foresee would hide a mistake of the reader.
      if (error.cause instanceof TypeError) throw error.cause;
    }
  }

  for (const path of files) {
    const whole = fixture(path);

    it(`${path} cut off anywhere is refused`, () => {
      for (let cut = 0; cut < whole.length; cut += 1 + Math.floor(whole.length / 150)) {
        assert.throws(() => readModelObject(whole.subarray(0, cut)), isRefusal);
      }
    });

    it(`${path} with a byte changed is read or refused`, () => {
      let random = 1;
      for (let round = 0; round < 400; round++) {
        random = Math.imul(random, 1664525) + 1013904223;
        const changed = whole.slice();
        changed[(random >>> 8) % whole.length] = random >>> 24;
        survives(changed);
      }
    });
  }
});
