import type { Implementation } from './implementations.js';
import type { ModelSettings } from './model-settings.js';

/** One version of a model as the repository holds it; plain data, it travels to the workers. */
export interface ModelSpec {
  readonly name: string;
  readonly version?: string;
  readonly settings: ModelSettings;
  /** Absolute path of the folder with the model's settings. */
  readonly folder: string;
  /** Absolute path of the model's file or folder; a URI of another scheme than `file:` is left as it is written. */
  readonly artifact: string;
  readonly implementation: Implementation;
}
