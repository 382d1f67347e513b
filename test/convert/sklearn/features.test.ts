import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../src/convert/graph-builder.js';
import {
  ColumnFeatures,
  type Features,
  MatrixFeatures,
  RequestFeatures,
} from '../../../src/convert/sklearn/features.js';
import { isSparse, JoinedFeatures } from '../../../src/convert/sklearn/joined-features.js';
import { asSparse } from '../../../src/convert/sklearn/sparse-features.js';
import { answers, planOf } from '../../support/run-kernel.js';

const ROWS = [
  [1, 0, 3],
  [0, -2, 0.1],
];

/** Every kind of features that has the request's three columns as its own. */
const kinds: Readonly<Record<string, (g: GraphBuilder) => Features>> = {
  request: g => new RequestFeatures(g, ['a', 'b', 'c']),
  matrix: g => new MatrixFeatures(g, g.rows(), ['a', 'b', 'c']),
  columns: g => new ColumnFeatures(g, [g.column(0), g.column(1), g.column(2)], ['a', 'b', 'c']),
  sparse: g => asSparse(g, new MatrixFeatures(g, g.rows(), ['a', 'b', 'c'])),
  joined: g => {
    const request = new RequestFeatures(g, ['a', 'b', 'c']);
    const middle = asSparse(g, request.select([1]));
    const last = new MatrixFeatures(g, g.mul(request.select([2]).matrix(), 1), ['c']);
    const nested = new JoinedFeatures(g, [middle, last], ['b', 'c']);
    return new JoinedFeatures(g, [request.select([0]), nested], ['a', 'b', 'c']);
  },
};

async function numbers(make: (g: GraphBuilder) => ReturnType<Features['matrix']>): Promise<number[]> {
  const g = new GraphBuilder(3);
  return [...((await answers(planOf(g, make(g)), ROWS)).data as Float64Array)];
}

describe('features', () => {
  for (const [kind, make] of Object.entries(kinds)) {
    it(`${kind}: the same columns however they are asked for`, async () => {
      assert.deepEqual(await numbers(g => make(g).matrix()), ROWS.flat());
      assert.deepEqual(await numbers(g => make(g).floats()), ROWS.flat().map(Math.fround));
      assert.deepEqual(await numbers(g => make(g).column(2, 'f64')), [3, 0.1]);
    });

    it(`${kind}: some columns in another order, with their names`, async () => {
      assert.deepEqual(await numbers(g => make(g).select([2, 0]).matrix()), [3, 1, 0.1, 0]);
      assert.deepEqual(await numbers(g => make(g).select([1, 1]).matrix()), [0, 0, -2, -2]);
      const chosen = make(new GraphBuilder(3)).select([2, 0]);
      assert.deepEqual([chosen.names, chosen.width], [['c', 'a'], 2]);
    });

    it(`${kind}: times weights`, async () => {
      const weights = { data: Float64Array.of(1, 10, 2, 20, 3, 30), rows: 3, columns: 2 };
      assert.deepEqual(await numbers(g => make(g).product(weights)), [10, 100, -3.7, -37]);
      const bias = Float64Array.of(1, -1);
      assert.deepEqual(await numbers(g => make(g).product(weights, bias)), [11, 99, -2.7, -38]);
    });
  }

  it('know of what is sparse in them', () => {
    const sparse = Object.keys(kinds).filter(kind => isSparse(kinds[kind](new GraphBuilder(3))));
    assert.deepEqual(sparse, ['sparse', 'joined']);
  });

  it('know which columns of the request may be missing in them', () => {
    const g = new GraphBuilder(3);
    const request = new RequestFeatures(g);
    const filled = new MatrixFeatures(g, g.rows());
    assert.deepEqual(new JoinedFeatures(g, [request.select([2, 0]), filled]).missingFrom, [2, 0]);
  });

  it('refuse to be text when they are numbers, and numbers when they are text', () => {
    const g = new GraphBuilder(1);
    const text = new ColumnFeatures(g, [g.column(0, 'str')], ['city']);
    assert.equal(text.datatype, 'BYTES');
    assert.throws(() => text.matrix(), /column city: a step makes text of it, the next one wants numbers/);
    assert.throws(() => new MatrixFeatures(g, g.rows(), ['n']).column(0, 'str'), /column n: computed numbers/);
  });
});
