/** Dropout: `reference/dropout.ts`, the same mask and the same bits. */

/**
 * y[k] = x[k] * factor where kept, 0 where dropped, for n values from element 0 on. 16 bits of Philox block
 * floor(k / 8) decide about element k; a block whose elements are all 0 is not drawn.
 */
export function dropout(
  x: usize,
  y: usize,
  n: f64,
  threshold: u32,
  factor: f64,
  key0: u32,
  key1: u32,
): void {
  const zero = f32x4.splat(0);
  const count = <u64>n;
  let block: u64 = 0;
  for (; (block + 1) << 3 <= count; block++) {
    if (v128.any_true(f32x4.ne(v128.or(v128.load(x), v128.load(x, 16)), zero))) {
      draw(x, y, 8, block, threshold, factor, key0, key1);
    } else {
      v128.store(y, zero);
      v128.store(y, zero, 16);
    }
    x += 32;
    y += 32;
  }
  const rest = <i32>(count - (block << 3));
  if (rest > 0) draw(x, y, rest, block, threshold, factor, key0, key1);
}

/** The elements of one block: Philox 4x32-10, see `tensor/random/philox.ts`. */
function draw(
  x: usize,
  y: usize,
  size: i32,
  block: u64,
  threshold: u32,
  factor: f64,
  key0: u32,
  key1: u32,
): void {
  let c0 = <u32>block;
  let c1 = <u32>(block >> 32);
  let c2: u32 = 0;
  let c3: u32 = 0;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>0xd2511f53 * <u64>c0;
    const p1 = <u64>0xcd9e8d57 * <u64>c2;
    c0 = (<u32>(p1 >> 32)) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = (<u32>(p0 >> 32)) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  for (let k = 0; k < size; k++) {
    const pair = k >> 1;
    const word = pair == 0 ? c0 : pair == 1 ? c1 : pair == 2 ? c2 : c3;
    const bits = (k & 1) == 0 ? word & 0xffff : word >> 16;
    const at = (<usize>k) << 2;
    const value = <f32>(<f64>load<f32>(x + at) * factor);
    store<f32>(y + at, bits >= threshold ? value : 0);
  }
}
