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
  return new LineLogger('modelyard', {}, options);
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

class LineLogger implements Logger {
  readonly debugEnabled: boolean;

  constructor(
    private readonly name: string,
    private readonly fields: LogFields,
    private readonly options: LoggerOptions,
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
    return new LineLogger(`${this.name}.${part}`, { ...this.fields, ...fields }, this.options);
  }

  private write(level: LogLevel, message: string, fields?: LogFields): void {
    const { level: lowest, format, stream, now } = this.options;
    if (ORDER[level] < ORDER[lowest]) return;
    const event = { ...this.fields, ...fields, time: now?.() ?? new Date(), name: this.name, level, message };
    try {
      stream.write(`${format === 'json' ? jsonLine(event) : textLine(event)}\n`);
    } catch {
      // There is nowhere left to tell it.
    }
  }
}
