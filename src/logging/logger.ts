import type { ServerSettings } from '../settings/server-settings.js';
import { jsonLine, type LogFields, type LogLevel, textLine } from './format.js';

/** Writes events, one line each. Never throws, whatever is logged and wherever it goes. */
export interface Logger {
  readonly debugEnabled: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger for one part of the server (`rest` speaks as `modelyard.rest`), whose events all carry `fields`. */
  child(part: string, fields?: LogFields): Logger;
}

/** Where lines go: process.stdout, or anything that takes text. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
  on?(event: 'error', listener: () => void): unknown;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  readonly stream: LogStream;
  /** The wall clock, for tests. */
  readonly now?: () => Date;
}

const ORDER: Record<LogLevel, number> = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 };

export function createLogger(options: LoggerOptions): Logger {
  // Without a listener, a reader that went away or a full disk would end the process.
  options.stream.on?.('error', () => {});
  return new LineLogger('modelyard', {}, options, new LineBuffer(options.stream));
}

/** The logger that the settings ask for: JSON lines unless `stream` is a terminal or text is wished. */
export function loggerFor(
  settings: Pick<ServerSettings, 'debug' | 'logFormat' | 'useStructuredLogging'>,
  stream: LogStream,
): Logger {
  const automatic = settings.useStructuredLogging || !stream.isTTY ? 'json' : 'text';
  return createLogger({
    level: settings.debug ? 'DEBUG' : 'INFO',
    format: settings.logFormat === 'auto' ? automatic : settings.logFormat,
    stream,
  });
}

/** Debug lines may wait this long, or until there are so many characters of them. */
const FLUSH_AFTER_MS = 50;
const FLUSH_FROM_LENGTH = 32_768;

/** Gathers debug lines, of which there is one for every request: a write each would cost more than the request's queue. */
class LineBuffer {
  private text = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly stream: LogStream) {}

  /** Lines stay in order: an urgent one takes along those that wait. */
  write(line: string, urgent: boolean): void {
    this.text += line;
    if (urgent || this.text.length >= FLUSH_FROM_LENGTH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS).unref();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { text } = this;
    this.text = '';
    try {
      this.stream.write(text);
    } catch {
      // There is nowhere left to tell it.
    }
  }
}

class LineLogger implements Logger {
  readonly debugEnabled: boolean;

  constructor(
    private readonly name: string,
    private readonly fields: LogFields,
    private readonly options: LoggerOptions,
    private readonly lines: LineBuffer,
  ) {
    this.debugEnabled = options.level === 'DEBUG';
  }

  debug(message: string, fields?: LogFields): void {
    this.write('DEBUG', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.write('INFO', message, fields);
  }

  warning(message: string, fields?: LogFields): void {
    this.write('WARNING', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.write('ERROR', message, fields);
  }

  child(part: string, fields: LogFields = {}): Logger {
    return new LineLogger(`${this.name}.${part}`, { ...this.fields, ...fields }, this.options, this.lines);
  }

  private write(level: LogLevel, message: string, fields?: LogFields): void {
    const { level: lowest, format, now } = this.options;
    if (ORDER[level] < ORDER[lowest]) return;
    const event = { ...this.fields, ...fields, time: now?.() ?? new Date(), name: this.name, level, message };
    try {
      this.lines.write(`${format === 'json' ? jsonLine(event) : textLine(event)}\n`, level !== 'DEBUG');
    } catch {
      // What cannot be written as text is not worth a request.
    }
  }
}
