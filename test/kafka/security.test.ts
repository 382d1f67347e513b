import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { readSecurity } from '../../src/kafka/security.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SASL = { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'secret' };

describe('kafka_security', () => {
  it('is nothing unless it is set', () => {
    assert.deepEqual(readSecurity(null, '.'), {});
    assert.deepEqual(readSecurity({ tls: false }, '.'), { tls: undefined, sasl: undefined });
  });

  it('reads files beside the settings', t => {
    const folder = temporaryFolder(t, { 'ca.pem': 'CA' });
    const { tls, sasl } = readSecurity({ tls: { ca: 'ca.pem', verify: false }, sasl: SASL }, folder);
    assert.equal(String(tls?.ca), 'CA');
    assert.equal(tls?.rejectUnauthorized, false);
    assert.deepEqual(sasl, { mechanism: 'scram-sha-512', username: 'u', password: 'secret' });
    assert.equal(readSecurity({ tls: true }, folder).tls?.rejectUnauthorized, true);
  });

  for (const [setting, text] of [
    [{ ssl: true }, "kafka_security: unknown field 'ssl', expected tls, sasl"],
    [{ tls: 'yes' }, 'kafka_security.tls: expected true, false or an object'],
    [{ tls: { ca: 'none.pem' } }, "kafka_security.tls.ca: file 'none.pem' cannot be read (ENOENT)"],
    [{ tls: { verify: 'no' } }, 'kafka_security.tls.verify: expected true or false'],
    [
      { sasl: { ...SASL, mechanism: 'GSSAPI' } },
      'kafka_security.sasl.mechanism: expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512',
    ],
    [{ sasl: { ...SASL, password: 5 } }, 'kafka_security.sasl.password: expected a string'],
    [{ sasl: { mechanism: 'plain', password: 'x' } }, 'kafka_security.sasl.username: expected a string'],
  ] as const) {
    it(`refuses ${JSON.stringify(setting)}`, t => {
      assert.throws(() => readSecurity(setting, temporaryFolder(t)), new ServerError('FAILED_PRECONDITION', text));
    });
  }
});
