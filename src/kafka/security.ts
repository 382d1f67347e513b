import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ServerError } from '../core/errors.js';
import type { Parameters, ParameterValue } from '../core/tensor.js';

/** How to reach the brokers safely. */
export interface KafkaSecurity {
  /** Absent: no TLS. */
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
}

/** Contents of PEM files, as Node's TLS takes them. */
export interface TlsOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type SaslMechanism = (typeof MECHANISMS)[number];

const FIELD = 'kafka_security';
const TLS_FIELDS = ['ca', 'cert', 'key', 'passphrase', 'server_name', 'verify'];
const SASL_FIELDS = ['mechanism', 'username', 'password'];

/**
 * The setting `kafka_security`:
 *
 *   {"tls": true}
 *   {"tls": {"ca": "ca.pem", "cert": "client.pem", "key": "client.key", "passphrase": "...", "server_name": "...", "verify": true},
 *    "sasl": {"mechanism": "SCRAM-SHA-512", "username": "...", "password": "..."}}
 *
 * Paths are relative to `folder`. Throws FAILED_PRECONDITION, naming the field; passwords are never shown.
 */
export function readSecurity(setting: Parameters | null, folder: string): KafkaSecurity {
  if (setting === null) return {};
  checkFields(setting, FIELD, ['tls', 'sasl']);
  return { tls: readTls(setting.tls, folder), sasl: readSasl(setting.sasl) };
}

function readTls(value: ParameterValue | undefined, folder: string): TlsOptions | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return { rejectUnauthorized: true };
  const at = `${FIELD}.tls`;
  const tls = objectAt(value, at, 'true, false or an object');
  checkFields(tls, at, TLS_FIELDS);
  const file = (name: string) => readPem(textAt(tls, at, name), `${at}.${name}`, folder);
  const { verify = true } = tls;
  if (typeof verify !== 'boolean') throw bad(`${at}.verify`, 'true or false');
  return {
    ca: file('ca'),
    cert: file('cert'),
    key: file('key'),
    passphrase: textAt(tls, at, 'passphrase'),
    servername: textAt(tls, at, 'server_name'),
    rejectUnauthorized: verify,
  };
}

function readSasl(value: ParameterValue | undefined): SaslOptions | undefined {
  if (value === undefined || value === null) return undefined;
  const at = `${FIELD}.sasl`;
  const sasl = objectAt(value, at, 'an object');
  checkFields(sasl, at, SASL_FIELDS);
  const written = textAt(sasl, at, 'mechanism')?.toLowerCase();
  const mechanism = MECHANISMS.find(known => known === written);
  if (mechanism === undefined) throw bad(`${at}.mechanism`, 'PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512');
  const username = textAt(sasl, at, 'username');
  const password = textAt(sasl, at, 'password');
  if (username === undefined) throw bad(`${at}.username`, 'a string');
  if (password === undefined) throw bad(`${at}.password`, 'a string');
  return { mechanism, username, password };
}

function readPem(path: string | undefined, at: string, folder: string): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(resolve(folder, path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ServerError('FAILED_PRECONDITION', `${at}: file '${path}' cannot be read (${code})`, { cause });
  }
}

function textAt(object: Parameters, at: string, name: string): string | undefined {
  const value = object[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw bad(`${at}.${name}`, 'a string');
  return value;
}

function objectAt(value: ParameterValue, at: string, expected: string): Parameters {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(at, expected);
  return value as Parameters;
}

function checkFields(object: Parameters, at: string, known: readonly string[]): void {
  const unknown = Object.keys(object).find(name => !known.includes(name));
  if (unknown !== undefined) {
    const text = `${at}: unknown field '${unknown}', expected ${known.join(', ')}`;
    throw new ServerError('FAILED_PRECONDITION', text);
  }
}

function bad(at: string, expected: string): ServerError {
  return new ServerError('FAILED_PRECONDITION', `${at}: expected ${expected}`);
}
