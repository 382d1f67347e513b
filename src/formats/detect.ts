import { badFile } from './errors.js';

/** What a file is packed with. */
export type Container = 'none' | 'zlib' | 'gzip' | 'bz2' | 'lzma' | 'xz' | 'lz4';

const MAGICS: readonly (readonly [Container, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bz2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lzma', [0x5d, 0x00]],
];

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/** The container by its first bytes. Names say nothing: joblib writes zlib into "model.joblib". */
export function detectContainer(bytes: Uint8Array): Container {
  // A zlib header is a multiple of 31.
  if (bytes[0] === 0x78 && bytes.length > 1 && (0x7800 + bytes[1]) % 31 === 0) return 'zlib';
  return MAGICS.find(([, magic]) => startsWith(bytes, magic))?.[0] ?? 'none';
}

/** Zip archives, such as skops writes. */
export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06]);
}

/**
 * Refuses what people find in the place of a model of any kind: nothing, a pointer of Git LFS whose content was not fetched,
 * or a web page that answered the download.
 */
export function refusePlaceholders(bytes: Uint8Array): void {
  if (bytes.length === 0) throw badFile('the file is empty');
  const head = headOf(bytes);
  if (head.startsWith('version https') && head.includes('git-lfs')) {
    throw badFile('the file is a Git LFS pointer, not the model itself: fetch it with "git lfs pull"');
  }
  if (/^<(!doctype|html|\?xml)/i.test(head)) throw badFile('the file is a web page (HTML or XML), not a model');
}

/** Refuses placeholders, JSON documents, and a form of joblib that nothing has written since 2016. */
export function refuseOtherFiles(bytes: Uint8Array): void {
  refusePlaceholders(bytes);
  const head = headOf(bytes);
  if (head.startsWith('ZF0x'))
    throw badFile('the file was packed by joblib before 0.10: save the model again with a newer one');
  if (/^\{\s*"/.test(head)) throw badFile('the file is a JSON document, not a Python model file');
}

function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1').trimStart();
}
