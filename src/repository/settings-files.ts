import { stat } from 'node:fs/promises';
import type { JsonObject } from '../settings/json-object.js';
import { readSettingsFile } from './candidate.js';

/** What was written a moment ago may be written again with nothing to tell it by: clocks of file systems tick slowly. */
const YOUNG_MS = 1_000;

/** Settings files as they were last read: whoever looks often finds most of them unchanged. */
export class SettingsFiles {
  private readonly known = new Map<string, { readonly state: string; readonly file: JsonObject }>();

  /** `within`: where they must lie, if that matters. */
  constructor(private readonly within?: string) {}

  /** As readSettingsFile; the same object as long as the file is the same. */
  async read(path: string, source: string): Promise<JsonObject> {
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    if (stats === undefined) return readSettingsFile(path, source, this.within);
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = stats;
    const state = `${dev}:${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    const known = this.known.get(path);
    if (known?.state === state) return known.file;
    const file = await readSettingsFile(path, source, this.within);
    if (Date.now() - Number(ctimeMs) > YOUNG_MS) this.known.set(path, { state, file });
    return file;
  }
}
