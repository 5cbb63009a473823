/**
 * Counts of differing bits for many rows, by tables ("method of the four Russians", Arlazarov et al. 1970): a byte
 * of a row has 256 values, and a table says for each of them in how many bits it differs from that byte of 32 columns.
 * Then a byte of a row costs two loads and two additions for all of them, and no bit is counted but in the tables.
 */

/** Columns of a table. */
export const COLUMNS: i32 = 32;

/** Bytes of a row that are looked up before the sums are widened, each in a table of its own. */
const STEP: usize = 8;

/** An entry has a byte to a column. */
const ENTRY_SHIFT: usize = 5;
const TABLE: usize = 256 << ENTRY_SHIFT;

/** Where the sums begin in the scratch of `countColumns`. */
export const SUMS: usize = STEP * TABLE;

/** Bytes of the sums of a row, uint16 to a column. */
export const SUMS_ROW: usize = 64;

/** Byte of sixteen columns. */
function bytesOf(w: usize, bytes: usize): v128 {
  let v = v128.splat<i8>(0);
  v = v128.load_lane<i8>(w, v, 0);
  v = v128.load_lane<i8>(w + bytes, v, 1);
  v = v128.load_lane<i8>(w + 2 * bytes, v, 2);
  v = v128.load_lane<i8>(w + 3 * bytes, v, 3);
  v = v128.load_lane<i8>(w + 4 * bytes, v, 4);
  v = v128.load_lane<i8>(w + 5 * bytes, v, 5);
  v = v128.load_lane<i8>(w + 6 * bytes, v, 6);
  v = v128.load_lane<i8>(w + 7 * bytes, v, 7);
  v = v128.load_lane<i8>(w + 8 * bytes, v, 8);
  v = v128.load_lane<i8>(w + 9 * bytes, v, 9);
  v = v128.load_lane<i8>(w + 10 * bytes, v, 10);
  v = v128.load_lane<i8>(w + 11 * bytes, v, 11);
  v = v128.load_lane<i8>(w + 12 * bytes, v, 12);
  v = v128.load_lane<i8>(w + 13 * bytes, v, 13);
  v = v128.load_lane<i8>(w + 14 * bytes, v, 14);
  return v128.load_lane<i8>(w + 15 * bytes, v, 15);
}

/** What bit `b` of the row adds to the count when it is set: 1 where that of the column is clear, else -1. */
function changeOf(v: v128, b: i32): v128 {
  const one = v128.splat<i8>(1);
  const bit = v128.and(v128.shr<u8>(v, b), one);
  return v128.sub<i8>(one, v128.add<i8>(bit, bit));
}

/** The table of one byte of the columns at `w`: each half of it is the half before with one bit more. */
function fillTable(table: usize, w: usize, bytes: usize): void {
  const low = bytesOf(w, bytes);
  const high = bytesOf(w + 16 * bytes, bytes);
  v128.store(table, v128.popcnt<i8>(low));
  v128.store(table, v128.popcnt<i8>(high), 16);
  for (let b: i32 = 0; b < 8; b++) {
    const lowChange = changeOf(low, b);
    const highChange = changeOf(high, b);
    const half: usize = 1 << (ENTRY_SHIFT + (b as usize));
    for (let from: usize = table; from < table + half; from += 32) {
      v128.store(from + half, v128.add<i8>(v128.load(from), lowChange));
      v128.store(from + half, v128.add<i8>(v128.load(from, 16), highChange), 16);
    }
  }
}

/** The entry of byte `k` of a row. */
function entry(tables: usize, row: usize, k: usize): usize {
  return tables + k * TABLE + ((load<u8>(row + k) as usize) << ENTRY_SHIFT);
}

/**
 * Bits in which each of `rows` rows differs from each of 32 columns.
 * @param x rows of `bytes` bytes, of which the first `used` are looked at; a multiple of 8
 * @param w the columns, rows of `bytes` bytes
 * @param scratch SUMS bytes of tables, then the result: uint16 [rows, 32]
 */
export function countColumns(
  x: usize,
  w: usize,
  scratch: usize,
  rows: i32,
  bytes: usize,
  used: usize,
): void {
  const sums: usize = scratch + SUMS;
  const end: usize = sums + (rows as usize) * SUMS_ROW;
  memory.fill(sums, 0, end - sums);
  for (let first: usize = 0; first < used; first += STEP) {
    for (let k: usize = 0; k < STEP; k++) fillTable(scratch + k * TABLE, w + first + k, bytes);
    let row: usize = x + first;
    for (let sum: usize = sums; sum < end; sum += SUMS_ROW) {
      let at = entry(scratch, row, 0);
      let low = v128.load(at);
      let high = v128.load(at, 16);
      // Written out, since a loop would take longer than what it does. Eight bytes have 64 bits at most.
      at = entry(scratch, row, 1);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 2);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 3);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 4);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 5);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 6);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      at = entry(scratch, row, 7);
      low = v128.add<i8>(low, v128.load(at));
      high = v128.add<i8>(high, v128.load(at, 16));
      addWide(sum, low);
      addWide(sum + 32, high);
      row += bytes;
    }
  }
}

/** Adds sixteen bytes to sixteen uint16. */
function addWide(sum: usize, bytes: v128): void {
  const low = v128.extend_low<u8>(bytes);
  const high = v128.extend_high<u8>(bytes);
  v128.store(sum, v128.add<i16>(v128.load(sum), low));
  v128.store(sum, v128.add<i16>(v128.load(sum, 16), high), 16);
}
