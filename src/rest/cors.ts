import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CorsSettings } from '../settings/server-settings.js';

/** Headers that browsers may always send (the Fetch standard's list, as MLServer names it). */
const ALWAYS_ALLOWED = ['Accept', 'Accept-Language', 'Content-Language', 'Content-Type'];

/** Which other origins may ask, with the settings and answers of MLServer. */
export class Cors {
  private readonly anyOrigin: boolean;
  private readonly anyHeader: boolean;
  private readonly originPattern: RegExp | undefined;
  private readonly allowedHeaders: readonly string[];

  constructor(private readonly settings: CorsSettings) {
    const { allowOrigins, allowHeaders, allowOriginRegex } = settings;
    this.anyOrigin = allowOrigins.includes('*');
    this.anyHeader = allowHeaders.includes('*');
    this.originPattern = allowOriginRegex === null ? undefined : new RegExp(`^(?:${allowOriginRegex})$`);
    this.allowedHeaders = [...new Set([...ALWAYS_ALLOWED, ...allowHeaders])].sort();
  }

  /** What goes with an answer to this request: name -> value; empty for requests that name no origin. */
  headersFor(request: FastifyRequest): Record<string, string> {
    const { origin, cookie } = request.headers;
    if (origin === undefined) return {};
    const { allowCredentials, exposeHeaders } = this.settings;
    const headers: Record<string, string> = {};
    if (allowCredentials) headers['access-control-allow-credentials'] = 'true';
    if (exposeHeaders.length > 0) headers['access-control-expose-headers'] = exposeHeaders.join(', ');
    if (this.anyOrigin && cookie === undefined) headers['access-control-allow-origin'] = '*';
    else if (this.allows(origin)) {
      headers['access-control-allow-origin'] = origin;
      headers.vary = 'Origin';
    }
    return headers;
  }

  /** Answers preflight requests, and adds the headers to all answers that go through fastify. */
  addTo(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      const wanted = request.headers['access-control-request-method'];
      if (request.method !== 'OPTIONS' || request.headers.origin === undefined || wanted === undefined) {
        reply.headers(this.headersFor(request));
        return done();
      }
      const refused = this.refusals(request, wanted);
      reply.headers(this.preflightHeaders(request)).type('text/plain; charset=utf-8');
      if (refused.length > 0) reply.code(400).send(`Disallowed CORS ${refused.join(', ')}`);
      else reply.code(200).send('OK');
    });
  }

  private allows(origin: string): boolean {
    return this.anyOrigin || this.settings.allowOrigins.includes(origin) || this.originPattern?.test(origin) === true;
  }

  private refusals({ headers }: FastifyRequest, method: string): string[] {
    const { allowMethods } = this.settings;
    const refused: string[] = [];
    if (!this.allows(headers.origin as string)) refused.push('origin');
    if (!allowMethods.includes('*') && !allowMethods.includes(method)) refused.push('method');
    const asked = headers['access-control-request-headers']?.toString() ?? '';
    const known = this.allowedHeaders.map(name => name.toLowerCase());
    const unknown = asked.split(',').some(name => name.trim() !== '' && !known.includes(name.trim().toLowerCase()));
    if (unknown && !this.anyHeader) refused.push('headers');
    return refused;
  }

  private preflightHeaders(request: FastifyRequest): Record<string, string> {
    const { allowMethods, maxAgeSeconds, allowCredentials } = this.settings;
    const origin = request.headers.origin as string;
    const asked = request.headers['access-control-request-headers']?.toString();
    const headers: Record<string, string> = {
      vary: 'Origin',
      'access-control-allow-methods': allowMethods.includes('*')
        ? 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'
        : allowMethods.join(', '),
      'access-control-max-age': String(maxAgeSeconds),
    };
    if (this.allows(origin))
      headers['access-control-allow-origin'] = this.anyOrigin && !allowCredentials ? '*' : origin;
    if (!this.anyHeader) headers['access-control-allow-headers'] = this.allowedHeaders.join(', ');
    else if (asked !== undefined) headers['access-control-allow-headers'] = asked;
    if (allowCredentials) headers['access-control-allow-credentials'] = 'true';
    return headers;
  }
}
