import { type ClientHttp2Session, connect } from 'node:http2';
import { INFER_PATH } from './grpc-messages.js';

const GRPC_PREFIX_BYTES = 5;
const HEADERS = {
  ':method': 'POST',
  ':path': INFER_PATH,
  'content-type': 'application/grpc',
  te: 'trailers',
};

export interface GrpcMeasured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

/** Unary calls for a time over plain HTTP/2 sessions, so many at once in each; a whole client would cost more than the server. */
export async function fireGrpc(
  port: number,
  message: Buffer,
  { connections, streams, seconds }: { connections: number; streams: number; seconds: number },
): Promise<GrpcMeasured> {
  const body = Buffer.alloc(GRPC_PREFIX_BYTES + message.length);
  body.writeUInt32BE(message.length, 1);
  message.copy(body, GRPC_PREFIX_BYTES);
  const took: number[] = [];
  let errors = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  const sessions = Array.from({ length: connections }, () => connect(`http://127.0.0.1:${port}`));
  const loop = async (session: ClientHttp2Session) => {
    for (let now = performance.now(); now < end; ) {
      const ok = await callOnce(session, body);
      const done = performance.now();
      took.push(done - now);
      if (!ok) errors++;
      now = done;
    }
  };
  await Promise.all(sessions.flatMap(session => Array.from({ length: streams }, () => loop(session))));
  const elapsed = (performance.now() - started) / 1000;
  for (const session of sessions) session.close();
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor((took.length - 1) * share)];
  return { requestsPerSecond: took.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99), errors };
}

function callOnce(session: ClientHttp2Session, body: Buffer): Promise<boolean> {
  return new Promise(resolve => {
    const call = session.request(HEADERS);
    let status: unknown;
    call.on('response', headers => (status ??= headers['grpc-status']));
    call.on('trailers', trailers => (status ??= trailers['grpc-status']));
    call.on('close', () => resolve(String(status) === '0'));
    call.on('error', () => {});
    call.resume();
    call.end(body);
  });
}
