/** Whole-row movements over flat arrays. */

/**
 * Sum over the middle axis: x [before, n, after] -> y [before, after], in double precision.
 */
export function sumMiddle(x: Float32Array, y: Float32Array, n: number, after: number): void {
  if (after === 1) {
    for (let b = 0, at = 0; b < y.length; b++) {
      let sum = 0;
      for (const end = at + n; at < end; at++) sum += x[at]!;
      y[b] = sum;
    }
    return;
  }
  const sums = new Float64Array(after);
  for (let base = 0, at = 0; base < y.length; base += after) {
    sums.fill(0);
    for (let k = 0; k < n; k++) {
      for (let c = 0; c < after; c++) sums[c]! += x[at++]!;
    }
    y.set(sums, base);
  }
}

/** Repeats along a new middle axis: x [before, after] -> y [before, n, after]; adjoint of `sumMiddle`. */
export function spreadMiddle(x: Float32Array, y: Float32Array, n: number, after: number): void {
  if (after === 1) {
    for (let b = 0; b < x.length; b++) y.fill(x[b]!, b * n, (b + 1) * n);
    return;
  }
  for (let base = 0, at = 0; base < x.length; base += after) {
    const row = x.subarray(base, base + after);
    for (let k = 0; k < n; k++, at += after) y.set(row, at);
  }
}

/**
 * Copies width columns: y[r, to + c] = x[r, from + c] for x [rows, columnsX] and y [rows, columnsY].
 * Cutting columns out and putting them into a wider array are both this.
 */
export function copyColumns(
  x: Float32Array,
  y: Float32Array,
  a: { rows: number; columnsX: number; from: number; columnsY: number; to: number; width: number },
): void {
  const { rows, columnsX, from, columnsY, to, width } = a;
  for (let r = 0; r < rows; r++) {
    let source = r * columnsX + from;
    let at = r * columnsY + to;
    if (width > 64) {
      y.set(x.subarray(source, source + width), at);
      continue;
    }
    for (const end = at + width; at < end;) y[at++] = x[source++]!;
  }
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

/** y[r, c] = x[r, c] + row[c]. */
export function addRows(x: Float32Array, row: Float32Array, y: Float32Array): void {
  const width = row.length;
  for (let base = 0; base < x.length; base += width) {
    for (let c = 0; c < width; c++) y[base + c] = x[base + c]! + row[c]!;
  }
}
