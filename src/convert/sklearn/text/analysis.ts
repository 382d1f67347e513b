import {
  asBool,
  asInt,
  asString,
  asStrings,
  attr,
  isNone,
  items,
  type Place,
  unexpected,
} from '../../../formats/pickle/access.js';
import { PySet } from '../../../formats/pickle/values.js';
import type { TextAnalysis } from '../../../kernels/text/analyzer.js';
import { textParameter, unsupported } from '../estimator.js';
import { translatePattern } from './token-pattern.js';

/** How a vectorizer takes texts apart. Functions of the user's are refused: their code is not in the file. */
export function readAnalysis(vectorizer: Place): TextAnalysis {
  const input = textParameter(vectorizer, 'input', 'content');
  if (input !== 'content') throw unsupported(vectorizer, `input '${input}'`);
  const analyzer = attr(vectorizer, 'analyzer').value;
  if (analyzer !== 'word' && analyzer !== 'char' && analyzer !== 'char_wb')
    throw unsupported(vectorizer, typeof analyzer === 'string' ? `analyzer '${analyzer}'` : 'a function as analyzer');
  if (!isNone(attr(vectorizer, 'preprocessor'))) throw unsupported(vectorizer, 'a function as preprocessor');
  const common: Omit<TextAnalysis, 'pattern' | 'stopWords'> = {
    lowercase: asBool(attr(vectorizer, 'lowercase')),
    accents: readAccents(vectorizer),
    analyzer,
    ngrams: readNgrams(vectorizer),
  };
  if (analyzer !== 'word') return common;
  if (!isNone(attr(vectorizer, 'tokenizer'))) throw unsupported(vectorizer, 'a function as tokenizer');
  const pattern = asString(attr(vectorizer, 'token_pattern'));
  const translated = translatePattern(pattern);
  if (translated === undefined) throw unsupported(vectorizer, `token_pattern ${JSON.stringify(pattern)}`);
  return { ...common, pattern: translated, stopWords: readStopWords(vectorizer) };
}

function readAccents(vectorizer: Place): TextAnalysis['accents'] {
  const { value } = attr(vectorizer, 'strip_accents');
  if (value === null || value === false) return undefined;
  if (value === 'unicode' || value === 'ascii') return value;
  throw unsupported(vectorizer, typeof value === 'string' ? `strip_accents '${value}'` : 'a function as strip_accents');
}

function readNgrams(vectorizer: Place): readonly [number, number] {
  const place = attr(vectorizer, 'ngram_range');
  const [least, most] = items(place).map(asInt);
  if (!(least >= 1 && most >= least)) throw unexpected(place, 'two rising numbers of 1 or more');
  return [least, most];
}

function readStopWords(vectorizer: Place): TextAnalysis['stopWords'] {
  const place = attr(vectorizer, 'stop_words');
  const { value, path } = place;
  if (value === null) return undefined;
  if (typeof value !== 'string') return asStrings(value instanceof PySet ? { path, value: value.items } : place);
  if (value !== 'english') throw unsupported(vectorizer, `stop_words '${value}'`);
  return value;
}
