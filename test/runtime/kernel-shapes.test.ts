/** Sparse kernels on every backend against their reference loops, over random and degenerate shapes. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import {
  gatherRows,
  Incidence,
  sampledProduct,
  segmentExtreme,
  Segments,
  segmentSoftmax,
  segmentSum,
  sparseDenseProduct,
} from "../../runtime/kernels/index.js";
import * as segment from "../../runtime/kernels/reference/segment.js";
import * as products from "../../runtime/kernels/reference/spmm.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** row, column of each entry, in any order. */
  readonly entries: readonly (readonly [number, number])[];
}

const rng = sg.Rng.of(31, "kernel shapes");

/** Entries drawn with replacement (so there are duplicates), in no order, the last row left empty. */
function drawn(rows: number, columns: number, count: number): Shape {
  const places = rng.normals(2 * count);
  const within = (value: number, size: number): number => Math.floor(Math.abs(value) * 997) % size;
  const entries = Array.from(
    { length: count },
    (_, e) =>
      [within(places[2 * e]!, Math.max(1, rows - 1)), within(places[2 * e + 1]!, columns)] as const,
  );
  return { rows, columns, entries };
}

const shapes: Record<string, Shape> = {
  "no rows": { rows: 0, columns: 3, entries: [] },
  "no columns": { rows: 3, columns: 0, entries: [] },
  "no entries": { rows: 3, columns: 2, entries: [] },
  "one entry": { rows: 1, columns: 1, entries: [[0, 0]] },
  "empty rows first and last": {
    rows: 5,
    columns: 4,
    entries: [
      [3, 0],
      [1, 3],
      [3, 2],
    ],
  },
  "duplicates and self loops": {
    rows: 3,
    columns: 3,
    entries: [
      [2, 2],
      [0, 0],
      [0, 0],
      [2, 1],
      [0, 0],
    ],
  },
  "one long row": drawn(2, 7, 150),
  random: drawn(23, 17, 90),
};

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 33];
const values = (...shape: number[]): Tensor =>
  tf.tensor(rng.normals(shape.reduce((a, b) => a * b, 1)), shape);
const floats = (tensor: Tensor): Float32Array => tensor.dataSync() as Float32Array;

/** The result has the wanted shape and the values that the reference loop writes into `wanted`. */
function expectReference(
  actual: Tensor,
  shape: number[],
  reference: (wanted: Float32Array) => void,
): void {
  const wanted = new Float32Array(shape[0]! * shape[1]!).fill(NaN);
  reference(wanted);
  expect(actual.shape).toEqual(shape);
  expectClose(floats(actual), wanted);
}

onEveryBackend(() => {
  describe.each(Object.entries(shapes))("%s", (_name, { rows, columns, entries }) => {
    const byRow = Segments.of(
      Int32Array.from(entries, ([i]) => i),
      rows,
    );
    const forward = new Incidence(
      byRow,
      Int32Array.from(entries, ([, j]) => j),
      columns,
    );

    describe.each([1, 3])("steps %i", (steps) => {
      test.each([
        ["product", forward],
        ["product with the transpose", forward.transposed],
      ])("%s, and its sampled adjoint", (_what, matrix) => {
        const { count, items } = matrix.rows;
        for (const group of sizes) {
          for (const heads of [1, 3]) {
            const width = group * heads;
            for (const weightSteps of new Set([1, steps])) {
              for (const scaled of [false, true]) {
                tf.tidy(() => {
                  const attributes = {
                    matrix,
                    ...{ steps, heads, weightSteps },
                    rowScale: scaled ? rng.normals(count) : undefined,
                    columnScale: scaled ? rng.normals(matrix.columnCount) : undefined,
                  };
                  const x = values(steps * matrix.columnCount, width);
                  const left = values(steps * count, width);
                  const w = values(weightSteps * items, heads);
                  for (const weights of [w, undefined]) {
                    expectReference(
                      sparseDenseProduct(x, weights, attributes),
                      [steps * count, width],
                      (y) =>
                        products.spmm(floats(x), weights && floats(weights), y, width, attributes),
                    );
                  }
                  expectReference(
                    sampledProduct(left, x, attributes),
                    [weightSteps * items, heads],
                    (y) => products.sddmm(floats(left), floats(x), y, width, attributes),
                  );
                });
              }
            }
          }
        }
      });

      test("movements between items and segments", () => {
        for (const segments of [byRow, forward.columns]) {
          const { count, items } = segments;
          for (const width of sizes) {
            tf.tidy(() => {
              const x = values(steps * count, width);
              const m = values(steps * items, width);
              for (const scale of [undefined, segments.inverseSizes]) {
                const a = { segments, steps, scale };
                expectReference(
                  gatherRows(x, segments, steps, scale),
                  [steps * items, width],
                  (y) => segment.gatherRows(floats(x), y, width, a),
                );
                expectReference(
                  segmentSum(m, segments, steps, scale),
                  [steps * count, width],
                  (y) => segment.segmentSum(floats(m), y, width, a),
                );
              }
              for (const direction of [1, -1] as const) {
                const a = { segments, steps, direction };
                expectReference(
                  segmentExtreme(m, segments, steps, direction),
                  [steps * count, width],
                  (y) => segment.extremeSelect(floats(m), floats(m), y, width, a),
                );
                const [gradient] = tf.grads((v: Tensor) =>
                  tf.sum(tf.mul(segmentExtreme(v, segments, steps, direction), x)),
                )([m]);
                expectReference(gradient!, [steps * items, width], (y) =>
                  segment.extremeSpread(floats(m), floats(x), y, width, a),
                );
              }
              expectReference(segmentSoftmax(m, segments, steps), [steps * items, width], (y) =>
                segment.segmentSoftmax(floats(m), y, width, segments, steps),
              );
            });
          }
        }
      });
    });
  });
});
