import { StringDecoder } from 'node:string_decoder';

/** A line that holds something, and its place in the file from 0. */
export interface Line {
  readonly index: number;
  readonly text: string;
}

const LONGEST_LINE = 256 * 1024 * 1024;

/**
 * The lines of a stream of UTF-8, read as they are asked for. Only \n and \r\n end a line: other separators of Unicode may stand
 * in a JSON text. Blank lines are counted and left out. Throws a RangeError at a line too long to be one text.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let index = 0;
  let pieces: string[] = [];
  let length = 0;
  const take = (last: string): Line => {
    const text = pieces.join('') + last;
    pieces = [];
    length = 0;
    return { index: index++, text };
  };
  for await (const chunk of chunks) {
    const text = decoder.write(chunk as Buffer);
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = take(text.slice(from, end));
      if (line.text.trim() !== '') yield line;
      from = end + 1;
    }
    pieces.push(text.slice(from));
    length += text.length - from;
    if (length > LONGEST_LINE) throw new RangeError(`line ${index + 1} is longer than ${LONGEST_LINE} characters`);
  }
  const line = take(decoder.end());
  if (line.text.trim() !== '') yield line;
}

/** The same lines, `size` at a time. */
export async function* groupsOf(lines: AsyncIterable<Line>, size: number): AsyncGenerator<Line[]> {
  let group: Line[] = [];
  for await (const line of lines) {
    group.push(line);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
