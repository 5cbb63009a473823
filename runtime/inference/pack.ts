/** Signs of real numbers as rows of bits, into memory that is there already. */
import { rowBytes } from "../kernels/reference/bits.js";

/** Rows of numbers, row-major; 0 is +1. The filling of the rows becomes zero. */
export function packRows(
  x: ArrayLike<number>,
  rows: number,
  width: number,
  bits: Uint8Array,
): void {
  const bytes = rowBytes(width);
  for (let r = 0, at = 0; r < rows; r++) {
    const row = r * bytes;
    for (let first = 0; first < 8 * bytes; first += 8) {
      const count = Math.min(8, Math.max(0, width - first));
      let byte = 0;
      for (let b = 0; b < count; b++, at++) if (!(x[at]! < 0)) byte |= 1 << b;
      bits[row + (first >> 3)] = byte;
    }
  }
}

/** A weight [parts * inputs, outputs] as rows [parts * outputs, inputs]. */
export function packColumns(
  w: ArrayLike<number>,
  parts: number,
  inputs: number,
  bits: Uint8Array,
): void {
  const bytes = rowBytes(inputs);
  const outputs = w.length / (parts * inputs);
  bits.fill(0);
  for (let part = 0; part < parts; part++) {
    for (let k = 0; k < inputs; k++) {
      const from = (part * inputs + k) * outputs;
      const at = part * outputs * bytes + (k >> 3);
      const bit = 1 << (k & 7);
      for (let c = 0; c < outputs; c++) if (!(w[from + c]! < 0)) bits[at + c * bytes]! |= bit;
    }
  }
}
