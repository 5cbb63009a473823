/**
 * Nearest neighbours within each cloud of points. What other kernels are tested against.
 *
 * Of equally near points the one with the smaller number comes first, so the result does not depend on how
 * it is found. A point is its own neighbour, at distance 0.
 */

/** The `k` smallest of `distances`, nearest first, equal ones by index. */
export function smallest(
  distances: ArrayLike<number>,
  count: number,
  k: number,
  into: Int32Array,
  at: number,
  scratch: Float64Array,
): void {
  let filled = 0;
  for (let j = 0; j < count; j++) {
    const distance = distances[j]!;
    if (filled === k && distance >= scratch[k - 1]!) continue;
    let place = filled < k ? filled++ : k - 1;
    while (place > 0 && scratch[place - 1]! > distance) {
      scratch[place] = scratch[place - 1]!;
      into[at + place] = into[at + place - 1]!;
      place--;
    }
    scratch[place] = distance;
    into[at + place] = j;
  }
}

/**
 * The `k` nearest rows of each row of its cloud by squared Euclidean distance, its terms added in float32 in the order
 * of the channels, so that every kernel finds the same neighbours.
 * @param x rows of `width` numbers, one per point
 * @param pointers first row of each cloud, then the number of rows
 * @returns [rows * k]: numbers of the neighbours, counted through all clouds
 */
export function nearest(
  x: Float32Array,
  width: number,
  pointers: Int32Array,
  k: number,
): Int32Array {
  const rows = pointers[pointers.length - 1] ?? 0;
  const found = new Int32Array(rows * k);
  const scratch = new Float64Array(k);
  const f = Math.fround;
  for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
    const start = pointers[cloud]!;
    const count = pointers[cloud + 1]! - start;
    const distances = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let sum = 0;
        for (let c = 0; c < width; c++) {
          const gap = f(x[(start + i) * width + c]! - x[(start + j) * width + c]!);
          sum = f(sum + f(gap * gap));
        }
        distances[j] = sum;
      }
      smallest(distances, count, k, found, (start + i) * k, scratch);
      for (let n = 0; n < k; n++) found[(start + i) * k + n]! += start;
    }
  }
  return found;
}
