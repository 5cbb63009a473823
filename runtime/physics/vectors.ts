/** Vectors of double precision, for optimisers whose line searches compare losses in their last digits. */

/** Dot product with Neumaier's compensation: differences of nearly equal gradients keep their digits. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (let k = 0; k < a.length; k++) {
    const term = a[k]! * b[k]!;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** to += factor by */
export function addScaled(to: Float64Array, by: Float64Array, factor: number): void {
  for (let k = 0; k < to.length; k++) to[k]! += factor * by[k]!;
}
/** Largest absolute entry. */
export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
/** Euclidean length. */
export function norm(values: Float64Array): number {
  return Math.sqrt(dot(values, values));
}
