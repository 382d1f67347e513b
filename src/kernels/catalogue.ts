import type { Kernel } from './kernel.js';
import { labels } from './labels.js';
import { linearBooster } from './linear-booster.js';
import { linearLeaves } from './linear-leaves.js';
import { svcCoupling } from './svc-coupling.js';
import { above, argmax, bothClasses, softmax, transform } from './transforms.js';
import { treeLeaves, trees } from './trees.js';

/** Every step in TypeScript that a plan may name. */
export const kernels: ReadonlyMap<string, Kernel> = new Map<string, Kernel>(
  Object.entries({
    labels,
    'svc-coupling': svcCoupling,
    trees,
    treeLeaves,
    linearBooster,
    linearLeaves,
    transform,
    softmax,
    argmax,
    above,
    bothClasses,
  } as Record<string, Kernel<never>>) as [string, Kernel][],
);
