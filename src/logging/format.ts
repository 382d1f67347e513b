import { escapeLine } from './escape.js';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** What an event may carry besides its message. */
export interface LogFields {
  readonly model?: string;
  /** Of the model. */
  readonly version?: string;
  readonly requestId?: string;
  /** Anything thrown; its stack is logged. */
  readonly error?: unknown;
}

export interface LogEvent extends LogFields {
  readonly time: Date;
  /** The part of the server that speaks: `modelyard.rest`. */
  readonly name: string;
  readonly level: LogLevel;
  readonly message: string;
}

/** `2026-01-01 10:00:00,000 [modelyard.rest][iris:v1] INFO - message` in local time. */
export function textLine(event: LogEvent): string {
  const { time, name, level, message, model, version, requestId, error } = event;
  let line = `${localTime(time)} [${name}]`;
  if (model !== undefined) line += version === undefined || version === '' ? `[${model}]` : `[${model}:${version}]`;
  line += ` ${level} - ${message}`;
  if (requestId !== undefined) line += ` (request ${requestId})`;
  if (error !== undefined) line += `: ${errorText(error)}`;
  return escapeLine(line);
}

/** One JSON object; its keys are those of MLServer's structured logs, and `request_id`, `error`. */
export function jsonLine(event: LogEvent): string {
  const { time, name, level, message, model, version, requestId, error } = event;
  return escapeLine(
    JSON.stringify({
      time: time.toISOString(),
      name,
      level,
      message,
      model_name: model,
      model_version: version === '' ? undefined : version,
      request_id: requestId,
      error: error === undefined ? undefined : errorText(error),
    }),
  );
}

function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** The stack of an error and of its causes. */
function errorText(thrown: unknown): string {
  const texts: string[] = [];
  for (let error = thrown; error !== undefined && texts.length < 5; ) {
    texts.push(error instanceof Error ? (error.stack ?? error.message) : printable(error));
    error = error instanceof Error ? error.cause : undefined;
  }
  return texts.join('\ncaused by: ');
}

function printable(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'an object that cannot be printed';
  }
}
