import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GoldenCase } from '../support/golden.js';
import { checkCase } from './check-case.js';
import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

const golden: GoldenCase = {
  name: 'environment/case',
  library: 'library',
  libraryVersion: '1',
  implementation: 'implementation',
  path: 'path',
  questions: [
    {
      input: { datatype: 'FP64', shape: [8, 1], data: [0, 1, 2, 3, 4, 5, 6, 7] },
      outputs: {
        predict: { datatype: 'FP64', shape: [8], data: [0, 2, 4, 6, 8, 10, 12, null] },
        predict_proba: { list: [{ datatype: 'FP64', shape: [8, 1], data: [0, 2, 4, 6, 8, 10, 12, null] }] },
      },
      tolerance: { predict: 'exact', predict_proba: { rtol: 0, atol: 0.01 } },
    },
  ],
};

/** Answers twice each number and NaN for 7, unless `change` says otherwise; keeps what it was asked. */
class Doubler implements GoldenClient {
  readonly transport = 'none';
  readonly missingText = true;
  readonly asked: GoldenRequest[] = [];

  constructor(private readonly change: (answer: GoldenAnswer, rows: number) => GoldenAnswer = answer => answer) {}

  async inputName(): Promise<string> {
    return 'rows';
  }

  async infer(request: GoldenRequest): Promise<readonly GoldenAnswer[]> {
    this.asked.push(request);
    const [{ shape, data }] = request.inputs;
    const doubled = data.map(value => (value === 7 ? null : Number(value) * 2));
    return request.outputs.map(({ name }) =>
      this.change(
        {
          name: name === 'predict' ? name : `${name}-0`,
          datatype: 'FP64',
          shape: [shape[0], 1],
          data: doubled,
        },
        shape[0],
      ),
    );
  }

  close(): void {}
}

describe('checking a golden case', () => {
  it('asks for all outputs at once and for each alone: all rows, batches of 7, row by row', async () => {
    const client = new Doubler();
    assert.equal(await checkCase(client, 'model', golden), undefined);
    const asked = client.asked.map(({ inputs, outputs }) => `${outputs.length}: ${inputs[0].shape[0]}`);
    const alone = ['1: 8', '1: 7', '1: 1', ...new Array(8).fill('1: 1')];
    assert.deepEqual(asked, ['2: 8', ...alone, ...alone]);
  });

  const wrong: Record<string, [change: (answer: GoldenAnswer, rows: number) => GoldenAnswer, difference: RegExp]> = {
    'a datatype': [answer => ({ ...answer, datatype: 'FP32' }), /predict: got datatype FP32, expected FP64/],
    'a shape': [answer => ({ ...answer, shape: answer.shape.slice(0, 1) }), /got shape \[8\], expected \[8,1\]/],
    'a name': [answer => ({ ...answer, name: 'other' }), /got outputs other, other, expected predict, predict_proba-0/],
    'a value': [answer => ({ ...answer, data: answer.data.map(v => v && Number(v) + 1e-9) }), /expected 2 in row 1/],
    NaN: [answer => ({ ...answer, data: answer.data.map(v => v ?? 14) }), /got 14, expected null in row 7/],
    'only single rows': [
      (answer, rows) => (rows === 1 ? { ...answer, data: [5] } : answer),
      /rows 7..8: predict: got 5, expected null/,
    ],
  };
  for (const [what, [change, difference]] of Object.entries(wrong)) {
    it(`tells when ${what} differs`, async () => {
      assert.match((await checkCase(new Doubler(change), 'model', golden)) ?? 'no difference', difference);
    });
  }

  it('a tolerance is for its own output', async () => {
    const near = new Doubler(answer =>
      answer.name === 'predict' ? answer : { ...answer, data: answer.data.map(v => v && Number(v) + 0.005) },
    );
    assert.equal(await checkCase(near, 'model', golden), undefined);
  });

  it('tells why the server refused', async () => {
    const refusing = new Doubler(() => {
      throw new Error('400: no such output');
    });
    assert.equal(await checkCase(refusing, 'model', golden), '400: no such output');
  });
});
