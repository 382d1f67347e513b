import type { InferExamples } from './inference.js';

const textsOf = (...data: string[]) => ({
  inputs: [{ name: 'texts', shape: [data.length], datatype: 'BYTES', data }],
});

/** For the model that the parameters' examples name; models/text-similarity is it. */
export const SERVER_EXAMPLES: InferExamples = {
  'two-texts': {
    summary: 'Two texts',
    request: { id: 'one', ...textsOf('a red rose', 'red roses') },
    status: '200',
    answer: {
      model_name: 'text-similarity',
      model_version: 'v1',
      id: 'one',
      parameters: {},
      outputs: [{ name: 'similarity', shape: [1], datatype: 'FP64', data: [0.7378647873726218] }],
    },
  },
  'raw-answer': {
    summary: 'The answer as raw values behind the JSON',
    request: { ...textsOf('a red rose', 'red roses'), parameters: { binary_data_output: true } },
    status: '200',
  },
  'wrong-count': {
    summary: 'Not as many texts as the model wants',
    request: textsOf('a red rose'),
    status: '400',
    answer: { error: 'expected two texts, got 1' },
  },
  'no-inputs': {
    summary: 'No inputs',
    request: {},
    status: '422',
    answer: { error: "body: expected a field 'inputs', got none" },
  },
};
