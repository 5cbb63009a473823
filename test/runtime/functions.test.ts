/** Exponential, tanh and the derivatives of tanh and the sigmoid on every backend, against double precision. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { sigmoidalSlope } from "../../runtime/kernels/functions.js";
import { onEveryBackend } from "./backends.js";

const rng = sg.Rng.of(51, "functions");
/** Widths that are not a multiple of four, and arguments from tiny to saturated. */
const arguments_ = [0, 1, 2, 3, 4, 5, 9, 1001].map((size) =>
  Float32Array.from({ length: size }, (_, k) => rng.normal() * 10 ** ((k % 7) - 4)),
);

/** Largest error in units of the last place of a float of the size of the result. */
function worst(actual: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((most, value, k) => {
    const unit = 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 1e-30))) - 23);
    return Math.max(most, Math.abs(actual[k]! - value) / unit);
  }, 0);
}

onEveryBackend(() => {
  test("exponential and tanh within four units in the last place", () => {
    for (const x of arguments_) {
      const bounded = x.map((value) => Math.max(-80, Math.min(80, value)));
      tf.tidy(() => {
        const input = tf.tensor1d(bounded);
        expect(worst(sg.exp(input).dataSync(), [...bounded].map(Math.exp))).toBeLessThan(4);
        expect(worst(sg.tanh(input).dataSync(), [...bounded].map(Math.tanh))).toBeLessThan(4);
      });
    }
  });

  test("their ends: zeros keep their sign, infinities and what is not a number their meaning", () => {
    tf.tidy(() => {
      const x = tf.tensor1d([0, -0, Infinity, -Infinity, NaN, 100, -100, 1e-30]);
      const tanh = [...sg.tanh(x).dataSync()];
      expect(tanh.slice(0, 7)).toEqual([0, -0, 1, -1, NaN, 1, -1]);
      expect(tanh[7]! / 1e-30).toBeCloseTo(1, 5);
      expect([...sg.exp(x).dataSync()].slice(0, 7)).toEqual([
        ...[1, 1, Infinity, 0, NaN, Infinity],
        expect.closeTo(0, 30),
      ]);
    });
  });

  test("derivatives times a vector", () => {
    for (const x of arguments_) {
      const v = x.map(() => rng.normal());
      tf.tidy(() => {
        const [input, vector] = [tf.tensor1d(x), tf.tensor1d(v)];
        for (const [name, slope] of [
          ["tanh", (a: number) => 1 - Math.tanh(a) ** 2],
          ["sigmoid", (a: number) => 1 / (1 + Math.exp(-a)) / (1 + Math.exp(a))],
        ] as const) {
          const actual = sigmoidalSlope(input, vector, name).dataSync();
          x.forEach((a, k) => {
            expect(Math.abs(actual[k]! - v[k]! * slope(a))).toBeLessThan(
              3e-7 * (1 + Math.abs(v[k]!)),
            );
          });
        }
      });
    }
  });
});
