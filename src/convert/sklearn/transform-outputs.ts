import { badFile } from '../../formats/errors.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { PlanOutput } from '../plan.js';
import { output } from '../plan-builder.js';
import { joined } from './features.js';
import type { Transformed } from './methods.js';
import { namesOf } from './names.js';

/** The answer `transform`: one matrix, or a frame with one output per column. */
export function transformOutputs(g: GraphBuilder, { features, datatype, frame }: Transformed): PlanOutput[] {
  const columns = Array.from({ length: features.width }, (_, column) => column);
  const isText = (column: number) => features.datatypeOf(column) === 'BYTES';
  if (frame) {
    const names = namesOf(features);
    return columns.map(column => {
      const value = features.column(column, isText(column) ? 'str' : 'f64');
      return { ...output('transform', value, features.datatypeOf(column), names[column]), frame: true };
    });
  }
  if (!columns.some(isText)) return [output('transform', features.matrix(), datatype)];
  if (!columns.every(isText)) throw badFile('transform: text beside numbers is only served as a frame (set_output)');
  const texts = columns.map(column => features.column(column, 'str'));
  return [output('transform', joined(g, texts, 'str'), 'BYTES')];
}
