import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Certificate, selfSigned } from '../../support/certificate.js';
import { suiteLifetime } from '../../support/lifetime.js';
import { exampleModels, TestServer } from '../../support/server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { Broker, freePorts, NO_BROKER } from '../broker.js';
import { KafkaClient } from '../client.js';
import { numbered } from './setup.js';

const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
const PASSWORD = 'open-sesame';
const MODULE = 'org.apache.kafka.common.security';
const JAAS = 'sasl.jaas.config';

/** The tests talk to the broker in the clear; its port for our servers wants TLS and a password, another one a certificate. */
function settings(port: number, secure: number, { key, cert }: Certificate): readonly string[] {
  const inPem = (text: string) => text.trim().replaceAll('\n', '\\n');
  const plain = `${MODULE}.plain.PlainLoginModule required user_me="${PASSWORD}";`;
  const scram = `${MODULE}.scram.ScramLoginModule required;`;
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `SASL_SSL://127.0.0.1:${secure}`,
    `SSL://127.0.0.1:${secure + 1}`,
    `CONTROLLER://127.0.0.1:${port + 1}`,
  ];
  return [
    `listeners=${listeners}`,
    `advertised.listeners=${listeners}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type=PEM',
    `ssl.keystore.key=${inPem(key)}`,
    `ssl.keystore.certificate.chain=${inPem(cert)}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.certificates=${inPem(cert)}`,
    'listener.name.ssl.ssl.client.auth=required',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    `listener.name.sasl_ssl.plain.${JAAS}=${plain}`,
    `listener.name.sasl_ssl.scram-sha-256.${JAAS}=${scram}`,
    `listener.name.sasl_ssl.scram-sha-512.${JAAS}=${scram}`,
  ];
}

describe('Kafka, with a real broker that wants TLS', { skip: NO_BROKER }, () => {
  const t = suiteLifetime();
  let certificate: Certificate;
  let secure: number;
  let client: KafkaClient;

  before(async () => {
    const made = selfSigned(t);
    assert.ok(made, 'openssl makes the certificate');
    certificate = made;
    secure = await freePorts();
    const broker = await Broker.start(t, { set: port => settings(port, secure, certificate) });
    for (const mechanism of SCRAM) await broker.addUser('me', PASSWORD, mechanism);
    client = new KafkaClient(t, broker.address);
  });

  /** A server on topics of its own, named after `name`. */
  async function start(t: TestContext, name: string, port: number, security: object): Promise<TestServer> {
    const folder = temporaryFolder(t, { 'key.pem': certificate.key, 'cert.pem': certificate.cert });
    await client.createTopics(1, `${name}-in`, `${name}-out`);
    return TestServer.start(t, {
      files: exampleModels({ 'mushroom-xgboost': {} }),
      settings: {
        kafka_enabled: true,
        kafka_servers: `127.0.0.1:${port}`,
        kafka_group_id: name,
        kafka_topic_input: `${name}-in`,
        kafka_topic_output: `${name}-out`,
        kafka_security: JSON.parse(JSON.stringify(security).replaceAll('FOLDER', folder)),
      },
    });
  }

  async function assertAnswers(name: string): Promise<void> {
    await client.produce(`${name}-in`, [{ ...numbered(0), partition: 0 }]);
    const [answer] = await client.read(`${name}-out`, all => all.length === 1);
    assert.equal(answer.key, '0');
    assert.equal(answer.headers['modelyard-error'], undefined);
  }

  const tls = { ca: 'FOLDER/cert.pem' };
  for (const mechanism of ['PLAIN', ...SCRAM]) {
    it(`answers over TLS with a password by ${mechanism}`, async t => {
      const name = mechanism.toLowerCase();
      await start(t, name, secure, { tls, sasl: { mechanism, username: 'me', password: PASSWORD } });
      await assertAnswers(name);
    });
  }

  it('answers over TLS with a certificate of its own', async t => {
    await start(t, 'certificate', secure + 1, { tls: { ...tls, cert: 'FOLDER/cert.pem', key: 'FOLDER/key.pem' } });
    await assertAnswers('certificate');
  });

  const sasl = { mechanism: 'SCRAM-SHA-512', username: 'me', password: PASSWORD };
  for (const [what, security, reason] of [
    ['a wrong password', { tls, sasl: { ...sasl, password: 'sesame' } }, /[Aa]uthentication/],
    ['a broker that nobody vouches for', { tls: true, sasl }, /self-signed certificate/],
  ] as const) {
    it(`says so of ${what}, and serves REST`, async t => {
      const server = await start(t, what.replaceAll(' ', '-'), secure, security);
      const { message } = await server.logged(/^Kafka at .*Trying again/);
      assert.match(message, reason);
      assert.ok(!message.includes('sesame'), message);
      assert.match((await server.metrics()).text, /^modelyard_kafka_connected 0$/m);
      const { status } = await server.infer('mushroom-xgboost', numbered(0).value);
      assert.equal(status, 200);
    });
  }
});
