import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ElementType, Value } from '../kernels/value.js';

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

export interface SessionOptions {
  /** Threads within one operation. Replicas give the parallelism, so 1 unless a model asks for more. */
  readonly intraOpThreads?: number;
}

/** One graph of a plan on onnxruntime. Creating and running it block the thread they are called on. */
export class OnnxSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly outputs: readonly string[],
  ) {}

  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: options.intraOpThreads ?? 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: false,
      logSeverityLevel: 3,
    });
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
