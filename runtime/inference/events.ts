/**
 * Events: the positions of the values that are not 0, row by row. A product with an event list costs one
 * row of additions (or multiply-adds) per event, whatever the width of the input.
 */

/** Positions of the non-zeros of a matrix; the arrays are reserved once and reused. */
export interface EventList {
  /** Row r has the events pointers[r] .. pointers[r + 1] - 1; [rows + 1]. */
  readonly pointers: Int32Array;
  /** Column of each event, rising within a row. */
  readonly columns: Int32Array;
}

/**
 * Lists the events of x [rows, width]; stops as soon as there are more than the list holds.
 * @returns their number, or -1 when they are too many
 */
export function listEvents(
  x: Float32Array,
  rows: number,
  width: number,
  { pointers, columns }: EventList,
): number {
  const most = columns.length;
  let count = 0;
  let at = 0;
  pointers[0] = 0;
  for (let r = 0; r < rows; r++) {
    if (count + width > most && count + countRow(x, at, width) > most) return -1;
    for (let c = 0; c < width; c++) if (x[at + c] !== 0) columns[count++] = c;
    at += width;
    pointers[r + 1] = count;
  }
  return count;
}

function countRow(x: Float32Array, at: number, width: number): number {
  let count = 0;
  for (let c = 0; c < width; c++) if (x[at + c] !== 0) count++;
  return count;
}
