/**
 * The dense and the event-driven product: their meaning in plain TypeScript. Both add the terms of an
 * element in rising order of the contracted dim, in float32, so that they give the same bits: a term
 * with a 0 changes nothing.
 */
import { typescriptBits, type BitKernels } from "./bit-kernels.js";
import { listEvents, type EventList } from "./events.js";

/** The products of one engine, on arrays that lie in its memory. */
export interface Products {
  readonly buffer: ArrayBuffer;
  readonly bits: BitKernels;
  /**
   * y = x w.
   * @param x [rows, inner] @param w [inner, outer] @param y [rows, outer], overwritten
   */
  dense(
    x: Float32Array,
    w: Float32Array,
    y: Float32Array,
    rows: number,
    inner: number,
    outer: number,
  ): void;
  /** Lists the events of x [rows, inner]; -1 when they are more than the list holds. */
  list(x: Float32Array, rows: number, inner: number, events: EventList): number;
  /** y = x w from the events of x; `ones`: every event is exactly 1, so there is nothing to multiply. */
  events(
    x: Float32Array,
    events: EventList,
    ones: boolean,
    w: Float32Array,
    y: Float32Array,
    rows: number,
    inner: number,
    outer: number,
  ): void;
}

export interface ProductKernels {
  readonly name: "typescript" | "wasm";
  /** Share of non-zeros above which the dense product is faster; measured, see README.md. */
  readonly crossing: number;
  /** Makes a memory of at least so many numbers of four bytes, and the products that work in it. */
  open(floats: number): Products;
}

/** Columns of y that stay in a small buffer while the rows of w stream by. */
const PANEL = 8;

const products: Omit<Products, "buffer"> = {
  bits: typescriptBits,
  dense(x, w, y, rows, inner, outer) {
    for (let r = 0; r < rows; r++) {
      const from = r * inner;
      const to = r * outer;
      let c = 0;
      for (; c + PANEL <= outer; c += PANEL) {
        let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
        let at = c;
        for (let k = 0; k < inner; k++, at += outer) {
          const value = x[from + k]!;
          s0 = Math.fround(s0 + Math.fround(value * w[at]!));
          s1 = Math.fround(s1 + Math.fround(value * w[at + 1]!));
          s2 = Math.fround(s2 + Math.fround(value * w[at + 2]!));
          s3 = Math.fround(s3 + Math.fround(value * w[at + 3]!));
          s4 = Math.fround(s4 + Math.fround(value * w[at + 4]!));
          s5 = Math.fround(s5 + Math.fround(value * w[at + 5]!));
          s6 = Math.fround(s6 + Math.fround(value * w[at + 6]!));
          s7 = Math.fround(s7 + Math.fround(value * w[at + 7]!));
        }
        y[to + c] = s0;
        y[to + c + 1] = s1;
        y[to + c + 2] = s2;
        y[to + c + 3] = s3;
        y[to + c + 4] = s4;
        y[to + c + 5] = s5;
        y[to + c + 6] = s6;
        y[to + c + 7] = s7;
      }
      for (; c < outer; c++) {
        let sum = 0;
        for (let k = 0, at = c; k < inner; k++, at += outer) {
          sum = Math.fround(sum + Math.fround(x[from + k]! * w[at]!));
        }
        y[to + c] = sum;
      }
    }
  },
  list: listEvents,
  events(x, { pointers, columns }, ones, w, y, rows, inner, outer) {
    y.fill(0, 0, rows * outer);
    for (let r = 0; r < rows; r++) {
      const to = r * outer;
      const end = pointers[r + 1]!;
      for (let k = pointers[r]!; k < end; k++) {
        const column = columns[k]!;
        const at = column * outer;
        if (ones) for (let c = 0; c < outer; c++) y[to + c]! += w[at + c]!;
        else {
          const value = x[r * inner + column]!;
          for (let c = 0; c < outer; c++) {
            y[to + c] = y[to + c]! + Math.fround(value * w[at + c]!);
          }
        }
      }
    }
  },
};

/** The meaning of the products, for machines without WebAssembly SIMD and for tests. */
export const typescriptKernels: ProductKernels = {
  name: "typescript",
  crossing: 0.5,
  open: (floats) => ({ ...products, buffer: new ArrayBuffer(4 * floats) }),
};
