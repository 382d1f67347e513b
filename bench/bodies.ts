/** A V2 request of so many handwritten digits: 64 whole numbers from 0 to 16 each. */
export function digitsBody(rows: number): string {
  const data: number[] = [];
  for (let i = 0; i < rows * 64; i++) data.push((i * 7 + (i >> 3)) % 17);
  return JSON.stringify({ inputs: [{ name: 'predict', shape: [rows, 64], datatype: 'FP32', data }] });
}

/** A request's body, and what says of which kind it is. */
export interface Body {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Fp32Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export function jsonBody({ name, shape, values }: Fp32Input): Body {
  const body = JSON.stringify({ inputs: [{ name, shape, datatype: 'FP32', data: Array.from(values) }] });
  return { body, headers: { 'content-type': 'application/json' } };
}

/** With the binary tensor data extension: the tensor's bytes behind the JSON. */
export function binaryBody({ name, shape, values }: Fp32Input): Body {
  const parameters = { binary_data_size: values.byteLength };
  const json = Buffer.from(
    JSON.stringify({
      inputs: [{ name, shape, datatype: 'FP32', parameters }],
      parameters: { binary_data_output: true },
    }),
  );
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(json.length),
  };
  return { body: Buffer.concat([json, new Uint8Array(values.buffer)]), headers };
}
