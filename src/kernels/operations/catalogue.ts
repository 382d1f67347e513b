import { ALONG_AXIS } from './along-axis.js';
import { ELEMENTWISE } from './elementwise.js';
import { LINEAR } from './linear.js';
import type { Operation } from './operation.js';

/** The ONNX operations that can be carried out in TypeScript, on anything but text. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({ ...ELEMENTWISE, ...LINEAR, ...ALONG_AXIS }),
);
