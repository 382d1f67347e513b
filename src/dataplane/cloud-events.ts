import { readFileSync } from 'node:fs';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

const MAX_HEADER_ID = 1024;

/** The CloudEvents headers that MLServer adds to every inference answer. */
export class CloudEventHeaders {
  private readonly ofServer: readonly string[];
  private readonly ofModel = new Map<string, readonly string[]>();

  constructor(serverName: string) {
    const namespace = readNamespace();
    const suffix = namespace === undefined ? '' : `.${namespace}`;
    this.ofServer = [
      'ce-specversion',
      '0.3',
      'ce-source',
      headerText(`io.seldon.serving.deployment.${serverName}${suffix}`),
      'ce-type',
      'io.seldon.serving.inference.response',
      'ce-inferenceservicename',
      headerText(serverName),
      ...(namespace === undefined ? [] : ['ce-namespace', headerText(namespace)]),
    ];
  }

  /** Names and values in turn. `model` is one that exists; an empty or unprintable `id` gives no header. */
  of(model: string, id: string | undefined): string[] {
    let headers = this.ofModel.get(model);
    if (headers === undefined) {
      const name = headerText(model);
      headers = [...this.ofServer, 'ce-modelid', name, 'ce-endpoint', name];
      this.ofModel.set(model, headers);
    }
    if (id === undefined || id === '' || id.length > MAX_HEADER_ID || !isPrintable(id)) return headers.slice();
    return [...headers, 'ce-id', id, 'ce-requestid', id];
  }
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

function headerText(text: string): string {
  return isPrintable(text) ? text : encodeURIComponent(text);
}

function readNamespace(): string | undefined {
  try {
    return readFileSync(NAMESPACE_FILE, 'utf8').trim();
  } catch {
    return undefined;
  }
}
