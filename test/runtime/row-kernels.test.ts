/** Row-wise kernels and dropout on every backend against their reference loops, over many widths. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import {
  addToRows,
  bounded,
  cutColumns,
  dropoutWithKey,
  gate,
  joinColumns,
  logSoftmaxRows,
  pickLabels,
  signStraightThrough,
  spreadMiddle,
  sumMiddle,
  within,
} from "../../runtime/kernels/index.js";
import { dropout } from "../../runtime/kernels/reference/dropout.js";
import * as rows from "../../runtime/kernels/reference/rows.js";
import { randomKey } from "../../runtime/tensor/random/key.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

const rng = sg.Rng.of(32, "row kernels");
const values = (...shape: number[]): Tensor =>
  tf.tensor(rng.normals(shape.reduce((a, b) => a * b, 1)), shape);
const floats = (tensor: Tensor): Float32Array => tensor.dataSync() as Float32Array;

function expectReference(
  actual: Tensor,
  shape: number[],
  reference: (wanted: Float32Array) => void,
): void {
  const wanted = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(NaN);
  reference(wanted);
  expect(actual.shape).toEqual(shape);
  expectClose(floats(actual), wanted);
}

onEveryBackend(() => {
  describe.each([0, 1, 2, 7, 30])("%i rows", (count) => {
    describe.each([1, 2, 3, 4, 5, 9, 65])("%i columns", (width) => {
      test("sum and repetition along an axis", () => {
        for (const n of [1, 2, 5]) {
          tf.tidy(() => {
            const x = values(count, n, width);
            const narrow = values(count, width);
            expectReference(sumMiddle(x, count, n, width), [count * width], (y) =>
              rows.sumMiddle(floats(x), y, n, width),
            );
            expectReference(spreadMiddle(narrow, count, n, width), [count * n * width], (y) =>
              rows.spreadMiddle(floats(narrow), y, n, width),
            );
          });
        }
      });

      test("columns cut out, and put back by the gradient", () => {
        tf.tidy(() => {
          const x = values(count, width + 3);
          const g = values(count, width);
          const narrow = { rows: count, width };
          expectReference(cutColumns(x, 2, width), [count, width], (y) =>
            rows.copyColumns(floats(x), y, {
              ...narrow,
              ...{ columnsX: width + 3, from: 2, columnsY: width, to: 0 },
            }),
          );
          const gradient = tf.grad((v: Tensor) => tf.sum(tf.mul(cutColumns(v, 2, width), g)))(x);
          expectReference(gradient, [count, width + 3], (y) =>
            rows.copyColumns(floats(g), y.fill(0), {
              ...narrow,
              ...{ columnsX: width, from: 0, columnsY: width + 3, to: 2 },
            }),
          );
        });
      });

      test("matrices side by side, cut apart by the gradient", () => {
        tf.tidy(() => {
          const [a, b] = [values(count, width), values(count, 3)];
          const g = values(count, width + 3);
          const wide = { rows: count, columnsY: width + 3 };
          expectReference(joinColumns([a, b]), [count, width + 3], (y) => {
            rows.copyColumns(floats(a), y, { ...wide, columnsX: width, from: 0, to: 0, width });
            rows.copyColumns(floats(b), y, {
              ...{ ...wide, columnsX: 3, from: 0, to: width, width: 3 },
            });
          });
          const [da, db] = tf.grads((u: Tensor, v: Tensor) =>
            tf.sum(tf.mul(joinColumns([u, v]), g)),
          )([a, b]);
          const cut = { rows: count, columnsX: width + 3, to: 0 };
          expectReference(da!, [count, width], (y) =>
            rows.copyColumns(floats(g), y, { ...cut, from: 0, columnsY: width, width }),
          );
          expectReference(db!, [count, 3], (y) =>
            rows.copyColumns(floats(g), y, { ...cut, from: width, columnsY: 3, width: 3 }),
          );
        });
      });

      test("values within a bound: the gradient passes beyond it, half of it on the bound", () => {
        for (const side of [1, -1] as const) {
          tf.tidy(() => {
            const x = tf.round(tf.mul(values(count, width), 2));
            const v = values(count, width);
            const choose = side > 0 ? Math.max : Math.min;
            expectReference(bounded(x, 1, side), [count, width], (y) =>
              y.set(floats(x).map((value) => choose(value, 1))),
            );
            const share = floats(x).map((value) =>
              value === 1 ? 0.5 : side * (value - 1) > 0 ? 1 : 0,
            );
            const passed = (y: Float32Array): void => y.set(floats(v).map((u, k) => u * share[k]!));
            const through = (u: Tensor): Tensor => tf.sum(tf.mul(bounded(u, 1, side), v));
            expectReference(tf.grad(through)(x), [count, width], passed);
            const wider = (u: Tensor): Tensor =>
              tf.sum(side > 0 ? tf.mul(sg.maximum(u, 1), v) : tf.mul(sg.minimum(u, 1), v));
            expectReference(tf.grad(wider)(x), [count, width], passed);
          });
        }
      });

      test("signs, and what passes back through them", () => {
        tf.tidy(() => {
          const x = values(count, width);
          const v = values(count, width);
          expectReference(signStraightThrough(x), [count, width], (y) =>
            y.set(floats(x).map((value) => (value < 0 ? -1 : 1))),
          );
          const hard = tf.grad((u: Tensor) => tf.sum(tf.mul(signStraightThrough(u), v)))(x);
          expectReference(hard, [count, width], (y) =>
            y.set(floats(v).map((u, k) => (Math.abs(floats(x)[k]!) <= 1 ? u : 0))),
          );
        });
      });

      test("a row added to every row, summed by the gradient", () => {
        tf.tidy(() => {
          const x = values(count, width);
          const row = values(width);
          const g = values(count, width);
          expectReference(addToRows(x, row), [count, width], (y) =>
            rows.addRows(floats(x), floats(row), y),
          );
          const [dx, dRow] = tf.grads((a: Tensor, b: Tensor) => tf.sum(tf.mul(addToRows(a, b), g)))(
            [x, row],
          );
          expect(floats(dx!)).toEqual(floats(g));
          expectReference(dRow!, [width], (y) => rows.sumMiddle(floats(g), y, count, width));
        });
      });

      test("labels picked, and placed by the gradient", () => {
        tf.tidy(() => {
          const x = values(count, width);
          const g = values(count);
          // -1 is a row without a label.
          const labels = Int32Array.from({ length: count }, (_, r) => ((r * 3) % (width + 1)) - 1);
          expectReference(pickLabels(x, labels), [count], (y) =>
            rows.pick(floats(x), labels, y, width),
          );
          const gradient = tf.grad((v: Tensor) => tf.sum(tf.mul(pickLabels(v, labels), g)))(x);
          expectReference(gradient, [count, width], (y) => rows.place(floats(g), labels, y, width));
        });
      });

      test("values gated by the sign of others, differentiated twice", () => {
        for (const slope of [0, 0.2]) {
          tf.tidy(() => {
            const x = values(count, width);
            const v = values(count, width);
            const wanted =
              (w: Tensor): ((y: Float32Array) => void) =>
              (y) =>
                y.set(floats(w).map((value, k) => (floats(x)[k]! > 0 ? value : slope * value)));
            expectReference(gate(x, v, slope), [count, width], wanted(v));
            const rectify = (u: Tensor): Tensor =>
              slope === 0 ? sg.relu(u) : sg.leakyRelu(u, slope);
            const gradient = tf.grad((u: Tensor) => tf.sum(tf.mul(rectify(u), v)))(x);
            expectReference(gradient, [count, width], wanted(v));
            const second = tf.grad((u: Tensor) => tf.sum(tf.mul(gate(x, u, slope), v)))(
              values(count, width),
            );
            expectReference(second, [count, width], wanted(v));
          });
        }
      });

      test("the gradient of a value moved into a range, ends included", () => {
        for (const [low, high] of [
          [-1, 1],
          [-0.25, 0.75],
          [0, Infinity],
        ] as const) {
          tf.tidy(() => {
            const ends = [low, high].filter(Number.isFinite);
            const x = tf.tensor(
              values(count, width)
                .dataSync()
                .map((value, k) => (k % 5 === 0 ? ends[k % ends.length]! : value)),
              [count, width],
            );
            const v = values(count, width);
            const wanted = (u: Tensor) => (y: Float32Array) => {
              y.set(
                floats(u).map((value, k) => {
                  const at = floats(x)[k]!;
                  return at >= low && at <= high ? value : 0;
                }),
              );
            };
            expectReference(within(x, v, low, high), [count, width], wanted(v));
            const gradient = tf.grad((u: Tensor) => tf.sum(tf.mul(sg.clip(u, low, high), v)))(x);
            expectReference(gradient, [count, width], wanted(v));
            const second = tf.grad((u: Tensor) => tf.sum(tf.mul(within(x, u, low, high), v)))(
              values(count, width),
            );
            expectReference(second, [count, width], wanted(v));
          });
        }
      });

      test("log-softmax", () => {
        tf.tidy(() => {
          const x = tf.mul(values(count, width), 20);
          expectReference(logSoftmaxRows(x), [count, width], (y) =>
            rows.logSoftmax(floats(x), y, width),
          );
        });
      });

      test("dropout, the gradient with the same mask", () => {
        const key = randomKey(5, "dropout", count, width);
        for (const rate of [0, 0.3, 1]) {
          tf.tidy(() => {
            const x = values(count, width);
            const g = values(count, width);
            expectReference(dropoutWithKey(x, rate, key), [count, width], (y) =>
              dropout(floats(x), y, rate, key),
            );
            const gradient = tf.grad((v: Tensor) =>
              tf.sum(tf.mul(dropoutWithKey(v, rate, key), g)),
            )(x);
            expectReference(gradient, [count, width], (y) => dropout(floats(g), y, rate, key));
          });
        }
      });
    });
  });
});
