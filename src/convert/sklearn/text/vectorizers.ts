import { badFile } from '../../../formats/errors.js';
import {
  asBool,
  asDict,
  asFloat64,
  asInt,
  asStrings,
  attr,
  isNone,
  optionalAttr,
  type Place,
} from '../../../formats/pickle/access.js';
import { asSparse as readSparse } from '../../../formats/pickle/sparse.js';
import { PyDict, PySet } from '../../../formats/pickle/values.js';
import type { GraphBuilder } from '../../graph-builder.js';
import type { Ref } from '../../plan-builder.js';
import { floatOf, readDatatype } from '../datatypes.js';
import { type Conversion, type EstimatorConverter, isSince, textParameter, unsupported } from '../estimator.js';
import type { Features } from '../features.js';
import type { Methods } from '../methods.js';
import { asSparse, SparseFeatures, type SparseWeights } from '../sparse-features.js';
import { readAnalysis } from './analysis.js';

/** Texts become sparse columns, one per term or per hash of terms; nothing makes a dense matrix of them unasked. */
export const vectorizerConverters: Record<string, EstimatorConverter> = {
  CountVectorizer: convertCount,
  TfidfVectorizer: convertTfidf,
  TfidfTransformer: convertTfidfTransformer,
  HashingVectorizer: convertHashing,
};

function textColumn(vectorizer: Place, features: Features): Ref {
  if (features.width !== 1) throw badFile(`${vectorizer.path}: expected one column of text, got ${features.width}`);
  return features.column(0, 'str');
}

function convertCount({ g }: Conversion, vectorizer: Place, features: Features): Methods {
  const made = termCounts(g, vectorizer, features);
  return { transform: { features: made, datatype: made.datatype }, missing: false };
}

function termCounts(g: GraphBuilder, vectorizer: Place, features: Features): SparseFeatures {
  const terms = readTerms(vectorizer);
  const binary = asBool(attr(vectorizer, 'binary'));
  const call = {
    inputs: [textColumn(vectorizer, features)],
    params: { analysis: readAnalysis(vectorizer), terms, binary },
  };
  const datatype = readDatatype(attr(vectorizer, 'dtype'));
  return SparseFeatures.ofKernel(g, 'text-counts', call, { width: terms.length, names: terms, datatype });
}

/** The terms in the order of their columns: fitted, or given to an unfitted vectorizer as a dict, a list or a set. */
function readTerms(vectorizer: Place): readonly string[] {
  const place = optionalAttr(vectorizer, 'vocabulary_') ?? attr(vectorizer, 'vocabulary');
  const { path, value } = place;
  if (isNone(place)) throw badFile(`${vectorizer.path} has no attribute vocabulary_: it is not fitted`);
  if (value instanceof PySet) return asStrings({ path, value: value.items }).sort(byCodePoints);
  if (!(value instanceof PyDict)) return asStrings(place);
  const terms = new Array<string>(asDict(place).size);
  let count = 0;
  for (const [term, column] of value.entries()) {
    const at = asInt({ path: `${path}[${String(term)}]`, value: column });
    if (typeof term !== 'string' || !(at >= 0 && at < terms.length) || terms[at] !== undefined)
      throw badFile(`${path}: expected terms with columns from 0 to ${terms.length - 1}, each once`);
    terms[at] = term;
    count++;
  }
  if (count === 0) throw badFile(`${path}: expected at least one term`);
  return terms;
}

/** Python's order of strings. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function convertTfidf({ g }: Conversion, vectorizer: Place, features: Features): Methods {
  const counts = termCounts(g, vectorizer, features);
  const weights = readWeights(attr(vectorizer, '_tfidf'), counts.width);
  return weighted(counts, weights);
}

function convertTfidfTransformer({ g }: Conversion, transformer: Place, features: Features): Methods {
  const weights = readWeights(transformer, features.width);
  // Before 1.5 a matrix that was not sparse became float64.
  const precise = !(features instanceof SparseFeatures) && !isSince(transformer, 1, 5);
  return weighted(asSparse(g, features), weights, precise ? 'FP64' : undefined);
}

function weighted(features: SparseFeatures, weights: SparseWeights, datatype = floatOf(features.datatype)): Methods {
  const made = features.weighted({ ...weights, float32: datatype === 'FP32' }, datatype);
  return { transform: { features: made, datatype }, missing: false };
}

function readWeights(transformer: Place, width: number): SparseWeights {
  return {
    sublinear: asBool(attr(transformer, 'sublinear_tf')),
    factors: asBool(attr(transformer, 'use_idf')) ? readIdf(transformer, width) : undefined,
    norm: readNorm(transformer),
  };
}

/** Inverse document frequencies; before 1.5 they were the diagonal of a sparse matrix. */
function readIdf(transformer: Place, width: number): Float64Array {
  const stored = optionalAttr(transformer, 'idf_');
  const place = stored ?? attr(transformer, '_idf_diag');
  let idf: Float64Array;
  if (stored !== undefined) idf = asFloat64(stored).data;
  else {
    const diagonal = readSparse(place);
    idf = new Float64Array(diagonal.shape[1]);
    diagonal.columns.forEach((column, k) => {
      if (diagonal.rows[k] === column) idf[column] = diagonal.values[k];
    });
  }
  if (idf.length !== width) throw badFile(`${place.path}: expected ${width} values, got ${idf.length}`);
  return idf;
}

function readNorm(estimator: Place): 'l1' | 'l2' | undefined {
  const { value } = attr(estimator, 'norm');
  if (value === null) return undefined;
  if (value === 'l1' || value === 'l2') return value;
  throw unsupported(estimator, `norm '${textParameter(estimator, 'norm', '?')}'`);
}

function convertHashing({ g }: Conversion, vectorizer: Place, features: Features): Methods {
  const width = asInt(attr(vectorizer, 'n_features'));
  if (!(width >= 1 && width <= 2 ** 31 - 1)) throw badFile(`${vectorizer.path}.n_features: expected 1 to 2^31 - 1`);
  const params = {
    analysis: readAnalysis(vectorizer),
    width,
    alternateSign: asBool(attr(vectorizer, 'alternate_sign')),
    binary: asBool(attr(vectorizer, 'binary')),
  };
  const datatype = readDatatype(attr(vectorizer, 'dtype'));
  const call = { inputs: [textColumn(vectorizer, features)], params };
  const hashed = SparseFeatures.ofKernel(g, 'text-hashes', call, { width, names: undefined, datatype });
  const norm = readNorm(vectorizer);
  const made = norm === undefined ? hashed : hashed.weighted({ norm, float32: datatype === 'FP32' }, datatype);
  return { transform: { features: made, datatype }, missing: false };
}
