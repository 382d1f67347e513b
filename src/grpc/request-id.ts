import type { Metadata } from '@grpc/grpc-js';

/** By the metadata of a call, which all who see the call share. */
const ids = new WeakMap<Metadata, string>();
let made = 0;

/** How the log names a call: by the caller's `x-request-id`, else by one of our own, the same for all lines about it. */
export function requestIdOf(metadata: Metadata): string {
  let id = ids.get(metadata);
  if (id === undefined) {
    const [given] = metadata.get('x-request-id');
    id = given === undefined ? `grpc-${(++made).toString(36)}` : String(given);
    ids.set(metadata, id);
  }
  return id;
}
