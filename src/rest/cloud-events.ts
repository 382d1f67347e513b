import { readFileSync } from 'node:fs';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** What a header may carry; an id outside of this still stands in the body. */
const HEADER_TEXT = /^[\t\x20-\x7e]*$/;
const MAX_HEADER_ID = 1024;

/** The CloudEvents headers MLServer adds to every inference answer. */
export class CloudEventHeaders {
  private readonly source: string;
  private readonly namespace: string | undefined;

  constructor(private readonly serverName: string) {
    this.namespace = readNamespace();
    const suffix = this.namespace === undefined ? '' : `.${this.namespace}`;
    this.source = `io.seldon.serving.deployment.${serverName}${suffix}`;
  }

  /** `id` is the request's; an empty or unprintable one gives no header. */
  of(model: string, id: string | undefined): Record<string, string> {
    const headers: Record<string, string> = {
      'ce-specversion': '0.3',
      'ce-source': this.source,
      'ce-type': 'io.seldon.serving.inference.response',
      'ce-modelid': headerText(model),
      'ce-inferenceservicename': this.serverName,
      'ce-endpoint': headerText(model),
    };
    if (id !== undefined && id !== '' && id.length <= MAX_HEADER_ID && HEADER_TEXT.test(id)) {
      headers['ce-id'] = id;
      headers['ce-requestid'] = id;
    }
    if (this.namespace !== undefined) headers['ce-namespace'] = this.namespace;
    return headers;
  }
}

function headerText(text: string): string {
  return HEADER_TEXT.test(text) ? text : encodeURIComponent(text);
}

function readNamespace(): string | undefined {
  try {
    return readFileSync(NAMESPACE_FILE, 'utf8').trim();
  } catch {
    return undefined;
  }
}
