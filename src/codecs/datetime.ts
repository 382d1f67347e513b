import { type BytesColumn, bytesColumn, texts } from '../core/tensor.js';
import { badInput, checkBytes, type TensorCodec } from './codec.js';

const CONTENT_TYPE = 'datetime';

/** ISO 8601: a day, or a day and a time of day; fractions of a second beyond milliseconds are cut. */
const ISO =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

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
    data: bytesColumn(values.map(isoformat)),
    parameters: { content_type: CONTENT_TYPE },
  }),
};

function parse(text: string): Date | undefined {
  const [, year, , month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    ISO.exec(text) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset}`);
  // Node takes the 31st of every month.
  const exists = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return exists && !Number.isNaN(date.getTime()) ? date : undefined;
}

/** As Python's `isoformat` writes a time in UTC: without a fraction when there is none. */
function isoformat(date: Date): string {
  return date.toISOString().replace(/(?:\.000)?Z$/, '+00:00');
}
