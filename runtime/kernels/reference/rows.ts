/** Whole-row movements over flat arrays. */

/** y[c] = sum over r of x[r, c], accumulated in double precision. */
export function columnSum(x: Float32Array, y: Float32Array): void {
  const columns = y.length;
  const sums = new Float64Array(columns);
  for (let at = 0; at < x.length; ) {
    for (let c = 0; c < columns; c++) sums[c]! += x[at++]!;
  }
  y.set(sums);
}

/** y[r, :] = x for every row r. */
export function repeatRows(x: Float32Array, y: Float32Array): void {
  if (x.length === 0) return;
  for (let at = 0; at < y.length; at += x.length) y.set(x, at);
}

/** y[r] = x[r, label[r]], 0 where the label is negative. */
export function pick(x: Float32Array, labels: Int32Array, y: Float32Array, classes: number): void {
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r]!;
    y[r] = label < 0 ? 0 : x[r * classes + label]!;
  }
}

/** y[r, label[r]] = x[r], all else 0: the adjoint of `pick`. */
export function place(x: Float32Array, labels: Int32Array, y: Float32Array, classes: number): void {
  y.fill(0);
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r]!;
    if (label >= 0) y[r * classes + label] = x[r]!;
  }
}

/** Logarithm of the softmax of each row of x [rows, columns], in double precision within the row. */
export function logSoftmax(x: Float32Array, y: Float32Array, columns: number): void {
  for (let base = 0; base < x.length; base += columns) {
    const end = base + columns;
    let largest = -Infinity;
    for (let at = base; at < end; at++) if (x[at]! > largest) largest = x[at]!;
    let total = 0;
    for (let at = base; at < end; at++) total += Math.exp(x[at]! - largest);
    const shift = largest + Math.log(total);
    for (let at = base; at < end; at++) y[at] = x[at]! - shift;
  }
}
