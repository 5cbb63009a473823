/**
 * Inference on packed bits: products by exclusive or and bit counts, edge convolutions fused with their maximum
 * and threshold, nearest neighbours by Hamming distance. No number exists between two layers, only bits.
 *
 * What follows the integer product of a layer (scale, PReLU, batch normalisation, sign) is one comparison with an
 * integer per channel: `foldThresholds` finds it by asking the float computation itself, so the bits are those
 * of the float simulation, rounding included (Bahri, Bahl, Zafeiriou 2021, section 3; thresholds as in Umuroglu
 * et al. 2017, FINN, section 4.2.2).
 */
import { SgnnError } from "../error.js";
import {
  hammingScratch,
  MOST_DISTANCE,
  productFloats,
  typescriptBits,
  type BitExports,
} from "../inference/bit-kernels.js";
import { checkClouds } from "../kernels/nearest.js";
import * as packing from "../inference/pack.js";
import { rowBytes, turnRow } from "../kernels/reference/bits.js";
import { privateHeap } from "../kernels/wasm/heap.js";

/** Rows of signs as bits; see kernels/reference/bits.ts for the layout. */
export interface Bits {
  readonly rows: number;
  readonly width: number;
  readonly bytes: Uint8Array;
}

/** When a channel's bit is set: product >= value, or <= value for a channel that falls. */
export interface Thresholds {
  readonly values: Int32Array;
  /** 1 where what follows the product falls with it. */
  readonly falls: Uint8Array;
}

/** Packs the signs of real numbers, row-major [rows, width]; 0 is +1. */
export function packSigns(x: ArrayLike<number>, rows: number, width: number): Bits {
  checkCount(x, rows, width);
  const bytes = new Uint8Array(rows * rowBytes(width));
  packing.packRows(x, rows, width, bytes);
  return { rows, width, bytes };
}

/** Packs the columns of a weight [in, out]: one row of bits for each output. */
export function packColumns(w: ArrayLike<number>, inputs: number, outputs: number): Bits {
  checkCount(w, inputs, outputs);
  const bytes = new Uint8Array(outputs * rowBytes(inputs));
  packing.packColumns(w, 1, inputs, bytes);
  return { rows: outputs, width: inputs, bytes };
}

/**
 * x w^T of two lists of rows of equal width: int32 [x.rows, w.rows], exact.
 * @throws SgnnError R161 when the widths differ
 */
export function bitProduct(x: Bits, w: Bits): Int32Array {
  sameWidth(x, w);
  return inHeap((heap) => {
    const y = heap.room(4 * x.rows * w.rows);
    const vectors = rowBytes(x.width) / 16;
    const floats = productFloats(x.rows, x.width);
    const tables = floats === 0 ? 0 : heap.room(4 * floats);
    const [from, weights] = [heap.put(x.bytes), heap.put(w.bytes)];
    kernels().bitProduct(from, weights, y, tables, x.rows, w.rows, vectors, x.width);
    return heap.integers(y, x.rows * w.rows);
  });
}

/**
 * XorEdgeConv with its maximum and thresholds: bits [nodes, channels].
 * @param near [nodes * k] neighbours of each node
 * @param wEdge bits [channels, width], the weights of -x_j x_i; `wNode` those of x_i
 * @param smallest 1 for channels whose maximum is over something that falls with the product (a negative scale):
 * the neighbour with the smallest product decides. With everything up to the sign inside of the maximum (BF2)
 * that is `falls`; with the scale alone inside (BF1) it is the sign of the scale.
 * @throws SgnnError R161 (widths), R162 (lists of another length)
 */
export function edgeBits(
  x: Bits,
  near: Int32Array,
  k: number,
  wEdge: Bits,
  wNode: Bits,
  { values, falls }: Thresholds,
  smallest: Uint8Array = falls,
): Bits {
  sameWidth(x, wEdge);
  sameWidth(x, wNode);
  const channels = wEdge.rows;
  for (const [what, length, wanted] of [
    ["neighbours", near.length, x.rows * k],
    ["weights of the nodes", wNode.rows, channels],
    ["thresholds", values.length, channels],
    ["directions", Math.min(falls.length, smallest.length), channels],
  ] as const) {
    if (length === wanted) continue;
    throw new SgnnError({
      code: "R162",
      message: `${length} ${what} where ${wanted} are needed`,
      why: `There are ${x.rows} nodes with ${k} neighbours, and ${channels} channels.`,
      fix: "Use weights and thresholds of the same layer.",
    });
  }
  const outBytes = rowBytes(channels);
  const bytes = rowBytes(x.width);
  // The smallest product is minus the largest of the turned weights: whole numbers have y >= t where not -y >= 1 - t.
  const weights = new Uint8Array(2 * channels * bytes);
  weights.set(wEdge.bytes);
  weights.set(wNode.bytes, channels * bytes);
  const turned = new Uint8Array(outBytes);
  const bounds = new Int32Array(channels);
  for (let c = 0; c < channels; c++) {
    const isTurned = smallest[c] === 1;
    const down = falls[c] === 1;
    // As `y >= bound`, turned around when it falls.
    const bound = down ? values[c]! + 1 : values[c]!;
    bounds[c] = isTurned ? 1 - bound : bound;
    if (down !== isTurned) turned[c >> 3]! |= 1 << (c & 7);
    if (isTurned) for (const row of [c, channels + c]) turnRow(weights, row, x.width);
  }
  return inHeap((heap) => {
    const vectors = bytes / 16;
    const out = heap.put(new Uint8Array(x.rows * outBytes));
    const edges = heap.put(weights);
    kernels().edgeBits(
      heap.put(x.bytes),
      heap.put(near),
      edges,
      edges + channels * bytes,
      heap.put(bounds),
      heap.put(turned),
      out,
      heap.room(bytes + 4 * channels),
      x.rows,
      k,
      vectors,
      x.width,
      channels,
      outBytes / 16,
    );
    return { rows: x.rows, width: channels, bytes: heap.bytes(out, x.rows * outBytes) };
  });
}

/**
 * The `k` nearest rows of each row within its cloud, by Hamming distance, nearest first, equally near ones by
 * number: int32 [rows * k], numbers counted through all clouds. What `knn<k, metric: hamming>` finds.
 * @param pointers first row of each cloud, then the number of rows
 * @throws SgnnError R150 when a cloud has fewer than `k` rows
 */
export function hammingNearest(x: Bits, pointers: Int32Array, k: number): Int32Array {
  checkClouds(pointers, k);
  if (x.width > MOST_DISTANCE) {
    const near = new Int32Array(x.rows * k);
    typescriptBits.hamming(x.bytes, x.width, pointers, k, near, new Float32Array());
    return near;
  }
  return inHeap((heap) => {
    const vectors = rowBytes(x.width) / 16;
    const address = heap.put(x.bytes);
    const near = heap.room(4 * x.rows * k);
    const scratch = heap.room(hammingScratch(x.rows, x.width).bytes);
    for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
      const start = pointers[cloud]!;
      const count = pointers[cloud + 1]! - start;
      const { within, distances } = hammingScratch(count, x.width);
      kernels().hammingNearest(
        address + start * vectors * 16,
        near + 4 * start * k,
        scratch,
        scratch + within,
        scratch + distances,
        count,
        k,
        vectors,
        x.width,
        start,
      );
    }
    return heap.integers(near, x.rows * k);
  });
}

/**
 * Where the sign of a monotone function of the product changes, per channel.
 * @param channel value of the function for a product, in float32 as the simulation computes it; monotone in the
 * product, rising or falling
 * @param most largest product, so that all lie in [-most, most]
 */
export function foldThresholds(
  channels: number,
  most: number,
  channel: (c: number, product: number) => number,
): Thresholds {
  const values = new Int32Array(channels);
  const falls = new Uint8Array(channels);
  for (let c = 0; c < channels; c++) {
    const isSet = (product: number): boolean => !(channel(c, product) < 0);
    const low = isSet(-most);
    const high = isSet(most);
    if (low === high) {
      // Never or always: a threshold beyond all products.
      values[c] = low ? -most - 1 : most + 1;
      continue;
    }
    falls[c] = low ? 1 : 0;
    // The last product on the low side, by bisection.
    let from = -most;
    let to = most;
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (isSet(middle) === low) from = middle;
      else to = middle;
    }
    values[c] = low ? from : to;
  }
  return { values, falls };
}

function checkCount(x: ArrayLike<number>, rows: number, width: number): void {
  if (x.length === rows * width) return;
  throw new SgnnError({
    code: "R160",
    message: `${x.length} numbers for ${rows} rows of ${width} signs`,
    why: "Every sign is the sign of one number.",
    fix: "Check the shape.",
  });
}

function sameWidth(x: Bits, w: Bits): void {
  for (const { rows, width, bytes } of [x, w]) {
    if (bytes.length === rows * rowBytes(width)) continue;
    throw new SgnnError({
      code: "R160",
      message: `${bytes.length} bytes for ${rows} rows of ${width} signs`,
      why: `Such rows take ${rows * rowBytes(width)} bytes.`,
      fix: "Check the file or the shape: the bits are cut short, or belong to another layer.",
    });
  }
  if (x.width === w.width) return;
  throw new SgnnError({
    code: "R161",
    message: `rows of ${x.width} signs and weights of ${w.width}`,
    why: "A product is between rows of equal width.",
    fix: "Use the weights of this layer.",
  });
}

function kernels(): BitExports {
  return privateHeap().module<BitExports>("bits");
}

interface HeapCall {
  put(values: Uint8Array | Int32Array): number;
  room(bytes: number): number;
  integers(address: number, length: number): Int32Array;
  bytes(address: number, length: number): Uint8Array;
}

/** One call in the memory of the kernels; everything it takes is given back. */
function inHeap<Result>(use: (call: HeapCall) => Result): Result {
  const heap = privateHeap();
  const taken: number[] = [];
  const room = (bytes: number): number => {
    const address = heap.allocate(bytes);
    taken.push(address);
    return address;
  };
  try {
    return use({
      room,
      put(values) {
        const address = room(values.byteLength);
        heap.write(address, values);
        return address;
      },
      integers: (address, length) => new Int32Array(heap.memory.buffer, address, length).slice(),
      bytes: (address, length) => new Uint8Array(heap.memory.buffer, address, length).slice(),
    });
  } finally {
    taken.forEach((address) => heap.free(address));
  }
}
