import type { Registry } from 'prom-client';
import { ServerError } from '../core/errors.js';
import { SECONDS } from './buckets.js';
import type { HistogramCell, NumberCell } from './cells.js';
import {
  type CounterFamily,
  counter,
  type GaugeFamily,
  gauge,
  type HistogramFamily,
  histogram,
} from './metric-family.js';

/** MLServer's constant, which dashboards ask for, whatever `server_name` says. */
const APP_NAME = 'mlserver';
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Probes ask often and tell nothing. */
const UNCOUNTED_ROUTES: ReadonlySet<string> = new Set(['/v2/health/live', '/v2/health/ready']);

interface EndpointCells {
  readonly total: NumberCell;
  readonly duration: HistogramCell;
}

const ENDPOINT_LABELS = ['app_name', 'method', 'path', 'status_code'] as const;
type EndpointLabel = (typeof ENDPOINT_LABELS)[number];

/** Counts HTTP requests, as the REST transport reports them: every `started` is followed by one `finished`. */
export class RestMetrics {
  private readonly totals: CounterFamily<EndpointLabel>;
  private readonly durations: HistogramFamily<EndpointLabel>;
  private readonly inProgress: GaugeFamily<'app_name' | 'method'>;
  private readonly byMethod = new Map<string, NumberCell>();
  private readonly byRoute = new Map<string, Map<string, Map<number, EndpointCells>>>();

  /** Throws INVALID_ARGUMENT when `prefix` cannot start a metric's name. */
  constructor(registry: Registry, prefix: string) {
    checkPrefix(prefix);
    this.totals = counter(registry, {
      name: `${prefix}_requests_total`,
      help: 'HTTP requests answered',
      labels: ENDPOINT_LABELS,
    });
    this.durations = histogram(registry, SECONDS, {
      name: `${prefix}_request_duration_seconds`,
      help: 'Time from an HTTP request to its answer',
      labels: ENDPOINT_LABELS,
    });
    this.inProgress = gauge(registry, {
      name: `${prefix}_requests_in_progress`,
      help: 'HTTP requests not answered yet',
      labels: ['app_name', 'method'],
    });
  }

  /** `method` in capitals, as HTTP has it. */
  started(method: string): void {
    this.running(method).value++;
  }

  /**
   * `route` is the template that matched ('/v2/models/:model_name/infer'), never the path that a client sent; undefined when
   * none did: such requests are not counted.
   */
  finished(method: string, route: string | undefined, status: number, seconds: number): void {
    this.running(method).value--;
    if (route === undefined || UNCOUNTED_ROUTES.has(route)) return;
    const { total, duration } = this.cells(method, route, status);
    total.value++;
    duration.observe(seconds);
  }

  private running(method: string): NumberCell {
    return entry(this.byMethod, method, () => this.inProgress.cell({ app_name: APP_NAME, method }));
  }

  /** Maps in maps: three look-ups of ready-made texts cost less than making one key of them. */
  private cells(method: string, route: string, status: number): EndpointCells {
    const byMethod = entry(this.byRoute, route, () => new Map<string, Map<number, EndpointCells>>());
    const byStatus = entry(byMethod, method, () => new Map<number, EndpointCells>());
    return entry(byStatus, status, () => {
      const labels = { app_name: APP_NAME, method, path: pathOf(route), status_code: String(status) };
      return { total: this.totals.cell(labels), duration: this.durations.cell(labels) };
    });
  }
}

/** A route with its parameters as OpenAPI and MLServer's metrics write them: '/v2/models/{model_name}/infer'. */
function pathOf(route: string): string {
  return route.replace(/:(\w+)/g, '{$1}');
}

function checkPrefix(prefix: string): void {
  if (METRIC_NAME.test(prefix)) return;
  const found = JSON.stringify(prefix);
  const text = `metrics_rest_server_prefix: expected letters, digits, _ or : with no digit first, found ${found}`;
  throw new ServerError('INVALID_ARGUMENT', text);
}

/** The value of `key`, made when it is asked for first. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
