import type { ModelMetadata, ModelRef, RepositoryIndexItem, ServerMetadata } from '../../src/core/protocol.js';
import type { ControlClient } from './control-client.js';
import { FailedCall } from './infer-client.js';
import { statusOf } from './rest-client.js';

export class RestControl implements ControlClient {
  constructor(private readonly url: string) {}

  serverLive = () => this.health('/v2/health/live', 'live');
  serverReady = () => this.health('/v2/health/ready', 'ready');
  serverMetadata = () => this.ask<ServerMetadata>('GET', '/v2');
  modelReady = (target: ModelRef) => this.health(`/v2/models/${pathOf(target)}/ready`, 'ready');
  modelMetadata = (target: ModelRef) => this.ask<ModelMetadata>('GET', `/v2/models/${pathOf(target)}`);
  index = (ready?: boolean) =>
    this.ask<readonly RepositoryIndexItem[]>('POST', '/v2/repository/index', JSON.stringify({ ready }));
  load = (target: ModelRef) => this.ask<undefined>('POST', `/v2/repository/models/${pathOf(target)}/load`);
  unload = (target: ModelRef) => this.ask<undefined>('POST', `/v2/repository/models/${pathOf(target)}/unload`);

  close(): void {}

  private async ask<T>(method: string, path: string, body?: string): Promise<T | FailedCall> {
    const response = await fetch(this.url + path, { method, body, headers: { 'content-type': 'application/json' } });
    const text = await response.text();
    if (!response.ok) return new FailedCall(response.status, JSON.parse(text).error, statusOf);
    return text === '' ? (undefined as T) : JSON.parse(text);
  }

  /** The status says it and the body as well. */
  private async health(path: string, field: 'live' | 'ready'): Promise<boolean | FailedCall> {
    const response = await fetch(this.url + path);
    const body = (await response.json()) as { readonly error?: string; readonly [field: string]: unknown };
    if (body.error !== undefined) return new FailedCall(response.status, body.error, statusOf);
    if (body[field] !== response.ok) throw new Error(`${response.status} and ${JSON.stringify(body)}`);
    return response.ok;
  }
}

function pathOf({ name, version }: ModelRef): string {
  return version === undefined ? name : `${name}/versions/${version}`;
}
