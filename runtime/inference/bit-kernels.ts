/**
 * Kernels on packed signs and on lists of neighbours, over arrays that lie in the memory of an engine: their meaning
 * in plain TypeScript, and the same in WebAssembly (`kernels/wasm/assembly/bits`, `nearest`). The layout of bits is that
 * of kernels/reference/bits.ts.
 */
import { nearestScratch, paddedTo, type NearestExports } from "../kernels/nearest.js";
import { rowBytes } from "../kernels/reference/bits.js";
import { nearest } from "../kernels/reference/nearest.js";

/** What a comparison with one number per channel needs: bit = (y >= threshold) xor falls. */
export interface BitThresholds<Numbers extends Int32Array | Float32Array> {
  readonly values: Numbers;
  /** One row of bits, packed. */
  readonly falls: Uint8Array;
  /** Bits [nodes, channels]. */
  readonly out: Uint8Array;
}

/** Rows of nodes with `k` neighbours each. */
export interface EdgeSizes {
  readonly nodes: number;
  readonly k: number;
  readonly channels: number;
}

export interface BitKernels {
  /** The `k` nearest rows of each row of its cloud by Euclidean distance: near [rows, k]. */
  nearest(
    x: Float32Array,
    width: number,
    pointers: Int32Array,
    k: number,
    near: Int32Array,
    scratch: Float32Array,
  ): void;
  /** The same by Hamming distance between rows of bits. */
  hamming(
    x: Uint8Array,
    width: number,
    pointers: Int32Array,
    k: number,
    near: Int32Array,
    scratch: Float32Array,
  ): void;
  /**
   * y = x w^T, int32 [rows, columns].
   * @param scratch `productFloats(rows, width)` floats
   */
  product(
    x: Uint8Array,
    w: Uint8Array,
    y: Int32Array,
    rows: number,
    columns: number,
    width: number,
    scratch: Float32Array,
  ): void;
  /**
   * The largest product of [-x_j x_i, x_i] with the weights over the neighbours j of each node: bits, or without
   * thresholds int32 [nodes, channels] into `largest`.
   * @param w bits [2 * channels, width]: the rows of -x_j x_i, then those of x_i
   * @param scratch a row of bits and a row of int32
   */
  edges(
    x: Uint8Array,
    near: Int32Array,
    w: Uint8Array,
    width: number,
    sizes: EdgeSizes,
    into: BitThresholds<Int32Array> | Int32Array,
    scratch: Float32Array,
  ): void;
  /**
   * The largest of a_i + b_j (without a: of b_j) over the neighbours j of each node i (where `least` is -1 the smallest): bits, or
   * without thresholds float32 [nodes, channels].
   * @param scratch a row of float32
   */
  extremes(
    a: Float32Array | undefined,
    b: Float32Array,
    near: Int32Array,
    least: Int32Array,
    sizes: EdgeSizes,
    into: BitThresholds<Float32Array> | Float32Array,
    scratch: Float32Array,
  ): void;
  /**
   * Largest product and sum of products over the rows of each cloud, int32 [clouds, columns] each.
   * @param scratch `productFloats` floats for the largest cloud
   */
  pool(
    x: Uint8Array,
    w: Uint8Array,
    pointers: Int32Array,
    columns: number,
    width: number,
    largest: Int32Array,
    sums: Int32Array,
    scratch: Float32Array,
  ): void;
}

/** Floats of scratch that `nearest` and `hamming` need for clouds of at most `count` rows. */
export function nearestFloats(count: number, width: number, k: number): number {
  const euclidean = nearestScratch(count, width, k).bytes;
  return Math.ceil(Math.max(euclidean, hammingScratch(count, width).bytes) / 4);
}

/** Rows from which on tables of counts pay: 1024 columns of 1024 signs took 1.0 ms without them and 1.1 ms with them for 128 rows, 1.5 ms and 1.3 ms for 192. */
const FEWEST_ROWS = 160;
/** Counts of differing bits are uint16. */
const MOST_WIDTH = 65535;
/** Bytes of the tables and of the counts of a row: `SUMS`, `SUMS_ROW` of assembly/bits/tables.ts. */
const [TABLE_BYTES, COUNT_BYTES] = [65536, 64];

/** Floats of scratch that products of `rows` rows need; 0 where tables of counts do not pay. */
export function productFloats(rows: number, width: number): number {
  if (rows < FEWEST_ROWS || width > MOST_WIDTH) return 0;
  return (TABLE_BYTES + COUNT_BYTES * rows) / 4;
}

/** Widths whose Hamming distances are int16 and leave room for a larger number; wider rows are compared in TypeScript. */
export const MOST_DISTANCE = 32766;

/** Where the parts of the scratch of `hammingNearest` begin, in bytes, and how long it is. */
export function hammingScratch(
  count: number,
  width: number,
): { readonly within: number; readonly distances: number; readonly bytes: number } {
  const within = 4 * (width + 2);
  const distances = within + 4 * count;
  return { within, distances, bytes: distances + 32 * Math.ceil(count / 16) };
}

/* ---------------------------------------------------------------- TypeScript */

const COUNTS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** Bits in which two rows differ; with `turned` the first is turned around by a third. */
function differing(
  a: Uint8Array,
  atA: number,
  b: Uint8Array,
  atB: number,
  bytes: number,
  turned?: Uint8Array,
  atTurned = 0,
): number {
  let count = 0;
  for (let k = 0; k < bytes; k++) {
    const byte = a[atA + k]! ^ b[atB + k]!;
    count += COUNTS[turned === undefined ? byte : byte ^ turned[atTurned + k]!]!;
  }
  return count;
}

/** Writes a row of bits: y >= threshold, turned around where the bit of `falls` is set. */
function compareRow(
  y: ArrayLike<number>,
  from: number,
  { values, falls, out }: BitThresholds<Int32Array | Float32Array>,
  row: number,
): void {
  const bytes = falls.length;
  for (let byte = 0; byte < bytes; byte++) {
    let bits = 0;
    for (let c = 8 * byte; c < Math.min(values.length, 8 * byte + 8); c++) {
      if (y[from + c]! >= values[c]!) bits |= 1 << (c & 7);
    }
    out[row * bytes + byte] = bits ^ falls[byte]!;
  }
}

function isThresholds<Numbers extends Int32Array | Float32Array>(
  into: BitThresholds<Numbers> | Numbers,
): into is BitThresholds<Numbers> {
  return "values" in into && "falls" in into;
}

/** The meaning; kernels/reference/ says what a nearest row is. */
export const typescriptBits: BitKernels = {
  nearest(x, width, pointers, k, near) {
    near.set(nearest(x, width, pointers, k));
  },
  hamming(x, width, pointers, k, near) {
    const bytes = rowBytes(width);
    const places = new Int32Array(width + 2);
    for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
      const [start, end] = [pointers[cloud]!, pointers[cloud + 1]!];
      for (let i = start; i < end; i++) {
        places.fill(0);
        for (let j = start; j < end; j++) {
          places[differing(x, i * bytes, x, j * bytes, bytes) + 1]! += 1;
        }
        for (let d = 0; d <= width; d++) places[d + 1]! += places[d]!;
        for (let j = start; j < end; j++) {
          const place = places[differing(x, i * bytes, x, j * bytes, bytes)]!++;
          if (place < k) near[i * k + place] = j;
        }
      }
    }
  },
  product(x, w, y, rows, columns, width) {
    const bytes = rowBytes(width);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        y[r * columns + c] = width - 2 * differing(x, r * bytes, w, c * bytes, bytes);
      }
    }
  },
  edges(x, near, w, width, { nodes, k, channels }, into, scratch) {
    const bytes = rowBytes(width);
    const compared = isThresholds(into);
    const y = compared ? new Int32Array(scratch.buffer, scratch.byteOffset, channels) : into;
    for (let i = 0; i < nodes; i++) {
      const from = compared ? 0 : i * channels;
      for (let c = 0; c < channels; c++) {
        const fixed = differing(x, i * bytes, w, (channels + c) * bytes, bytes);
        let least = Infinity;
        for (let n = 0; n < k; n++) {
          const other = near[i * k + n]! * bytes;
          least = Math.min(least, differing(x, i * bytes, x, other, bytes, w, c * bytes));
        }
        y[from + c] = 2 * width - 2 * (least + fixed);
      }
      if (compared) compareRow(y, 0, into, i);
    }
  },
  extremes(a, b, near, least, { nodes, k, channels }, into, scratch) {
    const compared = isThresholds(into);
    const y = compared ? scratch : into;
    for (let i = 0; i < nodes; i++) {
      const from = compared ? 0 : i * channels;
      for (let c = 0; c < channels; c++) {
        const isLeast = least[c] !== 0;
        let best = b[near[i * k]! * channels + c]!;
        for (let n = 1; n < k; n++) {
          const value = b[near[i * k + n]! * channels + c]!;
          if (isLeast ? value < best : value > best) best = value;
        }
        y[from + c] = a === undefined ? best : a[i * channels + c]! + best;
      }
      if (compared) compareRow(y, 0, into, i);
    }
  },
  pool(x, w, pointers, columns, width, largest, sums) {
    const bytes = rowBytes(width);
    for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
      const [start, end] = [pointers[cloud]!, pointers[cloud + 1]!];
      for (let c = 0; c < columns; c++) {
        let least = Infinity;
        let total = 0;
        for (let r = start; r < end; r++) {
          const count = differing(x, r * bytes, w, c * bytes, bytes);
          least = Math.min(least, count);
          total += count;
        }
        largest[cloud * columns + c] = end === start ? 0 : width - 2 * least;
        sums[cloud * columns + c] = (end - start) * width - 2 * total;
      }
    }
  },
};

/* ---------------------------------------------------------------- WebAssembly */

/** Exports of `bits.wasm`; all arguments are byte addresses and sizes. */
export interface BitExports {
  bitProduct(...args: number[]): void;
  edgeBits(...args: number[]): void;
  nearestExtreme(...args: number[]): void;
  poolProduct(...args: number[]): void;
  hammingNearest(...args: number[]): void;
}

/** Kernels on arrays that lie in the memory of the two modules. */
export function wasmBits(bits: BitExports, points: NearestExports): BitKernels {
  const at = (array: Uint8Array | Int32Array | Float32Array): number => array.byteOffset;
  const vectorsOf = (width: number): number => rowBytes(width) / 16;
  /** Address of the tables of counts, 0 for none. */
  const tablesIn = (scratch: Float32Array, rows: number, width: number): number =>
    productFloats(rows, width) === 0 ? 0 : at(scratch);
  return {
    nearest(x, width, pointers, k, near, scratch) {
      for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
        const start = pointers[cloud]!;
        const count = pointers[cloud + 1]! - start;
        const { distances, best } = nearestScratch(count, width, k);
        points.nearestRows(
          at(x) + 4 * start * width,
          at(near) + 4 * start * k,
          at(scratch),
          at(scratch) + distances,
          at(scratch) + best,
          count,
          paddedTo(count),
          k,
          width,
          start,
        );
      }
    },
    hamming(x, width, pointers, k, near, scratch) {
      if (width > MOST_DISTANCE) {
        typescriptBits.hamming(x, width, pointers, k, near, scratch);
        return;
      }
      for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
        const start = pointers[cloud]!;
        const count = pointers[cloud + 1]! - start;
        const { within, distances } = hammingScratch(count, width);
        bits.hammingNearest(
          at(x) + start * rowBytes(width),
          at(near) + 4 * start * k,
          at(scratch),
          at(scratch) + within,
          at(scratch) + distances,
          count,
          k,
          vectorsOf(width),
          width,
          start,
        );
      }
    },
    product(x, w, y, rows, columns, width, scratch) {
      const tables = tablesIn(scratch, rows, width);
      bits.bitProduct(at(x), at(w), at(y), tables, rows, columns, vectorsOf(width), width);
    },
    edges(x, near, w, width, { nodes, k, channels }, into, scratch) {
      const compared = isThresholds(into);
      bits.edgeBits(
        at(x),
        at(near),
        at(w),
        at(w) + channels * rowBytes(width),
        compared ? at(into.values) : 0,
        compared ? at(into.falls) : 0,
        at(compared ? into.out : into),
        at(scratch),
        nodes,
        k,
        vectorsOf(width),
        width,
        channels,
        vectorsOf(channels),
      );
    },
    extremes(a, b, near, least, { nodes, k, channels }, into, scratch) {
      const compared = isThresholds(into);
      bits.nearestExtreme(
        a === undefined ? 0 : at(a),
        at(b),
        at(near),
        at(least),
        compared ? at(into.values) : 0,
        compared ? at(into.falls) : 0,
        at(compared ? into.out : into),
        at(scratch),
        nodes,
        k,
        channels,
        vectorsOf(channels),
      );
    },
    pool(x, w, pointers, columns, width, largest, sums, scratch) {
      for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
        const start = pointers[cloud]!;
        const rows = pointers[cloud + 1]! - start;
        bits.poolProduct(
          at(x) + start * rowBytes(width),
          at(w),
          at(largest) + 4 * cloud * columns,
          at(sums) + 4 * cloud * columns,
          tablesIn(scratch, rows, width),
          rows,
          columns,
          vectorsOf(width),
          width,
        );
      }
    },
  };
}
