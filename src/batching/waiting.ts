import type { RequestContext } from '../core/context.js';
import type { ServerError } from '../core/errors.js';
import type { InferRequest } from '../core/protocol.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** What a caller gets back of a batch. */
export interface BatchShare {
  readonly outputs: readonly Tensor[];
  readonly parameters?: Parameters;
}

/** One waiting request. `settle` answers its caller; only the first call counts. */
export class Waiting {
  private settled = false;
  /** It was with a worker that was ended because of another request. */
  ranBefore = false;
  /** Called once when the caller has its answer. */
  onSettled: (() => void) | undefined;

  constructor(
    readonly context: RequestContext,
    readonly request: InferRequest,
    readonly rows: number,
    /** It cannot be merged with others. */
    readonly alone: boolean,
    private readonly resolve: (share: BatchShare) => void,
    private readonly reject: (error: ServerError) => void,
  ) {}

  get done(): boolean {
    return this.settled;
  }

  settle(share: BatchShare | undefined, failure: ServerError | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.context.onCancel = undefined;
    this.onSettled?.();
    if (failure !== undefined) this.reject(failure);
    else this.resolve(share!);
  }
}
