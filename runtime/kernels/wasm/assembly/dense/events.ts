/**
 * Products whose left operand is mostly 0 (spikes, trits, graded events, bags of words): they cost one row of
 * multiply-adds for each value that is not 0.
 *
 * Both work on strips of 32 columns of the right operand, copied together so that they stay in the cache while
 * the events of many rows pass over them.
 */
import { fma } from "./fma";

const STRIP = 32;
/** Bytes between two rows of a strip: 32 times those of a number. */
const STRIP_ROW: i32 = 128;
/** Rows of x whose events are listed at once. The transposed product has a strip of as many rows. */
const CHUNK = 512;
const CHUNK_TRANSPOSED = 128;

/** Number of values that are not 0; -1 as soon as there are more than `most`. NaN counts. */
export function countEvents(x: usize, size: i32, most: i32): i32 {
  const zero = f32x4.splat(0);
  let count = 0;
  let k = 0;
  while (k + 4096 <= size) {
    let sums = i32x4.splat(0);
    for (let n = 0; n < 4096; n += 8) {
      sums = i32x4.sub(sums, f32x4.ne(v128.load(x), zero));
      sums = i32x4.sub(sums, f32x4.ne(v128.load(x, 16), zero));
      x += 32;
    }
    count +=
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      i32x4.extract_lane(sums, 2) +
      i32x4.extract_lane(sums, 3);
    if (count > most) return -1;
    k += 4096;
  }
  for (; k < size; k++) {
    if (load<f32>(x) !== 0) count++;
    x += 4;
  }
  return count > most ? -1 : count;
}

/** Bytes of scratch space that either product needs, for x [rows, inner] with `count` events. */
export function eventScratch(rows: i32, inner: i32, count: i32): i32 {
  const plain = 8 * mostOf(CHUNK, rows, inner, count) + 4 * CHUNK + STRIP_ROW * inner;
  const transposed =
    16 * mostOf(CHUNK_TRANSPOSED, rows, inner, count) +
    4 * (CHUNK_TRANSPOSED + inner + 1) +
    STRIP_ROW * CHUNK_TRANSPOSED;
  return max(plain, transposed);
}

/** Most events that so many rows can have. */
function mostOf(chunk: i32, rows: i32, inner: i32, count: i32): i32 {
  return min(count, min(rows, chunk) * inner);
}

/**
 * y[r] = sum over c of x[r, c] w[c], for x [rows, inner] and rows w[c], y[r] of `outer` numbers.
 * @param count events of x, or more
 * @param scratch `eventScratch` bytes
 */
export function eventProduct(
  x: usize,
  w: usize,
  y: usize,
  rows: i32,
  inner: i32,
  outer: i32,
  count: i32,
  scratch: usize,
): void {
  memory.fill(y, 0, (<usize>rows * outer) << 2);
  const ends = scratch;
  const strip = ends + 4 * CHUNK;
  const columns = strip + <usize>(STRIP_ROW * inner);
  const values = columns + ((<usize>mostOf(CHUNK, rows, inner, count)) << 2);
  for (let first = 0; first < rows; first += CHUNK) {
    const chunk = min(CHUNK, rows - first);
    listEvents(x, chunk, inner, ends, columns, values);
    for (let j = 0; j < outer; j += STRIP) {
      const width = min(STRIP, outer - j);
      copyStrip(w + ((<usize>j) << 2), strip, inner, width, outer);
      let to = y + ((<usize>j) << 2);
      let start: usize = 0;
      for (let r = 0; r < chunk; r++) {
        const end = <usize>load<i32>(ends + ((<usize>r) << 2));
        addRows(strip, columns + start, values + start, end - start, to, width);
        start = end;
        to += (<usize>outer) << 2;
      }
    }
    x += (<usize>chunk * inner) << 2;
    y += (<usize>chunk * outer) << 2;
  }
}

/**
 * y[c] = sum over r of x[r, c] g[r], for x [rows, inner] and rows g[r], y[c] of `outer` numbers.
 * @param count events of x, or more
 * @param scratch `eventScratch` bytes
 */
export function eventProductTransposed(
  x: usize,
  g: usize,
  y: usize,
  rows: i32,
  inner: i32,
  outer: i32,
  count: i32,
  scratch: usize,
): void {
  memory.fill(y, 0, (<usize>inner * outer) << 2);
  const most = (<usize>mostOf(CHUNK_TRANSPOSED, rows, inner, count)) << 2;
  const ends = scratch;
  const columnEnds = ends + 4 * CHUNK_TRANSPOSED;
  const strip = columnEnds + ((<usize>(inner + 1)) << 2);
  const columns = strip + <usize>(STRIP_ROW * CHUNK_TRANSPOSED);
  const values = columns + most;
  const sortedRows = values + most;
  const sortedValues = sortedRows + most;
  for (let first = 0; first < rows; first += CHUNK_TRANSPOSED) {
    const chunk = min(CHUNK_TRANSPOSED, rows - first);
    listEvents(x, chunk, inner, ends, columns, values);
    sortByColumn(chunk, inner, ends, columns, values, columnEnds, sortedRows, sortedValues);
    for (let j = 0; j < outer; j += STRIP) {
      const width = min(STRIP, outer - j);
      copyStrip(g + ((<usize>j) << 2), strip, chunk, width, outer);
      let to = y + ((<usize>j) << 2);
      let start: usize = 0;
      for (let c = 0; c < inner; c++) {
        const end = <usize>load<i32>(columnEnds + ((<usize>c) << 2));
        addRows(strip, sortedRows + start, sortedValues + start, end - start, to, width);
        start = end;
        to += (<usize>outer) << 2;
      }
    }
    x += (<usize>chunk * inner) << 2;
    g += (<usize>chunk * outer) << 2;
  }
}

/** Events row by row: 4 times their column, and their value; of each row, where its events end, in bytes. */
function listEvents(
  x: usize,
  rows: i32,
  inner: i32,
  ends: usize,
  columns: usize,
  values: usize,
): void {
  const zero = f32x4.splat(0);
  let found: usize = 0;
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c + 16 <= inner; c += 16, x += 64) {
      let bits =
        i32x4.bitmask(f32x4.ne(v128.load(x), zero)) |
        (i32x4.bitmask(f32x4.ne(v128.load(x, 16), zero)) << 4) |
        (i32x4.bitmask(f32x4.ne(v128.load(x, 32), zero)) << 8) |
        (i32x4.bitmask(f32x4.ne(v128.load(x, 48), zero)) << 12);
      while (bits !== 0) {
        const at = ctz(bits) << 2;
        store<i32>(columns + found, (c << 2) + at);
        store<f32>(values + found, load<f32>(x + <usize>at));
        found += 4;
        bits &= bits - 1;
      }
    }
    for (; c < inner; c++, x += 4) {
      const value = load<f32>(x);
      if (value === 0) continue;
      store<i32>(columns + found, c << 2);
      store<f32>(values + found, value);
      found += 4;
    }
    store<i32>(ends + ((<usize>r) << 2), <i32>found);
  }
}

/** Counting sort of listed events by column; of each column, where its events end, in bytes. */
function sortByColumn(
  rows: i32,
  inner: i32,
  ends: usize,
  columns: usize,
  values: usize,
  columnEnds: usize,
  sortedRows: usize,
  sortedValues: usize,
): void {
  memory.fill(columnEnds, 0, (<usize>(inner + 1)) << 2);
  const found = <usize>load<i32>(ends + ((<usize>(rows - 1)) << 2));
  for (let k: usize = 0; k < found; k += 4) {
    const size = columnEnds + <usize>load<i32>(columns + k);
    store<i32>(size, load<i32>(size, 4) + 4, 4);
  }
  for (let c = 0; c < inner; c++) {
    const start = columnEnds + ((<usize>c) << 2);
    store<i32>(start, load<i32>(start, 4) + load<i32>(start), 4);
  }
  // `columnEnds` is now where each column starts, and moves to where it ends.
  let k: usize = 0;
  for (let r = 0; r < rows; r++) {
    const end = <usize>load<i32>(ends + ((<usize>r) << 2));
    for (; k < end; k += 4) {
      const next = columnEnds + <usize>load<i32>(columns + k);
      const to = <usize>load<i32>(next);
      store<i32>(next, <i32>to + 4);
      store<i32>(sortedRows + to, r << 2);
      store<f32>(sortedValues + to, load<f32>(values + k));
    }
  }
}

/** `width` columns of rows of `outer` numbers, STRIP_ROW bytes apart. */
function copyStrip(from: usize, to: usize, rows: i32, width: i32, outer: i32): void {
  for (let r = 0; r < rows; r++) {
    if (width == STRIP) {
      for (let at: usize = 0; at < <usize>STRIP_ROW; at += 16)
        v128.store(to + at, v128.load(from + at));
    } else {
      memory.copy(to, from, (<usize>width) << 2);
    }
    from += (<usize>outer) << 2;
    to += STRIP_ROW;
  }
}

/**
 * y += sum over `bytes` / 4 events of their value times their row of the strip; `width` numbers.
 * @param rows 4 times the row of each event
 */
function addRows(
  strip: usize,
  rows: usize,
  values: usize,
  bytes: usize,
  y: usize,
  width: i32,
): void {
  if (bytes == 0) return;
  const end = rows + bytes;
  if (width == STRIP) {
    let s0 = v128.load(y),
      s1 = v128.load(y, 16),
      s2 = v128.load(y, 32),
      s3 = v128.load(y, 48),
      s4 = v128.load(y, 64),
      s5 = v128.load(y, 80),
      s6 = v128.load(y, 96),
      s7 = v128.load(y, 112);
    while (rows != end) {
      const row = strip + ((<usize>load<i32>(rows)) << 5);
      const f = v128.load32_splat(values);
      s0 = fma(s0, f, v128.load(row));
      s1 = fma(s1, f, v128.load(row, 16));
      s2 = fma(s2, f, v128.load(row, 32));
      s3 = fma(s3, f, v128.load(row, 48));
      s4 = fma(s4, f, v128.load(row, 64));
      s5 = fma(s5, f, v128.load(row, 80));
      s6 = fma(s6, f, v128.load(row, 96));
      s7 = fma(s7, f, v128.load(row, 112));
      rows += 4;
      values += 4;
    }
    v128.store(y, s0);
    v128.store(y, s1, 16);
    v128.store(y, s2, 32);
    v128.store(y, s3, 48);
    v128.store(y, s4, 64);
    v128.store(y, s5, 80);
    v128.store(y, s6, 96);
    v128.store(y, s7, 112);
    return;
  }
  for (let at = rows; at != end; at += 4) {
    const row = strip + ((<usize>load<i32>(at)) << 5);
    const value = load<f32>(values);
    const f = f32x4.splat(value);
    let c: usize = 0;
    const whole = (<usize>(width & ~3)) << 2;
    for (; c < whole; c += 16) v128.store(y + c, fma(v128.load(y + c), f, v128.load(row + c)));
    for (; c < (<usize>width) << 2; c += 4) {
      store<f32>(y + c, load<f32>(y + c) + value * load<f32>(row + c));
    }
    values += 4;
  }
}
