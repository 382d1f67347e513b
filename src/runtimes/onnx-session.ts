import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ElementType, Value } from '../kernels/value.js';
import type { SessionOptions } from '../wire/messages.js';

const ORT_TYPE = {
  f64: 'float64',
  f32: 'float32',
  i64: 'int64',
  i32: 'int32',
  u8: 'uint8',
  bool: 'bool',
  str: 'string',
} as const;
const ELEMENT_TYPE = new Map<string, ElementType>(
  Object.entries(ORT_TYPE).map(([element, name]) => [name, element as ElementType]),
);

/** What went wrong is in the error that is thrown; onnxruntime's own log would only repeat it. */
const LOG_NOTHING = 4;

/** A session on a model's bytes, which it copies. One thread, since replicas give the parallelism. Blocks the thread it is called on. */
export function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<InferenceSession> {
  const { memPattern, freeDimensions } = options;
  return InferenceSession.create(model, {
    intraOpNumThreads: options.intraOpThreads ?? 1,
    interOpNumThreads: options.interOpThreads ?? 1,
    executionMode: options.executionMode ?? 'sequential',
    graphOptimizationLevel: options.optimizationLevel ?? 'all',
    enableCpuMemArena: options.cpuMemArena ?? false,
    ...(typeof memPattern === 'boolean' && { enableMemPattern: memPattern }),
    ...(freeDimensions && { freeDimensionOverrides: freeDimensions }),
    logSeverityLevel: LOG_NOTHING,
  });
}

/** One graph of a plan on onnxruntime. Creating and running it block the thread they are called on. */
export class OnnxSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly outputs: readonly string[],
  ) {}

  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
    // Beyond 'basic' onnxruntime folds a factor of a matrix product into an attribute, which rounds it to float32.
    const session = await createSession(model, { ...options, optimizationLevel: 'basic' });
    return new OnnxSession(session, session.outputNames);
  }

  /** Reads its inputs and returns new values in the order of the graph's outputs. */
  async run(inputs: Readonly<Record<string, Value>>): Promise<Value[]> {
    const feeds: Record<string, Tensor> = {};
    for (const name in inputs) {
      const { type, data, shape } = inputs[name];
      feeds[name] = new Tensor(ORT_TYPE[type], data as Float64Array, shape);
    }
    const results = await this.session.run(feeds);
    return this.outputs.map(name => {
      const { type, data, dims } = results[name];
      return { type: ELEMENT_TYPE.get(type), shape: dims, data } as Value;
    });
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
