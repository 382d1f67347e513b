import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many of these somebody still holds. */
export async function countAlive(references: readonly WeakRef<object>[]): Promise<number> {
  // What was made or looked at in one turn is kept until its end.
  await nextTurn();
  collect();
  return references.filter(reference => reference.deref() !== undefined).length;
}
