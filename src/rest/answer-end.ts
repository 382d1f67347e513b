import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By connection, whom to tell of its end whose answers wait for their turn on it. */
const inLine = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once, when the connection has the whole answer or is gone. (An answer behind others of its connection has not got
 * that connection yet: it does not close when the connection does.)
 */
export function onceOver({ socket }: IncomingMessage, response: ServerResponse, over: () => void): void {
  if (response.closed) return over();
  if (response.socket !== null) return void response.once('close', over);
  // It may have gone while the body was inflated.
  if (socket.destroyed) return over();
  const others = lineOf(socket);
  const leave = () => {
    if (others.delete(leave)) over();
  };
  others.add(leave);
  response.once('close', leave);
}

function lineOf(socket: Socket): Set<() => void> {
  const known = inLine.get(socket);
  if (known !== undefined) return known;
  const line = new Set<() => void>();
  inLine.set(socket, line);
  socket.once('close', () => {
    for (const leave of line) leave();
  });
  return line;
}
