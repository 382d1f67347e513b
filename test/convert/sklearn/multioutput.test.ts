import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, goldenObject } from '../../support/python-models.js';

goldenSuite('several outputs', ['multi-output', 'classifier-chain']);

const CHAIN = 'sklearn-1.9.1/classifier-chain-proba';

test('an order that is none is refused', () => {
  const chain = goldenObject(CHAIN);
  chain.attributes.set('order_', [1, 1]);
  assertRefused(chain, /ClassifierChain\.order_: \[1,1\] is no order of 2 outputs/);
});

test('an unknown way of passing answers on is refused by name', () => {
  const chain = goldenObject(CHAIN);
  chain.attributes.set('chain_method_', 'score_samples');
  assertRefused(chain, /ClassifierChain with chain_method "score_samples" cannot be served yet/);
});
