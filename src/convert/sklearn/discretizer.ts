import { asFloat64, asString, attr, items, type Place, unexpected } from '../../formats/pickle/access.js';
import { tablesOf } from './categories.js';
import { floatOf, readDatatype } from './datatypes.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';
import { SparseFeatures } from './sparse-features.js';

export const discretizerConverters: Record<string, EstimatorConverter> = { KBinsDiscretizer: convertKBins };

/** Numbers become the number of their bin, or a column per bin of which one is 1. */
function convertKBins({ g }: Conversion, discretizer: Place, features: Features): Methods {
  const encode = asString(attr(discretizer, 'encode'));
  if (!['ordinal', 'onehot', 'onehot-dense'].includes(encode)) throw unsupported(discretizer, `encode '${encode}'`);
  const place = attr(discretizer, 'bin_edges_');
  const edges = items(place).map(column => asFloat64(column).data);
  if (edges.length !== features.width || edges.some(own => own.length < 2))
    throw unexpected(place, `the edges of ${features.width} columns`);
  const { values, offsets } = tablesOf(
    edges.map(own => own.slice(1, -1)),
    Float64Array,
  );
  const [codes] = g.kernel('bins', {
    inputs: [features.matrix()],
    params: { lenient: !isSince(discretizer, 1, 1) },
    arrays: { edges: values, offsets },
    outputs: [{ type: 'f64', shape: [-1, edges.length] }],
  });
  const dtype = attr(discretizer, 'dtype');
  const datatype = dtype.value === null ? floatOf(features.datatype) : readDatatype(dtype);
  const names = namesOf(features);
  if (encode === 'ordinal') {
    const made = new MatrixFeatures(g, codes, features.names, datatype);
    return { transform: { features: made, datatype }, missing: false };
  }
  const binNames: string[] = [];
  const targets = edges.map((own, column) => {
    const table = new Int32Array(own.length).fill(-1);
    for (let bin = 0; bin < own.length - 1; bin++) {
      table[bin + 1] = binNames.length;
      binNames.push(`${names[column]}_${bin}.0`);
    }
    return table;
  });
  const tables = tablesOf(targets, Int32Array);
  const call = { inputs: [codes], arrays: { targets: tables.values, offsets: tables.offsets } };
  const made = SparseFeatures.ofKernel(g, 'one-hot', call, { width: binNames.length, names: binNames, datatype });
  return { transform: { features: made, datatype }, missing: false };
}
