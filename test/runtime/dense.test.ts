/**
 * Dense products in all transpositions against the reference loop, over degenerate shapes and densities of the left
 * operand, on every backend and in both builds of the module; gradients against finite differences.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { denseProduct } from "../../runtime/kernels/index.js";
import { dense } from "../../runtime/kernels/reference/dense.js";
import { instantiateModule, webAssembly } from "../../runtime/kernels/wasm/module.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

const rng = sg.Rng.of(41, "dense products");

/** Normal numbers, of which a share is kept and the others are 0. */
function numbers(count: number, density = 1): Float32Array {
  const values = rng.normals(count);
  for (let k = 0; k < count; k++) if (rng.uniform() >= density) values[k] = 0;
  return values;
}

/** m, n, k */
const shapes: readonly (readonly [number, number, number])[] = [
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [1, 1, 1],
  [1, 17, 5],
  [5, 1, 7],
  [4, 8, 3],
  [7, 9, 13],
  [130, 33, 20],
  [37, 65, 400],
  [600, 20, 33],
];
const transpositions = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

onEveryBackend(() => {
  describe.each(transpositions)("transposed: %s, %s", (transposeA, transposeB) => {
    test.each(shapes)("[%i, %i] of %i terms, at every density", (m, n, k) => {
      for (const density of [0, 0.05, 0.4, 1]) {
        tf.tidy(() => {
          const a = numbers(m * k, density);
          const b = numbers(k * n);
          const wanted = new Float32Array(m * n).fill(NaN);
          dense(a, b, wanted, { m, n, k, transposeA, transposeB });
          const y = denseProduct(
            tf.tensor2d(a, transposeA ? [k, m] : [m, k]),
            tf.tensor2d(b, transposeB ? [n, k] : [k, n]),
            transposeA,
            transposeB,
          );
          expect(y.shape).toEqual([m, n]);
          expectClose(y.dataSync(), wanted, { atol: 1e-4, what: `density ${density}` });
        });
      }
    });

    test("gradients equal finite differences", () => {
      for (const density of [0.2, 1]) {
        tf.tidy(() => {
          const [m, n, k] = [3, 17, 5];
          const a = tf.tensor2d(numbers(m * k, density), transposeA ? [k, m] : [m, k]);
          const b = tf.tensor2d(numbers(k * n), transposeB ? [n, k] : [k, n]);
          const weight = tf.tensor2d(numbers(m * n), [m, n]);
          const f = (x: Tensor, y: Tensor): Tensor =>
            tf.sum(tf.mul(tf.square(denseProduct(x, y, transposeA, transposeB)), weight));
          const gradients = tf.grads(f)([a, b]);
          [a, b].forEach((x, which) => {
            const values = Float32Array.from(x.dataSync());
            const at = (shift: number, element: number): number => {
              const moved = values.slice();
              moved[element]! += shift;
              const other = tf.tensor(moved, x.shape);
              return f(
                ...((which === 0 ? [other, b] : [a, other]) as [Tensor, Tensor]),
              ).dataSync()[0]!;
            };
            const step = 1e-2;
            const slopes = values.map((_, e) => (at(step, e) - at(-step, e)) / (2 * step));
            const scale = Math.max(...slopes.map(Math.abs));
            expectClose(gradients[which]!.dataSync(), slopes, { rtol: 0.01, atol: 0.002 * scale });
          });
        });
      }
    });
  });

  test("second derivatives exist and are right: the square of a product", () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[2]]);
      const w = tf.tensor2d([[3]]);
      // d/dw of (d/dx (x w)^2) = d/dw 2 x w^2 = 4 x w
      const inner = (v: Tensor): Tensor =>
        tf.grad((u: Tensor) => tf.sum(tf.square(denseProduct(u, v))))(x);
      const second = tf.grad((v: Tensor) => tf.sum(inner(v)))(w);
      expect([...second.dataSync()]).toEqual([24]);
    });
  });
});

interface Module {
  productScratch(m: number, n: number, k: number): number;
  product(...numbers: number[]): void;
  countEvents(x: number, size: number, most: number): number;
  eventScratch(rows: number, inner: number, count: number): number;
  eventProduct(...numbers: number[]): void;
  eventProductTransposed(...numbers: number[]): void;
}

describe.each(["dense", "dense-fma"])("%s.wasm", (name) => {
  const file = fileURLToPath(new URL(`../../runtime/kernels/wasm/${name}.wasm`, import.meta.url));
  const bytes = readFileSync(file);
  // Node 20 has no relaxed SIMD.
  test.skipIf(!webAssembly.validate(bytes))(
    "equals the reference and stays in its scratch space",
    () => {
      for (const [m, n, k] of shapes) {
        const memory = new webAssembly.Memory({ initial: 64, maximum: 64 });
        const module = instantiateModule<Module>(new webAssembly.Module(bytes), memory);
        let top = 64;
        const take = (size: number): number => {
          const at = top;
          top = Math.ceil((top + size + 64) / 64) * 64;
          return at;
        };
        const view = (at: number, length: number): Float32Array =>
          new Float32Array(memory.buffer, at, length);
        const [a, b, y] = [take(4 * m * k), take(4 * k * n), take(4 * m * n)];
        const values = numbers(m * k, 0.3);
        view(a, m * k).set(values);
        view(b, k * n).set(numbers(k * n));
        const events = values.filter((v) => v !== 0).length;
        expect(module.countEvents(a, m * k, events)).toBe(events);
        if (events > 0) expect(module.countEvents(a, m * k, events - 1)).toBe(-1);

        const check = (size: number, transposeA: boolean, run: (scratch: number) => void): void => {
          const scratch = take(size);
          const guard = new Uint8Array(memory.buffer, scratch + size, 64).fill(171);
          view(y, m * n).fill(NaN);
          run(scratch);
          const wanted = new Float32Array(m * n);
          dense(view(a, m * k), view(b, k * n), wanted, { m, n, k, transposeA, transposeB: false });
          expectClose(view(y, m * n), wanted, { atol: 1e-4 });
          expect([...guard]).toEqual(new Array(64).fill(171));
        };
        const size = module.productScratch(m, n, k);
        check(size, false, (s) => module.product(a, b, y, m, n, k, 4 * k, 4, 4 * n, 4, s));
        check(size, true, (s) => module.product(a, b, y, m, n, k, 4, 4 * m, 4 * n, 4, s));
        check(module.eventScratch(m, k, events), false, (s) =>
          module.eventProduct(a, b, y, m, k, n, events, s),
        );
        check(module.eventScratch(k, m, events), true, (s) =>
          module.eventProductTransposed(a, b, y, k, m, n, events, s),
        );
      }
    },
  );
  test("is shipped", () => expect(existsSync(file)).toBe(true));
});
