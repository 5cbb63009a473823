/**
 * Operations on packed signs. A value is packed where the plan says so; a product of two packed values is counted in
 * bits, and what follows it up to the next sign is a comparison with one whole number per channel.
 */
import type { Topology } from "../../graph/topology.js";
import { rowBytes, turnRow } from "../../kernels/reference/bits.js";
import { productFloats, type BitThresholds } from "../bit-kernels.js";
import { packRows } from "../pack.js";
import {
  changeOf,
  composed,
  falling,
  flagBits,
  floatAt,
  LAST_FLOAT,
  wholeNumber,
  type Change,
  type RowChain,
} from "./fold.js";
import { countOf, listOf } from "./near.js";
import { lastDim, type Operation, type Slot } from "./operation.js";

function bitsOf({ bits, kind }: Slot): Uint8Array {
  if (bits === undefined) throw new Error(`a value of kind ${kind} that is not packed`);
  return bits;
}

/* ---------------------------------------------------------------- packing */

export const packSigns: Operation = {
  bind({ args, result }) {
    const [x] = args as [Slot];
    const { rows, width } = lastDim(x);
    const bits = bitsOf(result);
    return () => packRows(x.data, rows, width, bits);
  },
};

export const unpackSigns: Operation = {
  bind({ args, result }) {
    const [x] = args as [Slot];
    const { rows, width } = lastDim(x);
    const bytes = rowBytes(width);
    const bits = bitsOf(x);
    return () => {
      for (let r = 0, at = 0; r < rows; r++) {
        for (let c = 0; c < width; c++) {
          result.data[at++] = (bits[r * bytes + (c >> 3)]! >> (c & 7)) & 1 ? 1 : -1;
        }
      }
    };
  },
};

/** Rows of bits side by side. */
export const concatBits: Operation = {
  bind({ args, result }) {
    const { rows, width } = lastDim(result);
    const to = bitsOf(result);
    const bytes = rowBytes(width);
    const parts = args.map((arg) => ({ from: bitsOf(arg), own: lastDim(arg).width }));
    return () => {
      to.fill(0);
      let first = 0;
      for (const { from, own } of parts) {
        const ownBytes = rowBytes(own);
        const used = (own + 7) >> 3;
        const shift = first & 7;
        for (let r = 0; r < rows; r++) {
          let at = r * bytes + (first >> 3);
          for (let k = r * ownBytes; k < r * ownBytes + used; k++, at++) {
            // The filling is zero, so that whole bytes can be moved.
            to[at]! |= from[k]! << shift;
            if (shift > 0) to[at + 1]! |= from[k]! >> (8 - shift);
          }
        }
        first += own;
      }
    };
  },
};

/* ---------------------------------------------------------------- thresholds */

/** Memory of thresholds and of the row of bits that turns them around. */
function thresholdFloats(channels: number): number {
  return Math.ceil(channels / 4) * 4 + rowBytes(channels) / 4;
}

function thresholdsIn(
  kept: Float32Array,
  channels: number,
  out: Uint8Array,
): BitThresholds<Int32Array> {
  const values = new Int32Array(kept.buffer, kept.byteOffset, channels);
  const at = kept.byteOffset + 16 * Math.ceil(channels / 4);
  return { values, falls: new Uint8Array(kept.buffer, at, rowBytes(channels)), out };
}

/** Writes where whole numbers change the sign. */
function foldInto({ values, falls }: BitThresholds<Int32Array>, change: Change): void {
  change.places.forEach((place, c) => (values[c] = place));
  flagBits(change.falls, falls);
}

/* ---------------------------------------------------------------- products */

/** x w: whole numbers as float32, or with a chain that ends in a sign, bits. */
export const bitProduct: Operation = {
  scratch([x], result) {
    const { rows, width } = lastDim(x!);
    return result.isPacked ? lastDim(result).width : productFloats(rows, width);
  },
  kept: (_args, result) => thresholdFloats(lastDim(result).width),
  bind({ args, result, products, scratch, kept, chains, counts }) {
    const [x, w] = args as [Slot, Slot];
    const { rows, width } = lastDim(x);
    const channels = lastDim(result).width;
    const [from, weights] = [bitsOf(x), bitsOf(w)];
    const bytes = rowBytes(width);
    const { bits } = products;
    const count = (): void => {
      counts.bitOps += rows * width * channels;
    };
    if (result.bits === undefined) {
      const { data } = result;
      const y = new Int32Array(data.buffer, data.byteOffset, data.length);
      return () => {
        bits.product(from, weights, y, rows, channels, width, scratch);
        // In place: both take four bytes.
        for (let k = 0; k < y.length; k++) data[k] = y[k]!;
        count();
      };
    }
    const thresholds = thresholdsIn(kept, channels, result.bits);
    foldInto(
      thresholds,
      changeOf(composed([chains.outer], channels), channels, wholeNumber, -width, width),
    );
    const y = new Int32Array(scratch.buffer, scratch.byteOffset, channels);
    return () => {
      for (let r = 0; r < rows; r++) {
        const row = from.subarray(r * bytes, (r + 1) * bytes);
        bits.product(row, weights, y, 1, channels, width, scratch);
        compareRow(y, thresholds, r);
      }
      count();
    };
  },
};

/** A row of bits from a row of whole numbers. */
function compareRow(
  y: Int32Array,
  { values, falls, out }: BitThresholds<Int32Array>,
  row: number,
): void {
  const bytes = falls.length;
  for (let byte = 0; byte < bytes; byte++) {
    const last = Math.min(values.length, 8 * byte + 8);
    let set = 0;
    for (let c = 8 * byte; c < last; c++) if (y[c]! >= values[c]!) set |= 1 << (c & 7);
    out[row * bytes + byte] = set ^ falls[byte]!;
  }
}

/**
 * XorEdgeConv: the largest of what follows the product over the neighbours, as bits or as float32.
 * Arguments: bits [N, in], neighbours, weights as bits [2 out, in].
 */
export const bitEdges: Operation = {
  scratch: ([x], result) => rowBytes(lastDim(x!).width) / 4 + lastDim(result).width,
  kept: (_args, result) => thresholdFloats(lastDim(result).width),
  bind({ step, args, result, products, scratch, kept, chains, counts }) {
    const [x, near, w] = args as [Slot, Slot, Slot];
    const { rows: nodes, width } = lastDim(x);
    const channels = lastDim(result).width;
    const k = countOf(step);
    const sizes = { nodes, k, channels };
    const most = 2 * width;
    const { bits } = products;
    const [from, weights, list] = [bitsOf(x), bitsOf(w), listOf(near)];
    // Where what follows falls with the product the smallest decides: the largest of turned weights.
    const turned = falling(chains.inner, channels, -most, most);
    turned.forEach((one, c) => {
      if (one === 1) for (const row of [c, channels + c]) turnRow(weights, row, width);
    });
    const given: RowChain = (y, into) =>
      y.forEach((value, c) => (into[c] = turned[c] ? -value : value));
    const count = (): void => {
      counts.bitOps += nodes * (k + 1) * width * channels;
    };
    if (result.bits === undefined) {
      const { data } = result;
      const largest = new Int32Array(data.buffer, data.byteOffset, data.length);
      const follows = composed([given, chains.inner], channels);
      const row = new Float32Array(channels);
      return () => {
        bits.edges(from, list, weights, width, sizes, largest, scratch);
        for (let at = 0; at < largest.length; at += channels) {
          for (let c = 0; c < channels; c++) row[c] = largest[at + c]!;
          follows(row, data.subarray(at, at + channels));
        }
        count();
      };
    }
    const thresholds = thresholdsIn(kept, channels, result.bits);
    const signs = composed([given, chains.inner, chains.outer], channels);
    foldInto(thresholds, changeOf(signs, channels, wholeNumber, -most, most));
    return () => {
      // The filling of the rows: the place has served other values.
      thresholds.out.fill(0);
      bits.edges(from, list, weights, width, sizes, thresholds, scratch);
      count();
    };
  },
};

/**
 * The largest of what follows a_i + b_j over the neighbours, as bits or as float32: an edge convolution of real
 * numbers whose product is on nodes. Arguments: a, b, neighbours.
 */
export const nearExtreme: Operation = {
  scratch: (_args, result) => lastDim(result).width,
  kept: (_args, result) =>
    2 * Math.ceil(lastDim(result).width / 4) * 4 + rowBytes(lastDim(result).width) / 4,
  bind({ step, args, result, products, scratch, kept, chains, counts }) {
    const [a, b, near] = args as [Slot, Slot, Slot];
    const { rows: nodes, width: channels } = lastDim(a);
    const k = countOf(step);
    const sizes = { nodes, k, channels };
    const { bits } = products;
    const list = listOf(near);
    const part = 4 * Math.ceil(channels / 4);
    const least = new Int32Array(kept.buffer, kept.byteOffset, channels);
    const [low, high] = [floatAt(-LAST_FLOAT), floatAt(LAST_FLOAT)];
    falling(chains.inner, channels, low, high).forEach((one, c) => (least[c] = -one));
    const count = (): void => {
      counts.adds += nodes * k * channels;
    };
    if (result.bits === undefined) {
      const { data } = result;
      const { inner } = chains;
      return () => {
        bits.extremes(a.data, b.data, list, least, sizes, data, scratch);
        for (let at = 0; inner !== undefined && at < data.length; at += channels) {
          const row = data.subarray(at, at + channels);
          inner(row, row);
        }
        count();
      };
    }
    const values = new Float32Array(kept.buffer, kept.byteOffset + 4 * part, channels);
    const falls = new Uint8Array(kept.buffer, kept.byteOffset + 8 * part, rowBytes(channels));
    const signs = composed([chains.inner, chains.outer], channels);
    const change = changeOf(signs, channels, floatAt, -LAST_FLOAT, LAST_FLOAT);
    values.set(change.places.map(floatAt));
    flagBits(change.falls, falls);
    const thresholds = { values, falls, out: result.bits };
    return () => {
      thresholds.out.fill(0);
      bits.extremes(a.data, b.data, list, least, sizes, thresholds, scratch);
      count();
    };
  },
};

/** The largest of b_j over the neighbours, float32. Arguments: b, neighbours. */
export const nearLargest: Operation = {
  kept: (_args, result) => lastDim(result).width,
  bind({ step, args, result, products, scratch, kept, counts }) {
    const [b, near] = args as [Slot, Slot];
    const { rows: nodes, width: channels } = lastDim(b);
    const k = countOf(step);
    const list = listOf(near);
    const least = new Int32Array(kept.buffer, kept.byteOffset, channels);
    const { bits } = products;
    return () => {
      bits.extremes(undefined, b.data, list, least, { nodes, k, channels }, result.data, scratch);
      counts.adds += nodes * k * channels;
    };
  },
};

/* ---------------------------------------------------------------- pooling */

/** The mean as the tensors compute it: the exact sum times 1 / n, rounded. */
function meanOf(sum: number, count: number): number {
  return Math.fround(sum * Math.fround(1 / Math.max(1, count)));
}

function cloudsOf(topology: Topology | undefined): number {
  return topology?.graphs.count ?? 0;
}

/** Largest, sum or mean of the products of each cloud, side by side as `reduce` lists them. */
export const bitPool: Operation = {
  scratch([x, w], _result, _step, _crossing, topology) {
    const results = 2 * cloudsOf(topology) * (w!.dims[0] ?? 0);
    return results + productFloats(topology?.graphs.largest ?? 0, lastDim(x!).width);
  },
  kept: () => 0,
  bind({ step, args, result, topology, products, scratch, chains, counts }) {
    const [x, w] = args as [Slot, Slot];
    if (topology === undefined) throw new Error("pooling without a graph");
    const { pointers, count: clouds } = topology.graphs;
    const { rows, width } = lastDim(x);
    const channels = w.dims[0]!;
    const reduce = step.reduce ?? [];
    const all = reduce.length * channels;
    const { bits } = products;
    const [from, weights] = [bitsOf(x), bitsOf(w)];
    const largest = new Int32Array(scratch.buffer, scratch.byteOffset, clouds * channels);
    const sums = new Int32Array(
      scratch.buffer,
      scratch.byteOffset + 4 * largest.length,
      largest.length,
    );
    const tables = scratch.subarray(2 * largest.length);
    const sizeOf = (cloud: number): number => pointers[cloud + 1]! - pointers[cloud]!;
    const run = (): void => {
      bits.pool(from, weights, pointers, channels, width, largest, sums, tables);
      counts.bitOps += rows * width * channels;
    };
    /** Which whole number stands in a column, and what it means in a cloud of `size` rows. */
    const numbers = reduce.map((name) => (name === "max" ? largest : sums));
    const meaning =
      (size: number) =>
      (whole: number, c: number): number =>
        reduce[Math.floor(c / channels)] === "mean" ? meanOf(whole, size) : whole;
    if (result.bits === undefined) {
      return () => {
        run();
        for (let cloud = 0; cloud < clouds; cloud++) {
          const means = meaning(sizeOf(cloud));
          for (let c = 0; c < all; c++) {
            const whole = numbers[Math.floor(c / channels)]![cloud * channels + (c % channels)]!;
            result.data[cloud * all + c] = means(whole, c);
          }
        }
      };
    }
    // What a sum means depends on the size of the cloud: thresholds for every size that there is.
    const out = result.bits;
    const folded = new Map<number, BitThresholds<Int32Array>>();
    const signs = composed([chains.outer], all);
    const thresholds = Array.from({ length: clouds }, (_, cloud) => {
      const size = sizeOf(cloud);
      const known = folded.get(size);
      if (known !== undefined) return known;
      const made = { values: new Int32Array(all), falls: new Uint8Array(rowBytes(all)), out };
      const most = Math.max(1, size) * width;
      foldInto(made, changeOf(signs, all, meaning(size), -most, most));
      folded.set(size, made);
      return made;
    });
    const row = new Int32Array(all);
    return () => {
      run();
      for (let cloud = 0; cloud < clouds; cloud++) {
        numbers.forEach((values, k) => {
          row.set(values.subarray(cloud * channels, (cloud + 1) * channels), k * channels);
        });
        compareRow(row, thresholds[cloud]!, cloud);
      }
    };
  },
};
