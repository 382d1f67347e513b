import type { Kernel } from './kernel.js';
import { labels } from './labels.js';

/** Every step in TypeScript that a plan may name. */
export const kernels: ReadonlyMap<string, Kernel> = new Map<string, Kernel>(
  Object.entries({
    labels,
  } as Record<string, Kernel<never>>) as [string, Kernel][],
);
