import { ServerError } from '../core/errors.js';
import { type BytesColumn, bytesColumn, texts } from '../core/tensor.js';
import { badInput, checkBytes, type TensorCodec } from './codec.js';

const CONTENT_TYPE = 'datetime';

/** ISO 8601: a day - of a month, or of a week - and perhaps a time of day; fractions of a second beyond milliseconds are cut. */
const ISO =
  /^(\d{4})(?:(-?)(\d{2})\2(\d{2})|(-?)W(\d{2})(?:\5([1-7]))?)(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** Content type `datetime`: a list of moments as ISO 8601 texts. Without a zone they are UTC. */
export const datetimeCodec: TensorCodec<Date[], readonly Date[]> = {
  contentType: CONTENT_TYPE,

  decode(tensor) {
    checkBytes(tensor, CONTENT_TYPE);
    return texts(tensor.data as BytesColumn).map((text, i) => {
      const date = parse(text);
      if (date === undefined) {
        throw badInput(tensor, `data value ${i}: expected a time in ISO 8601, got '${text.slice(0, 40)}'`);
      }
      return date;
    });
  },

  canEncode: value => Array.isArray(value) && value.length > 0 && value.every(item => item instanceof Date),

  encode: (name, values) => ({
    name,
    datatype: 'BYTES',
    shape: [values.length, 1],
    data: bytesColumn(values.map((date, i) => isoformat(date, `output '${name}': data value ${i}`))),
    parameters: { content_type: CONTENT_TYPE },
  }),
};

function parse(text: string): Date | undefined {
  const found = ISO.exec(text);
  if (found === null) return undefined;
  const [, year, , month, day, , week, weekday = '1'] = found;
  const [hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found.slice(8);
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
  const isoDay = week === undefined ? dayOfMonth(year, month, day) : dayOfWeek(year, week, weekday);
  const date = new Date(`${isoDay}T${hour}:${minute}:${second}.${milliseconds}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Undefined for a day that does not exist: Node takes the 31st of every month. */
function dayOfMonth(year: string, month: string, day: string): string | undefined {
  const isoDay = `${year}-${month}-${day}`;
  const date = new Date(`${isoDay}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day) ? isoDay : undefined;
}

const DAY_MS = 86_400_000;

/** The first week of a year is the one that holds the 4th of January; weeks begin on Mondays. */
function dayOfWeek(year: string, week: string, weekday: string): string | undefined {
  const fourth = new Date(`${year}-01-04T00:00Z`);
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY_MS;
  const start = monday + (Number(week) - 1) * 7 * DAY_MS;
  // A week is of the year that its Thursday is in.
  if (new Date(start + 3 * DAY_MS).getUTCFullYear() !== Number(year)) return undefined;
  return new Date(start + (Number(weekday) - 1) * DAY_MS).toISOString().slice(0, 10);
}

/** As Python's `isoformat` writes a time in UTC: without a fraction when there is none. */
function isoformat(date: Date, what: string): string {
  if (Number.isNaN(date.getTime())) throw new ServerError('INVALID_ARGUMENT', `${what}: expected a valid Date`);
  return date.toISOString().replace(/(?:\.000)?Z$/, '+00:00');
}
