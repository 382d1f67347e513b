import { MAX_COLUMNS, tooWide } from '../shapes.js';
import type { Features } from './features.js';

/** Names of features; scikit-learn calls them x0, x1, ... where they have none. */
export function namesOf(features: Pick<Features, 'width' | 'names'>): readonly string[] {
  return features.names ?? Array.from({ length: Math.max(0, features.width) }, (_, column) => `x${column}`);
}

/** What scikit-learn calls features that belong to no input in particular: pca0, pca1, ... */
export function numberedNames(className: string, width: number): string[] {
  if (width > MAX_COLUMNS) throw tooWide(width);
  return Array.from({ length: Math.max(0, width) }, (_, column) => `${className.toLowerCase()}${column}`);
}
