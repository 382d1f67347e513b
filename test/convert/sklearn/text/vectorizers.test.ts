import { dict, fitted, floats, named, tuple } from '../../../support/fitted.js';
import { goldenSuite } from '../../../support/golden-suite.js';
import { refusalSuite } from '../../../support/refusals.js';

goldenSuite('text', ['tfidf-', 'count-', 'hashing-', 'union-of-texts']);

const COUNT = 'sklearn.feature_extraction.text.CountVectorizer';
const count = {
  n_features_in_: null,
  input: 'content',
  analyzer: 'word',
  preprocessor: null,
  tokenizer: null,
  lowercase: true,
  strip_accents: null,
  ngram_range: tuple(1, 1),
  token_pattern: '\\w+',
  stop_words: null,
  binary: false,
  dtype: named('numpy.int64'),
  vocabulary_: dict({ a: 0, b: 1 }),
};
const tfidf = fitted('sklearn.feature_extraction.text.TfidfTransformer', {
  sublinear_tf: false,
  use_idf: true,
  norm: 'l2',
  idf_: floats([1, 2, 3]),
});

refusalSuite('text', [
  {
    name: 'a function as tokenizer',
    estimator: fitted(COUNT, { ...count, tokenizer: named('mine.split') }),
    says: /CountVectorizer with a function as tokenizer/,
  },
  {
    name: 'a function as analyzer',
    estimator: fitted(COUNT, { ...count, analyzer: named('mine.analyse') }),
    says: /a function as analyzer/,
  },
  {
    name: 'a function as preprocessor',
    estimator: fitted(COUNT, { ...count, preprocessor: named('mine.clean') }),
    says: /a function as preprocessor/,
  },
  {
    name: 'files instead of texts',
    estimator: fitted(COUNT, { ...count, input: 'filename' }),
    says: /input 'filename'/,
  },
  {
    name: 'a pattern with two groups',
    estimator: fitted(COUNT, { ...count, token_pattern: '(a)(b)' }),
    says: /token_pattern "\(a\)\(b\)"/,
  },
  {
    name: 'n-grams of nothing',
    estimator: fitted(COUNT, { ...count, ngram_range: tuple(2, 1) }),
    says: /ngram_range: expected two rising numbers/,
  },
  {
    name: 'stop words of another language',
    estimator: fitted(COUNT, { ...count, stop_words: 'french' }),
    says: /stop_words 'french'/,
  },
  {
    name: 'two terms in one column',
    estimator: fitted(COUNT, { ...count, vocabulary_: dict({ a: 1, b: 1 }) }),
    says: /vocabulary_: expected terms with columns from 0 to 1, each once/,
  },
  {
    name: 'an unfitted vectorizer',
    estimator: fitted('sklearn.feature_extraction.text.CountVectorizer', withoutVocabulary()),
    says: /no attribute vocabulary/,
  },
  {
    name: 'weights of another number of terms',
    estimator: fitted('sklearn.feature_extraction.text.TfidfVectorizer', { ...count, _tfidf: tfidf }),
    says: /idf_: expected 2 values, got 3/,
  },
  {
    name: 'several columns of text',
    estimator: fitted(COUNT, { ...count, n_features_in_: 2 }),
    says: /expected one column of text, got 2/,
  },
]);

function withoutVocabulary() {
  const { vocabulary_: _, ...rest } = count;
  return rest;
}
