/**
 * What a server of this kind cannot beat by much: fastify parses the same JSON body into a Float32Array and answers a constant.
 * Prints its port when it listens.
 */
import { fastify } from 'fastify';

interface Body {
  readonly inputs: readonly { readonly name: string; readonly data: unknown[] }[];
}

const ANSWER = JSON.stringify({
  model_name: 'limit',
  id: '0',
  parameters: {},
  outputs: [{ name: 'predict', shape: [1, 1], datatype: 'INT64', parameters: { content_type: 'np' }, data: [8] }],
});

const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
app.post('/v2/models/limit/infer', (request, reply) => {
  const { inputs } = request.body as Body;
  const values = Float32Array.from(inputs[0].data.flat(Number.POSITIVE_INFINITY) as number[]);
  if (values.length === 0) throw new Error('no data');
  return reply.type('application/json').send(ANSWER);
});
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
console.log(typeof address === 'object' ? address?.port : address);
