const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest float32 below `x` (itself a float32): `y < x` and `y <= previousFloat32(x)` say the same of a float32 y. */
export function previousFloat32(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return x;
  float[0] = x;
  if (x > 0) bits[0]--;
  else if (x < 0) bits[0]++;
  else bits[0] = 0x80000001 | 0;
  return float[0];
}
