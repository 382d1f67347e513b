import { Model, ModelError, type ModelRequest, decode } from 'modelyard';

type Counts = Map<string, number>;

/** How alike two texts are, from 0 to 1: the cosine of how often each run of `n` characters occurs in them. */
export class TextSimilarity extends Model {
  private n = 3;

  override load(): boolean {
    const { n } = this.settings.parameters.extra;
    if (typeof n === 'number') this.n = n;
    this.inputs = [{ name: 'texts', datatype: 'BYTES', shape: [2], parameters: { content_type: 'str' } }];
    this.outputs = [{ name: 'similarity', datatype: 'FP64', shape: [1] }];
    return true;
  }

  async predict(request: ModelRequest) {
    // One input with two texts, or two with one each.
    const texts = request.inputs.flatMap(input => decode(input, 'str') as string[]);
    if (texts.length !== 2) throw new ModelError(`expected two texts, got ${texts.length}`, 400);
    const [first, second] = texts.map(text => this.count(text));
    return { outputs: [{ name: 'similarity', datatype: 'FP64' as const, shape: [1], data: [cosine(first, second)] }] };
  }

  private count(text: string): Counts {
    const characters = [...` ${text.toLowerCase().trim()} `];
    const counts: Counts = new Map();
    for (let i = 0; i + this.n <= characters.length; i++) {
      const run = characters.slice(i, i + this.n).join('');
      counts.set(run, (counts.get(run) ?? 0) + 1);
    }
    return counts;
  }
}

function cosine(a: Counts, b: Counts): number {
  let product = 0;
  for (const [run, count] of a) product += count * (b.get(run) ?? 0);
  return product === 0 ? 0 : Math.min(1, product / (length(a) * length(b)));
}

function length(counts: Counts): number {
  let squares = 0;
  for (const count of counts.values()) squares += count * count;
  return Math.sqrt(squares);
}
