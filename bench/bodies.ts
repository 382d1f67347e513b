/** A V2 request of so many handwritten digits: 64 whole numbers from 0 to 16 each. */
export function digitsBody(rows: number): string {
  const data: number[] = [];
  for (let i = 0; i < rows * 64; i++) data.push((i * 7 + (i >> 3)) % 17);
  return JSON.stringify({ inputs: [{ name: 'predict', shape: [rows, 64], datatype: 'FP32', data }] });
}
