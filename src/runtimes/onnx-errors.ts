import { ServerError } from '../core/errors.js';

const MAX_LENGTH = 600;

/**
 * What onnxruntime threw, as a failure that a client may read: INVALID_ARGUMENT, since a session on a sound model fails on what
 * it is given; RESOURCE_EXHAUSTED when memory ran out.
 */
export function sessionError(thrown: unknown, doing: string): ServerError {
  if (thrown instanceof ServerError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = /failed to allocate|bad_alloc|out of memory/i.test(message) ? 'RESOURCE_EXHAUSTED' : 'INVALID_ARGUMENT';
  return new ServerError(code, `${doing}: ${readable(message)}`, { cause: thrown });
}

/**
 * Leaves out where in its own sources onnxruntime gave up: "Non-zero status code returned while running Reshape node. Name:'r'
 * Status Message: /src/onnxruntime/core/reshape_helper.h:84 onnxruntime::ReshapeHelper::ReshapeHelper(...) size != 0 was false. The
 * input tensor cannot be reshaped" becomes "Reshape node 'r': The input tensor cannot be reshaped".
 */
function readable(message: string): string {
  const [line] = message.trim().split('\n');
  return line
    .replace(
      /Non-zero status code returned while running (\S+) node\. Name:'(.*?)' Status Message: ?/,
      "$1 node '$2': ",
    )
    .replace(" node '': ", ' node: ')
    .replace(/(?:\S*\/)?[\w.-]+\.(?:cc|h|cpp|hpp):\d+ (?:.*? was false\. ?)?/g, '')
    .replace(/(?:[\w:<>&*]+ )?onnxruntime::[\w:~<>]+\([^)]*\)(?: const)? /g, '')
    .slice(0, MAX_LENGTH);
}
