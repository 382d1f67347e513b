import { detectContainer, isZip } from '../formats/detect.js';
import { badFile } from '../formats/errors.js';

/** What can read a model's file. */
export type FileKind = 'sklearn' | 'xgboost' | 'lightgbm' | 'catboost' | 'onnx';

/** How far into a JSON document its member names are looked for. */
const JSON_HEAD = 1 << 16;
/** XGBoost's old binary form begins with numbers: they are no text for so long. */
const TEXT_HEAD = 64;
/** What pickles of the protocols 0 and 1 begin with; all later ones say which they are. */
const PICKLE_STARTS = '(])}cIFSVNKMLl';
const PICKLE_PROTOCOL = 0x80;

/**
 * The kind of a model's file, by its first bytes; its name counts only where those leave it open. A guess: whether the file is
 * what it seems to be, its reader finds out. Throws INVALID_ARGUMENT for a text that is none of these.
 */
export function kindOfFile(name: string, bytes: Uint8Array): FileKind {
  if (/\.onnx$/i.test(name)) return 'onnx';
  if (detectContainer(bytes) !== 'none' || isZip(bytes) || bytes[0] === PICKLE_PROTOCOL) return 'sklearn';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, JSON_HEAD)).toString('latin1');
  if (head.startsWith('CBM1')) return 'catboost';
  if (/^tree\r?\n/.test(head)) return 'lightgbm';
  if (/^\s*\{/.test(head)) return /"(oblivious_trees|features_info|model_info)"/.test(head) ? 'catboost' : 'xgboost';
  if (startsAsOnnx(bytes)) return 'onnx';
  if (head.startsWith('binf') || /\.(xgb|bst|ubj|bin|model)$/i.test(name)) return 'xgboost';
  if (head === '' || PICKLE_STARTS.includes(head[0])) return 'sklearn';
  if (!/[^\t\r\n\x20-\x7e]/.test(head.slice(0, TEXT_HEAD)))
    throw badFile(`'${name}' is a text, of no kind that model files are`);
  return 'xgboost';
}

/** Protobuf's field 1 with a small number, the version of the format, and another field behind it. */
function startsAsOnnx(bytes: Uint8Array): boolean {
  const [first, version, next] = bytes;
  return first === 0x08 && version > 0 && version < 0x20 && next >>> 3 > 1 && (next & 7) % 2 === 0 && (next & 7) < 3;
}
