/** Dense matrix product over flat row-major arrays, with any operand transposed. */

export interface DenseAttributes {
  /** The product is [m, n], its terms k. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether a is stored [k, m], and b [n, k]. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** y[i, j] = sum over t of a[i, t] b[t, j]; terms whose left factor is 0 are left out. */
export function dense(
  a: Float32Array,
  b: Float32Array,
  y: Float32Array,
  at: DenseAttributes,
): void {
  const { m, n, k, transposeA, transposeB } = at;
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    row.fill(0);
    for (let t = 0; t < k; t++) {
      const factor = a[transposeA ? t * m + i : i * k + t]!;
      if (factor === 0) continue;
      if (transposeB) for (let j = 0; j < n; j++) row[j]! += factor * b[j * k + t]!;
      else for (let j = 0; j < n; j++) row[j]! += factor * b[t * n + j]!;
    }
    y.set(row, i * n);
  }
}
