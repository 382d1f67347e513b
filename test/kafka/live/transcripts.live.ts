import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { suiteLifetime } from '../../support/lifetime.js';
import { exampleModels, TestServer } from '../../support/server.js';
import { SpanCollector } from '../../support/span-collector.js';
import { type KafkaRecording, recordings } from '../../transcripts/recordings.js';
import { Broker, NO_BROKER } from '../broker.js';
import { KafkaClient, type Received } from '../client.js';

const transcripts = recordings.filter((recording): recording is KafkaRecording => recording.kind === 'kafka');

/** MLServer put the key in its place. */
const OWN_ID = { id: 'body-2', headers: { 'Ce-Id': 'body-2', 'Ce-Requestid': 'body-2' } };
const KEEPS_ITS_ID = 124;
/** MLServer gave no answer. */
const REFUSED = new Map([
  [125, { status: '404', error: /nope/ }],
  [126, { status: '422', error: /'mlserver-model' header not found/ }],
  [127, { status: '422', error: /JSON/ }],
]);

describe('Kafka, with a real broker', { skip: NO_BROKER }, () => {
  const t = suiteLifetime();
  let client: KafkaClient;
  let server: TestServer;
  let collector: SpanCollector;

  before(async () => {
    const broker = await Broker.start(t);
    client = new KafkaClient(t, broker.address);
    await client.createTopics(1, 'mlserver-input', 'mlserver-output');
    collector = await SpanCollector.start(t);
    const settings = { kafka_enabled: true, kafka_servers: broker.address, tracing_server: collector.address };
    server = await TestServer.start(t, { files: exampleModels({ 'mnist-svm': {} }), settings });
  });

  const answersTo = (key: string) => client.read('mlserver-output', all => all.some(each => each.key === key));

  it('answers the recorded messages as MLServer does, and tells why where that says nothing', async () => {
    const messages = transcripts.map(({ request: { key, headers, value } }) => ({
      key,
      headers,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }));
    await client.produce('mlserver-input', messages);
    const answers = await answersTo('key-5');
    assert.equal(answers.length, transcripts.length);
    for (const [i, transcript] of transcripts.entries()) assertAnswer(answers[i], transcript);
    const { text } = await server.metrics();
    assert.match(text, /^modelyard_kafka_answers_total 6$/m);
    assert.match(text, /^modelyard_kafka_dead_letters_total\{status="404"\} 1$/m);
    assert.match(text, /^modelyard_kafka_dead_letters_total\{status="422"\} 2$/m);
  });

  it('answers in the trace of the sender', async () => {
    const { request } = transcripts[0];
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    const headers = { ...request.headers, traceparent, tracestate: 'vendor=1' };
    await client.produce('mlserver-input', [{ key: 'traced', headers, value: JSON.stringify(request.value) }]);
    const answer = (await answersTo('traced')).at(-1)!;
    await server.server.stop();
    const spans = await collector.named('process mlserver-input');
    const span = spans.find(each => each.trace === trace)!;
    assert.deepEqual([span.parent, span.state, span.failed], ['b7ad6b7169203331', 'vendor=1', false]);
    assert.deepEqual(
      [answer.headers.traceparent, answer.headers.tracestate],
      [`00-${trace}-${span.id}-01`, 'vendor=1'],
    );
    const { 'messaging.kafka.offset': offset, 'modelyard.model.name': model } = span.attributes;
    assert.deepEqual([offset, model], [String(transcripts.length), 'mnist-svm']);
    const parts = collector.spans.filter(each => each.parent === span.id).map(({ name }) => name);
    assert.deepEqual(parts.toSorted(), ['batch', 'encode', 'queue']);
  });
});

function assertAnswer(answer: Received, { n, about, request, response }: KafkaRecording): void {
  const body = JSON.parse(String(answer.value));
  const refused = REFUSED.get(n);
  if (refused !== undefined) {
    assert.equal(answer.key, request.key, about);
    assert.equal(answer.headers['modelyard-status'], refused.status, about);
    assert.match(body.error, refused.error, about);
    return;
  }
  const wanted = n === KEEPS_ITS_ID ? OWN_ID : {};
  const { id = (response.value as { id: string }).id, headers } = wanted as Partial<typeof OWN_ID>;
  assert.equal(answer.key, response.key, about);
  assert.deepEqual(body, { ...response.value, id }, about);
  // What came with the request goes back with the answer, which MLServer leaves out.
  const back = { ...request.headers, 'content-type': 'application/json' };
  const { traceparent: _, ...seen } = answer.headers;
  assert.deepEqual(seen, { ...back, ...response.headers, ...headers }, about);
}
