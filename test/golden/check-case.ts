import type { CaseInput, CaseTensor } from '../support/case-rows.js';
import { type CaseOutput, type GoldenCase, isClose, type Question, type Tolerance } from '../support/golden.js';
import type { GoldenAnswer, GoldenClient, GoldenRequest } from './client.js';

/** Sizes of batches to ask in besides "all rows at once". */
export const BATCHES: readonly number[] = [7, 1];

/**
 * Asks a served model every question of its case and answers with the first difference, or undefined when all is as it should be.
 * Requests of one size are sent together, so that the server may merge them.
 */
export async function checkCase(
  client: GoldenClient,
  model: string,
  golden: GoldenCase,
  batches = BATCHES,
): Promise<string | undefined> {
  try {
    const inputName = await client.inputName(model);
    for (const [i, question] of golden.questions.entries()) {
      const difference = await checkQuestion(client, model, inputName, question, batches);
      if (difference !== undefined) return i === 0 ? difference : `also ${i}: ${difference}`;
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function checkQuestion(
  client: GoldenClient,
  model: string,
  inputName: string,
  question: Question,
  batches: readonly number[],
): Promise<string | undefined> {
  if (!client.missingText && hasMissingText(question.input)) return undefined;
  const rows = rowsOf(question.input);
  const methods = Object.keys(question.outputs);
  const together = methods.length > 1 ? [methods] : [];
  for (const asked of [...together, ...methods.map(method => [method])]) {
    for (const size of asked.length > 1 ? [rows] : [rows, ...batches]) {
      const starts = Array.from({ length: Math.ceil(rows / size) }, (_, i) => i * size);
      const differences = await Promise.all(
        starts.map(async from => {
          const to = Math.min(from + size, rows);
          const answers = await client.infer(requestOf(model, inputName, question.input, asked, from, to));
          const difference = compareAnswers(answers, question, asked, from, to);
          return difference && `rows ${from}..${to}: ${difference}`;
        }),
      );
      const first = differences.find(difference => difference !== undefined);
      if (first !== undefined) return first;
    }
  }
  return undefined;
}

function hasMissingText(input: CaseInput): boolean {
  const tensors = 'inputs' in input ? input.inputs : [input];
  return tensors.some(({ datatype, data }) => datatype === 'BYTES' && data.includes(null));
}

function rowsOf(input: CaseInput): number {
  return 'inputs' in input ? input.inputs[0].shape[0] : input.shape[0];
}

function requestOf(
  model: string,
  inputName: string,
  input: CaseInput,
  methods: readonly string[],
  from: number,
  to: number,
): GoldenRequest {
  const outputs = methods.map(name => ({ name }));
  if (!('inputs' in input)) return { model, inputs: [{ name: inputName, ...sliceRows(input, from, to) }], outputs };
  const inputs = input.inputs.map(column => ({ ...column, ...sliceRows(column, from, to) }));
  return { model, parameters: { content_type: 'pd' }, inputs, outputs };
}

function sliceRows({ datatype, shape, data }: CaseTensor, from: number, to: number): CaseTensor {
  const [, ...rest] = shape;
  const width = rest.reduce((product, size) => product * size, 1);
  return { datatype, shape: [to - from, ...rest], data: data.slice(from * width, to * width) };
}

function compareAnswers(
  answers: readonly GoldenAnswer[],
  { outputs, tolerance }: Question,
  methods: readonly string[],
  from: number,
  to: number,
): string | undefined {
  const wanted = methods.flatMap(method =>
    tensorsOf(method, outputs[method]).map(([name, tensor]) => ({ name, tensor, tolerance: tolerance[method] })),
  );
  const names = answers.map(answer => answer.name).join(', ');
  const wantedNames = wanted.map(({ name }) => name).join(', ');
  if (names !== wantedNames) return `got outputs ${names}, expected ${wantedNames}`;
  for (const [i, { name, tensor, tolerance }] of wanted.entries()) {
    const difference = compareTensor(answers[i], sliceRows(tensor, from, to), tolerance);
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  return undefined;
}

function tensorsOf(method: string, output: CaseOutput): [string, CaseTensor][] {
  if ('columns' in output) return output.tensors.map((tensor, i) => [output.columns[i], tensor]);
  if (!('list' in output)) return [[method, output]];
  return output.list.map((tensor, i) => [`${method}-${i}`, tensor]);
}

function compareTensor(answer: GoldenAnswer, wanted: CaseTensor, tolerance: Tolerance): string | undefined {
  if (answer.datatype !== wanted.datatype) return `got datatype ${answer.datatype}, expected ${wanted.datatype}`;
  // On the wire a list of n is a column of n.
  const shape = String(wanted.shape.length === 1 ? [...wanted.shape, 1] : wanted.shape);
  if (String(answer.shape) !== shape) return `got shape [${answer.shape}], expected [${shape}]`;
  if (answer.data.length !== wanted.data.length) {
    return `got ${answer.data.length} values, expected ${wanted.data.length}`;
  }
  const width = wanted.data.length / wanted.shape[0];
  // A float32 may be written in its shortest form or as the double that it is.
  const round = wanted.datatype === 'FP32' ? toFloat32 : (value: Element) => value;
  for (const [i, value] of answer.data.entries()) {
    const expected = wanted.data[i];
    if (isClose(round(value) ?? Number.NaN, round(expected), tolerance)) continue;
    return `got ${value}, expected ${expected} in row ${Math.floor(i / width)}, column ${i % width}`;
  }
  return undefined;
}

type Element = CaseTensor['data'][number];

function toFloat32(value: Element): Element {
  return typeof value === 'number' ? Math.fround(value) : value;
}
