import { RECORDED_NAMES } from './recorded-models.js';

/** How an answer of ours differs from the recorded one, on purpose. */
export interface RestDifference {
  readonly status?: number;
  /** Of a failure. */
  readonly error?: string | RegExp;
  /** What the body is in place of the recorded one. */
  readonly body?: unknown;
  /** The text of a body that is not JSON. */
  readonly text?: RegExp;
  /** Leaves out of both bodies what the models, which are not the recorded ones, do not share. */
  readonly alike?: (body: unknown) => unknown;
  /** Headers that differ. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly why: string;
}

const FORM = 'every failure has one form, {"error": ...}; the status stays';
const MISTAKE = "a client's mistake is a 400 that names the input, not a 500";
const NO_CLASS = 'no name of a Python class in front';
const SAID = "KServe's client wants to read it in the body as well";
const FROM_FILE = "the model's file says what it takes and gives";
const OTHER_MODEL = 'a model of the same kind, not the recorded one';

const said = (body: object): RestDifference => ({ body, headers: { 'content-type': 'application/json' }, why: SAID });
const modelReady = (name: string) => said({ name, ready: true });
const tensorsFromFile: RestDifference = {
  alike: body => ({ ...(body as object), inputs: [], outputs: [], parameters: {} }),
  why: FROM_FILE,
};
const otherNumbers: RestDifference = {
  alike: body =>
    JSON.parse(JSON.stringify(body), (key, value) => (key === 'data' && Array.isArray(value) ? value.length : value)),
  why: OTHER_MODEL,
};
const commonModels: RestDifference = {
  alike: body => {
    const items = (body as { name: string }[]).filter(({ name }) => RECORDED_NAMES.has(name));
    return items.map(item => JSON.stringify(item)).sort();
  },
  headers: { vary: undefined },
  why: 'there are fewer models, in an order that does not change',
};
/** What an answer's headers say of it. */
const cloudEvent = (model: string, id?: string): Record<string, string> => ({
  'ce-specversion': '0.3',
  'ce-source': 'io.seldon.serving.deployment.mlserver',
  'ce-type': 'io.seldon.serving.inference.response',
  'ce-inferenceservicename': 'mlserver',
  'ce-modelid': model,
  'ce-endpoint': model,
  ...(id === undefined ? {} : { 'ce-id': id, 'ce-requestid': id }),
});
const events = (model: string, id: string): RestDifference => ({
  alike: body => (body as object[]).map(event => ({ ...event, parameters: {} })),
  headers: cloudEvent(model, id),
  why: "MLServer leaves the headers in the events' parameters",
});

/** By the number of the recording. */
export const REST_DIFFERENCES: Readonly<Record<number, RestDifference>> = {
  1: said({ live: true }),
  2: said({ ready: true }),
  3: { alike: body => ({ ...(body as object), version: '' }), why: 'our own version' },
  4: { headers: { location: '/v2' }, why: 'a path, which is right behind a proxy too' },
  5: modelReady('mnist-svm'),
  6: modelReady('mnist-svm'),
  9: tensorsFromFile,
  11: tensorsFromFile,
  13: { error: 'Not Found', why: FORM },
  14: { error: 'method GET is not allowed here, only POST', why: FORM },
  15: { status: 200, headers: { allow: undefined }, why: 'HTTP wants HEAD wherever there is GET' },
  16: { error: 'method OPTIONS is not allowed here, only POST', why: FORM },
  18: otherNumbers,
  23: otherNumbers,
  24: otherNumbers,
  32: {
    body: {
      model_name: 'echo',
      id: '1',
      parameters: {},
      outputs: [
        { name: 's', shape: [1], datatype: 'BYTES', parameters: { content_type: 'str' }, data: ['hello world'] },
      ],
    },
    why: 'one text is one element, as the protocol has it',
  },
  36: events('lin', '1'),
  42: { error: /^body is not JSON: /, why: FORM },
  43: { error: 'body: expected a JSON object, got nothing', why: FORM },
  44: { error: "body: expected a field 'inputs', got none", why: FORM },
  45: { error: 'inputs: expected one tensor of shape [-1,4], got none', why: NO_CLASS },
  46: { error: "inputs[0]: expected a field 'data', got none", why: FORM },
  47: { error: /^inputs\[0\]\.datatype: expected one of BOOL, .*, got "FP99"$/, why: FORM },
  48: { status: 400, error: "input 'x': shape [1,3] needs 3 values, got 4", why: MISTAKE },
  49: { status: 400, error: "input 'x': expected shape [-1,4], got [1,3]", why: MISTAKE },
  50: { status: 400, error: /^input 'x': data value 0: expected a number .*, got "a"$/, why: MISTAKE },
  51: { error: "output 'nope': the model only supports 'predict' as outputs (nope was received)", why: NO_CLASS },
  52: { error: /^output 'predict_proba': the model only supports 'predict' as outputs/, why: NO_CLASS },
  53: { error: 'negative values are not allowed', why: NO_CLASS },
  54: { error: 'boom thirteen', why: NO_CLASS },
  55: { error: "content-type: expected application/json, got 'text/plain'", why: FORM },
  56: {
    status: 200,
    body: {
      model_name: 'lin',
      id: '🐢',
      parameters: {},
      outputs: [
        { name: 'predict', shape: [1, 1], datatype: 'FP64', parameters: { content_type: 'np' }, data: [4321.5] },
      ],
    },
    headers: { 'content-type': 'application/json', ...cloudEvent('lin') },
    why: 'an id may be any text; where a header cannot hold it the header is left out',
  },
  57: commonModels,
  58: commonModels,
  59: { status: 200, text: /^\[\{"name":/, why: "Triton's client sends none" },
  64: { error: /^Model nope not found in /, why: 'it says where was looked' },
  66: { text: /<title>Modelyard API Docs<\/title>/, why: 'pages of our own' },
  67: { text: /^\{"openapi":"3.1.0"/, why: 'a document of our own' },
  68: { text: /<title>Modelyard API Docs - lin<\/title>/, why: 'pages of our own' },
  96: said({ ready: true }),
  100: modelReady('lin'),
  102: modelReady('lin'),
  103: { error: /^Model lin not found in /, why: 'it says where was looked' },
  106: { status: 400, error: /model\.joblib: /, why: 'the file is at fault, not the server' },
  107: {
    alike: body => (body as object[]).map(item => ({ ...item, reason: '' })),
    why: 'the index tells why a model cannot be loaded',
  },
  108: events('text-model', 's1'),
  110: {
    status: 404,
    error: 'Model nope not found',
    headers: { 'content-type': 'application/json' },
    why: 'MLServer breaks the connection',
  },
  114: said({ live: true }),
  115: said({ live: true }),
  119: {
    error: 'boom thirteen',
    headers: { 'content-type': 'application/json' },
    why: 'no traceback of the server for clients',
  },
  120: {
    status: 400,
    error: "input 'x': shape [1,3] needs 3 values, got 4",
    headers: { 'content-type': 'application/json' },
    why: MISTAKE,
  },
};
