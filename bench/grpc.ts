/**
 * gRPC beside a bare server on grpc-js that answers the same messages: `npm run bench:grpc`. Bursts alternate; the ratio is the
 * median of the rounds.
 */
import { fireGrpc, type GrpcMeasured } from './grpc-load.js';
import { inferRequest } from './grpc-messages.js';
import { startGrpcEcho, startModelyard } from './process.js';

const LOAD = { connections: 4, streams: 16, seconds: 3 };
const ROUNDS = 5;
const WARM_UP_ROUNDS = 2;
const message = inferRequest(1);

const echo = await startGrpcEcho();
const server = await startModelyard({ parallelWorkers: 1, maxBatchSize: 64, maxBatchTimeSeconds: 0.001 });
const rounds: { echo: GrpcMeasured; got: GrpcMeasured; ratio: number }[] = [];
for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round++) {
  const bare = await fireGrpc(echo.grpcPort, message, LOAD);
  const got = await fireGrpc(server.grpcPort, message, LOAD);
  if (round >= WARM_UP_ROUNDS) rounds.push({ echo: bare, got, ratio: got.requestsPerSecond / bare.requestsPerSecond });
}
await Promise.all([echo.stop(), server.stop()]);

const middle = rounds.sort((a, b) => a.ratio - b.ratio)[Math.floor(rounds.length / 2)];
console.log('| 64 calls over 4 connections | calls/s | p50 ms | p99 ms | errors |\n|---|---|---|---|---|');
for (const [name, { requestsPerSecond, p50Ms, p99Ms, errors }] of [
  ['bare grpc-js', middle.echo],
  ['Modelyard', middle.got],
] as const) {
  console.log(`| ${name} | ${requestsPerSecond.toFixed(0)} | ${p50Ms.toFixed(1)} | ${p99Ms.toFixed(1)} | ${errors} |`);
}
console.log(`\nModelyard makes ${middle.ratio.toFixed(2)} of the bare server's calls a second.`);
