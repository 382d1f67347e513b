import { type FieldType, nullable, oneOf, parseAs, text } from '../settings/field-types.js';
import { identifier } from '../settings/identifier.js';
import { entriesOf, isObject, parseJson } from '../settings/json-object.js';
import { describe, SettingsError } from '../settings/settings-error.js';
import { readTextFile } from '../settings/text-file.js';
import { versionRange } from '../settings/version-range.js';

/** One line of a list of models: which versions of a model are wanted, and where they are. */
export interface ModelListEntry {
  readonly modelName: string;
  /** A range of versions. */
  readonly aspiredVersion: string;
  /** As written; the folder that holds the model's own folder. */
  readonly loadUrl: string;
  /** What runs the model when its own settings do not say; '' for nothing said. */
  readonly servableName: string;
  /** How messages name the entry. */
  readonly source: string;
}

/** An entry that cannot be used. */
export interface BadEntry {
  readonly name?: string;
  readonly error: SettingsError;
}

/** Both are folders, of this machine or mounted. */
const LOAD_TYPES = ['SHARE', 'LOCAL'] as const;
const loadType: FieldType<(typeof LOAD_TYPES)[number]> = {
  ...oneOf(...LOAD_TYPES),
  expected: 'SHARE (a folder, local or mounted); for other places give the model a uri in its model-settings.json',
};

/** Reads a list of models. Rejects with a SettingsError when it is no JSON list; single entries that cannot be used are told apart. */
export async function readModelList(path: string): Promise<(ModelListEntry | BadEntry)[]> {
  const content = await readTextFile(path);
  if (content === undefined) throw new SettingsError({ source: path }, 'a file with a JSON list of models', 'nothing');
  const list = parseJson(content, path);
  if (!Array.isArray(list)) throw new SettingsError({ source: path }, 'a JSON list of models', describe(list));
  return list.map((item: unknown, index) => {
    try {
      return entryOf(item, path, index);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const name = isObject(item) && typeof item.model_name === 'string' ? item.model_name : undefined;
      return { name, error };
    }
  });
}

function entryOf(item: unknown, source: string, index: number): ModelListEntry {
  if (!isObject(item)) throw new SettingsError({ source, field: `[${index}]` }, 'an object', describe(item));
  const values = entriesOf(item);
  const read = <T>(name: string, type: FieldType<T>, fallback?: T): T => {
    const value = values.get(name);
    if (value === undefined && fallback !== undefined) return fallback;
    return parseAs(type, value, { source, field: `[${index}].${name}` });
  };
  read('load_type', loadType, 'SHARE');
  return {
    modelName: read('model_name', identifier),
    aspiredVersion: read('aspired_version', versionRange, '*'),
    loadUrl: read('load_url', text),
    servableName: read('servable_name', nullable(text), '') ?? '',
    source: `${source}: [${index}]`,
  };
}
