import type { ModelMetadata, ModelRef, RepositoryIndexItem, ServerMetadata } from '../../src/core/protocol.js';
import type { FailedCall } from './infer-client.js';

/** All that a client may ask but inference, on plain values: a version that is not there is undefined. */
export interface ControlClient {
  serverLive(): Promise<boolean | FailedCall>;
  serverReady(): Promise<boolean | FailedCall>;
  serverMetadata(): Promise<ServerMetadata | FailedCall>;
  modelReady(target: ModelRef): Promise<boolean | FailedCall>;
  modelMetadata(target: ModelRef): Promise<ModelMetadata | FailedCall>;
  index(ready?: boolean): Promise<readonly RepositoryIndexItem[] | FailedCall>;
  /** Undefined when it is done. */
  load(target: ModelRef): Promise<FailedCall | undefined>;
  unload(target: ModelRef): Promise<FailedCall | undefined>;
  close(): void;
}
