/**
 * Packed signs: bit 1 is +1, bit 0 is -1, bit b of a row in byte b >> 3 at place b & 7, every row filled with
 * zeros to a multiple of 16 bytes. What the WebAssembly kernels on bits are tested against.
 */

/** Bytes of a row of `width` signs. */
export function rowBytes(width: number): number {
  return Math.ceil(width / 128) * 16;
}

/** -1 and +1 again. */
export function unpack(bits: Uint8Array, rows: number, width: number): Float32Array {
  const bytes = rowBytes(width);
  const x = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < width; c++) {
      x[r * width + c] = (bits[r * bytes + (c >> 3)]! >> (c & 7)) & 1 ? 1 : -1;
    }
  }
  return x;
}

/** Turns every sign of a row around; its filling stays zero. */
export function turnRow(bits: Uint8Array, row: number, width: number): void {
  const start = row * rowBytes(width);
  for (let c = 0; c < width; c += 8) {
    bits[start + (c >> 3)]! ^= (1 << Math.min(8, width - c)) - 1;
  }
}

/** y[r, c] = sum_k x[r, k] w[c, k] over the signs of two rows. */
export function bitProduct(
  x: Uint8Array,
  w: Uint8Array,
  rows: number,
  columns: number,
  width: number,
): Int32Array {
  const a = unpack(x, rows, width);
  const b = unpack(w, columns, width);
  const y = new Int32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += a[r * width + k]! * b[c * width + k]!;
      y[r * columns + c] = sum;
    }
  }
  return y;
}

/**
 * The products of the edges j -> i with [-x_j x_i, x_i] of XorEdgeConv, largest and smallest over the neighbours.
 * @param near [nodes * k]
 * @param w signs [2 * width, channels], row-major
 */
export function edgeExtremes(
  x: Uint8Array,
  near: Int32Array,
  w: ArrayLike<number>,
  nodes: number,
  k: number,
  width: number,
  channels: number,
): { readonly largest: Int32Array; readonly smallest: Int32Array } {
  const signs = unpack(x, nodes, width);
  const largest = new Int32Array(nodes * channels).fill(-2147483648);
  const smallest = new Int32Array(nodes * channels).fill(2147483647);
  for (let i = 0; i < nodes; i++) {
    for (let n = 0; n < k; n++) {
      const j = near[i * k + n]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let b = 0; b < width; b++) {
          const own = signs[i * width + b]!;
          sum -= signs[j * width + b]! * own * w[b * channels + c]!;
          sum += own * w[(width + b) * channels + c]!;
        }
        const at = i * channels + c;
        largest[at] = Math.max(largest[at]!, sum);
        smallest[at] = Math.min(smallest[at]!, sum);
      }
    }
  }
  return { largest, smallest };
}
