/** What custom models import as 'modelyard'. */
export type { NdArray } from './codecs/numpy.js';
export type { DataFrame } from './codecs/pandas.js';
export type { Datatype } from './core/datatype.js';
export type { RequestedOutput, TensorMetadata } from './core/protocol.js';
export type { Parameters, Tensor } from './core/tensor.js';
export { logger } from './model-api/logger.js';
export { metrics } from './model-api/metrics.js';
export { type CustomModel, Model, type ModelSettings } from './model-api/model.js';
export { ModelError } from './model-api/model-error.js';
export type { InputTensor, ModelRequest } from './model-api/request.js';
export type { ModelResponse, OutputTensor } from './model-api/response.js';
export type { ModelRoute, RouteRequest } from './model-api/route.js';
export { type TypedOptions, type TypedReply, typed } from './model-api/typed.js';
export { decode, decodeRequest, encode, encodeAll, encodeResponse } from './model-api/values.js';
