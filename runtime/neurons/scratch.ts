/**
 * Flat arrays that neurons use over and over: a fresh array of a million floats costs more in page
 * faults than the loop that fills it.
 */

/** Most bytes kept for later use. */
const LIMIT = 256 * 1024 * 1024;

const free: Float32Array[] = [];
let freeBytes = 0;

/** An array of at least `size` floats with arbitrary values; give it back with `release`. */
export function acquire(size: number): Float32Array {
  let best = -1;
  for (let k = 0; k < free.length; k++) {
    const { length } = free[k]!;
    // One that is much too large stays for those who need it.
    if (length < size || length > 2 * size + 1024) continue;
    if (best < 0 || length < free[best]!.length) best = k;
  }
  if (best < 0) return new Float32Array(size);
  const [found] = free.splice(best, 1);
  freeBytes -= found!.byteLength;
  return found!;
}

/** Gives an array back; nobody may read or write it afterwards. */
export function release(array: Float32Array): void {
  if (freeBytes + array.byteLength > LIMIT) return;
  free.push(array);
  freeBytes += array.byteLength;
}
