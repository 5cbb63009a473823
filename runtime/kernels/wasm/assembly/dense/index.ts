/**
 * The module `dense.wasm`: dense products of float32 matrices in all transpositions, `reference/dense.ts`.
 *
 * The method is that of Goto and van de Geijn 2008 (Anatomy of high-performance matrix multiplication): blocks of
 * both operands are copied ("packed") into the order in which the innermost loop reads them, which keeps one tile
 * of the result in registers. Packing takes any strides, so a transposed operand costs the same as a plain one.
 *
 * Built twice from this source: with relaxed SIMD a multiplication and an addition are one instruction, rounded
 * once (`dense-fma.wasm`).
 */

import { fma } from "./fma";

export { countEvents, eventProduct, eventProductTransposed, eventScratch } from "./events";

/** Rows and columns of the tile in registers: 8 sums of 4 lanes. */
const TILE_ROWS = 4;
const TILE_COLUMNS = 8;
/** Terms of a block: one strip of B (TILE_COLUMNS wide) and one of A stay in the first-level cache. */
const BLOCK_TERMS = 512;
/** Rows of a block of A, which stays in the second-level cache. */
const BLOCK_ROWS = 128;
/** Columns of a block of B. */
const BLOCK_COLUMNS = 1024;

/** Bytes of scratch space that `product` needs. */
export function productScratch(m: i32, n: i32, k: i32): i32 {
  const terms = min(k, BLOCK_TERMS);
  const rows = (min(m, BLOCK_ROWS) + 3) & ~3;
  const columns = (min(n, BLOCK_COLUMNS) + 7) & ~7;
  return 4 * (terms * (rows + columns) + TILE_ROWS * TILE_COLUMNS);
}

/**
 * c[i, j] = sum over t of a[i, t] b[t, j], c row-major.
 * @param aRow bytes between a[i, t] and a[i + 1, t]; aTerm between a[i, t] and a[i, t + 1]; one of them is 4
 * @param bTerm bytes between b[t, j] and b[t + 1, j]; bColumn between b[t, j] and b[t, j + 1]; one of them is 4
 * @param scratch `productScratch` bytes
 */
export function product(
  a: usize,
  b: usize,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  aRow: i32,
  aTerm: i32,
  bTerm: i32,
  bColumn: i32,
  scratch: usize,
): void {
  const cRow = (<usize>n) << 2;
  memory.fill(c, 0, <usize>m * cRow);
  const terms = min(k, BLOCK_TERMS);
  const tile = scratch;
  const packedA = tile + 4 * TILE_ROWS * TILE_COLUMNS;
  const packedB = packedA + 4 * <usize>(terms * ((min(m, BLOCK_ROWS) + 3) & ~3));
  for (let j0 = 0; j0 < n; j0 += BLOCK_COLUMNS) {
    const columns = min(BLOCK_COLUMNS, n - j0);
    for (let t0 = 0; t0 < k; t0 += BLOCK_TERMS) {
      const depth = min(BLOCK_TERMS, k - t0);
      packColumns(
        b + <usize>t0 * bTerm + <usize>j0 * bColumn,
        packedB,
        columns,
        depth,
        bTerm,
        bColumn,
      );
      for (let i0 = 0; i0 < m; i0 += BLOCK_ROWS) {
        const rows = min(BLOCK_ROWS, m - i0);
        packRows(a + <usize>i0 * aRow + <usize>t0 * aTerm, packedA, rows, depth, aRow, aTerm);
        block(
          packedA,
          packedB,
          c + <usize>i0 * cRow + ((<usize>j0) << 2),
          rows,
          columns,
          depth,
          cRow,
          tile,
        );
      }
    }
  }
}

/** The block of A as strips of 4 rows: for each strip, for each term, its 4 values. Missing rows are 0. */
function packRows(a: usize, to: usize, rows: i32, depth: i32, aRow: i32, aTerm: i32): void {
  for (let i = 0; i < rows; i += 4) {
    const from = a + <usize>i * aRow;
    if (i + 4 <= rows) {
      if (aRow == 4) copyStrip(from, to, depth, aTerm);
      else transposeStrip(from, to, depth, aRow, 16);
    } else {
      partialStrip(from, to, depth, aRow, aTerm, rows - i, 4);
    }
    to += (<usize>depth) << 4;
  }
}

/** The block of B as strips of 8 columns: for each strip, for each term, its 8 values. Missing columns are 0. */
function packColumns(
  b: usize,
  to: usize,
  columns: i32,
  depth: i32,
  bTerm: i32,
  bColumn: i32,
): void {
  for (let j = 0; j < columns; j += 8) {
    const from = b + <usize>j * bColumn;
    if (j + 8 <= columns) {
      if (bColumn == 4) {
        copyWideStrip(from, to, depth, bTerm);
      } else {
        transposeStrip(from, to, depth, bColumn, 32);
        transposeStrip(from + <usize>(4 * bColumn), to + 16, depth, bColumn, 32);
      }
    } else {
      partialStrip(from, to, depth, bColumn, bTerm, columns - j, 8);
    }
    to += (<usize>depth) << 5;
  }
}

function copyStrip(from: usize, to: usize, depth: i32, step: i32): void {
  for (let t = 0; t < depth; t++) {
    v128.store(to, v128.load(from));
    from += step;
    to += 16;
  }
}

function copyWideStrip(from: usize, to: usize, depth: i32, step: i32): void {
  for (let t = 0; t < depth; t++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += step;
    to += 32;
  }
}

/** Four rows that lie `row` bytes apart, term by term; `step` bytes between terms in the strip. */
function transposeStrip(from: usize, to: usize, depth: i32, row: i32, step: i32): void {
  const second = <usize>row;
  const third = second + row;
  const fourth = third + row;
  let t = 0;
  for (; t + 4 <= depth; t += 4) {
    const p = v128.load(from);
    const q = v128.load(from + second);
    const r = v128.load(from + third);
    const s = v128.load(from + fourth);
    const pq0 = i32x4.shuffle(p, q, 0, 4, 1, 5);
    const pq1 = i32x4.shuffle(p, q, 2, 6, 3, 7);
    const rs0 = i32x4.shuffle(r, s, 0, 4, 1, 5);
    const rs1 = i32x4.shuffle(r, s, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(pq0, rs0, 0, 2));
    v128.store(to + step, i64x2.shuffle(pq0, rs0, 1, 3));
    v128.store(to + 2 * step, i64x2.shuffle(pq1, rs1, 0, 2));
    v128.store(to + 3 * step, i64x2.shuffle(pq1, rs1, 1, 3));
    from += 16;
    to += 4 * step;
  }
  for (; t < depth; t++) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + second), 4);
    store<f32>(to, load<f32>(from + third), 8);
    store<f32>(to, load<f32>(from + fourth), 12);
    from += 4;
    to += step;
  }
}

function partialStrip(
  from: usize,
  to: usize,
  depth: i32,
  across: i32,
  along: i32,
  present: i32,
  width: i32,
): void {
  for (let t = 0; t < depth; t++) {
    for (let i = 0; i < width; i++) {
      const value = i < present ? load<f32>(from + <usize>i * across) : <f32>0;
      store<f32>(to + ((<usize>i) << 2), value);
    }
    from += along;
    to += (<usize>width) << 2;
  }
}

/** Adds the product of two packed blocks to a block of C. */
function block(
  packedA: usize,
  packedB: usize,
  c: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  cRow: usize,
  tile: usize,
): void {
  for (let j = 0; j < columns; j += 8) {
    const strip = packedB + ((<usize>j * depth) << 2);
    for (let i = 0; i < rows; i += 4) {
      const from = packedA + ((<usize>i * depth) << 2);
      const to = c + <usize>i * cRow + ((<usize>j) << 2);
      if (i + 4 <= rows && j + 8 <= columns) {
        addTile(from, strip, to, depth, cRow);
      } else {
        memory.fill(tile, 0, 4 * TILE_ROWS * TILE_COLUMNS);
        addTile(from, strip, tile, depth, 4 * TILE_COLUMNS);
        addPart(tile, to, min(4, rows - i), min(8, columns - j), cRow);
      }
    }
  }
}

function addPart(tile: usize, c: usize, rows: i32, columns: i32, cRow: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const to = c + <usize>i * cRow + ((<usize>j) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(tile + <usize>((i * TILE_COLUMNS + j) << 2)));
    }
  }
}

/** c[4, 8] += a strip of A times a strip of B. */
function addTile(a: usize, b: usize, c: usize, depth: i32, cRow: usize): void {
  let s0 = f32x4.splat(0),
    s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0,
    s6 = s0,
    s7 = s0;
  // One term a turn: V8 keeps all of this in registers, which it does not when the loop is unrolled.
  const end = b + ((<usize>depth) << 5);
  while (b != end) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const f0 = v128.load32_splat(a);
    s0 = fma(s0, f0, left);
    s1 = fma(s1, f0, right);
    const f1 = v128.load32_splat(a, 4);
    s2 = fma(s2, f1, left);
    s3 = fma(s3, f1, right);
    const f2 = v128.load32_splat(a, 8);
    s4 = fma(s4, f2, left);
    s5 = fma(s5, f2, right);
    const f3 = v128.load32_splat(a, 12);
    s6 = fma(s6, f3, left);
    s7 = fma(s7, f3, right);
    a += 16;
    b += 32;
  }
  addTo(c, s0, s1);
  c += cRow;
  addTo(c, s2, s3);
  c += cRow;
  addTo(c, s4, s5);
  c += cRow;
  addTo(c, s6, s7);
}

function addTo(c: usize, left: v128, right: v128): void {
  v128.store(c, f32x4.add(v128.load(c), left));
  v128.store(c, f32x4.add(v128.load(c, 16), right), 16);
}
