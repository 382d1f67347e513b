import type { RouteCall } from '../core/protocol.js';
import { ModelError } from './model-error.js';

/** An HTTP route of a model's own, as MLServer's custom handlers. */
export interface ModelRoute {
  /** From the root, as `/explain/{name}`: what stands in braces is one part of the path. Not below `/v2`. */
  readonly path: string;
  /** POST if nothing is said. */
  readonly method?: string;
  /** A `Response` is sent as it is, anything else as JSON. Called as a method of the model. */
  handle(request: RouteRequest): unknown;
}

/** What a route is asked. */
export class RouteRequest {
  readonly method: string;
  /** As the client wrote it, without the query. */
  readonly path: string;
  /** What stands in the places of braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;

  constructor(
    call: RouteCall,
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string>>,
    /** The body as it came. */
    readonly bytes: Uint8Array,
    /** Aborted when nobody waits for the answer any more. */
    readonly signal: AbortSignal,
  ) {
    this.method = call.method;
    this.path = call.path;
    this.params = call.params;
    this.query = new URLSearchParams(call.query);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** The body as JSON; undefined when there is none. What is no JSON is answered with status 400. */
  json(): unknown {
    if (this.bytes.length === 0) return undefined;
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw new ModelError(`the body is not JSON: ${(error as Error).message}`, 400);
    }
  }
}
