/** Sparse kernels against naive loops, their gradients against finite differences, on every backend. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import {
  gatherRows,
  sampledProduct,
  segmentExtreme,
  segmentSoftmax,
  segmentSum,
  sparseDenseProduct,
} from "../../runtime/kernels/index.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

interface Case {
  readonly nodes: number;
  /** source, target pairs. */
  readonly edges: readonly (readonly [number, number])[];
}
const graphs: Record<string, Case> = {
  ordinary: {
    nodes: 5,
    edges: [
      [0, 1],
      [2, 1],
      [3, 0],
      [1, 3],
      [4, 3],
      [2, 3],
      [0, 4],
    ],
  },
  "self loops and duplicates": {
    nodes: 3,
    edges: [
      [0, 0],
      [1, 0],
      [1, 0],
      [2, 2],
      [2, 2],
      [0, 2],
    ],
  },
  "isolated nodes": {
    nodes: 6,
    edges: [
      [5, 2],
      [2, 5],
      [0, 2],
    ],
  },
  "no edges": { nodes: 4, edges: [] },
  "one node": { nodes: 1, edges: [[0, 0]] },
  "no nodes": { nodes: 0, edges: [] },
};

function topologyOf({ nodes, edges }: Case): sg.Topology {
  return sg.createTopology(
    { sources: edges.map(([j]) => j), targets: edges.map(([, i]) => i) },
    nodes,
  );
}

const rng = sg.Rng.of(11, "kernels");
const random = (...shape: number[]): Tensor =>
  tf.tensor(rng.normals(shape.reduce((a, b) => a * b, 1)), shape);

/** Calls body for each edge position: (position, source, target). */
function eachEdge(t: sg.Topology, body: (e: number, j: number, i: number) => void): void {
  for (let e = 0; e < t.edgeCount; e++) body(e, t.sources[e]!, t.targets[e]!);
}

onEveryBackend(() => {
  describe.each(Object.keys(graphs))("%s", (name) => {
    const topology = topologyOf(graphs[name]!);
    const { nodeCount: N, edgeCount: E, byTarget, bySource, incidence } = topology;

    describe.each([
      [1, 1],
      [1, 3],
      [2, 4],
    ])("steps %i, width %i", (steps, width) => {
      test("gather by source and target", () => {
        tf.tidy(() => {
          const x = random(steps * N, width);
          const values = x.dataSync();
          for (const [segments, end] of [
            [bySource, "source"],
            [byTarget, "target"],
          ] as const) {
            const wanted = new Float32Array(steps * E * width);
            for (let t = 0; t < steps; t++) {
              eachEdge(topology, (e, j, i) => {
                const node = end === "source" ? j : i;
                for (let c = 0; c < width; c++) {
                  wanted[(t * E + e) * width + c] = values[(t * N + node) * width + c]!;
                }
              });
            }
            const y = gatherRows(x, segments, steps);
            expect(y.shape).toEqual([steps * E, width]);
            expectClose(y.dataSync(), wanted);
            checkGradient((v) => gatherRows(v!, segments, steps), [x], true);
          }
        });
      });

      test("segment sum and mean", () => {
        tf.tidy(() => {
          const m = random(steps * E, width);
          const values = m.dataSync();
          for (const segments of [byTarget, bySource]) {
            const wanted = new Float32Array(steps * N * width);
            const size = new Float32Array(N);
            for (let t = 0; t < steps; t++) {
              eachEdge(topology, (e, j, i) => {
                const node = segments === byTarget ? i : j;
                if (t === 0) size[node]! += 1;
                for (let c = 0; c < width; c++) {
                  wanted[(t * N + node) * width + c]! += values[(t * E + e) * width + c]!;
                }
              });
            }
            const total = segmentSum(m, segments, steps);
            expect(total.shape).toEqual([steps * N, width]);
            expectClose(total.dataSync(), wanted);
            const mean = segmentSum(m, segments, steps, segments.inverseSizes);
            expectClose(
              mean.dataSync(),
              wanted.map((v, k) => v / Math.max(1, size[Math.floor(k / width) % N]!)),
            );
            checkGradient((v) => segmentSum(v!, segments, steps, segments.inverseSizes), [m], true);
          }
        });
      });

      test("maximum and minimum", () => {
        tf.tidy(() => {
          const m = random(steps * E, width);
          const values = m.dataSync();
          for (const direction of [1, -1] as const) {
            const wanted = new Array<number>(steps * N * width).fill(-Infinity);
            for (let t = 0; t < steps; t++) {
              eachEdge(topology, (e, _j, i) => {
                for (let c = 0; c < width; c++) {
                  const at = (t * N + i) * width + c;
                  const value = direction * values[(t * E + e) * width + c]!;
                  wanted[at] = Math.max(wanted[at]!, value);
                }
              });
            }
            const y = segmentExtreme(m, byTarget, steps, direction);
            expectClose(
              y.dataSync(),
              wanted.map((v) => (v === -Infinity ? 0 : direction * v)),
            );
            checkGradient((v) => segmentExtreme(v!, byTarget, steps, direction), [m], true);
          }
        });
      });

      test("softmax", () => {
        tf.tidy(() => {
          const m = random(steps * E, width);
          const exps = m.dataSync().map(Math.exp);
          const totals = new Float32Array(steps * N * width);
          const each = (body: (at: number, node: number) => void): void => {
            for (let t = 0; t < steps; t++) {
              eachEdge(topology, (e, _j, i) => {
                for (let c = 0; c < width; c++)
                  body((t * E + e) * width + c, (t * N + i) * width + c);
              });
            }
          };
          each((at, node) => (totals[node]! += exps[at]!));
          const wanted = exps.slice();
          each((at, node) => (wanted[at]! /= totals[node]!));
          expectClose(segmentSoftmax(m, byTarget, steps).dataSync(), wanted);
          checkGradient((v) => segmentSoftmax(v!, byTarget, steps), [m], true);
        });
      });

      test.each([
        ["no weights", 0, false],
        ["one weight per edge", 1, false],
        ["held weights", 1, true],
        ["a weight per head", 2, false],
      ] as const)("product with %s", (_name, heads, held) => {
        if (heads > 0 && width % heads !== 0) return;
        tf.tidy(() => {
          const x = random(steps * N, width);
          const weightSteps = held ? 1 : steps;
          const w = heads === 0 ? undefined : random(weightSteps * E, heads);
          const rowScale = byTarget.inverseSizes;
          const columnScale = Float32Array.from({ length: N }, (_, k) => 0.5 + k);
          const xs = x.dataSync();
          const ws = w?.dataSync();
          const wanted = new Float32Array(steps * N * width);
          for (let t = 0; t < steps; t++) {
            eachEdge(topology, (e, j, i) => {
              for (let c = 0; c < width; c++) {
                const h = heads === 0 ? 0 : Math.floor((c * heads) / width);
                const weight = ws ? ws[((held ? 0 : t) * E + e) * heads + h]! : 1;
                wanted[(t * N + i) * width + c]! +=
                  rowScale[i]! * columnScale[j]! * weight * xs[(t * N + j) * width + c]!;
              }
            });
          }
          const attributes = {
            matrix: incidence,
            steps,
            heads: Math.max(1, heads),
            weightSteps,
            rowScale,
            columnScale,
          };
          const y = sparseDenseProduct(x, w, attributes);
          expect(y.shape).toEqual([steps * N, width]);
          expectClose(y.dataSync(), wanted);
          const f = ([a, b]: Tensor[]): Tensor => sparseDenseProduct(a!, b, attributes);
          checkGradient((a, b) => f([a!, b!]), w ? [x, w] : [x], true);
          if (!w) return;
          const left = random(steps * N, width);
          const dots = sampledProduct(left, x, attributes);
          expect(dots.shape).toEqual([weightSteps * E, heads]);
          // The adjoint: <left, product(x, w)> = <sampled(left, x), w>.
          const one = tf.sum(tf.mul(left, y)).dataSync()[0]!;
          const two = tf.sum(tf.mul(dots, w)).dataSync()[0]!;
          expect(two).toBeCloseTo(one, 3);
          checkGradient((a, b) => sampledProduct(a!, b!, attributes), [left, x], true);
        });
      });
    });
  });

  test("an output so large that the memory of wasm has to grow", () => {
    tf.tidy(() => {
      const [rows, width, count] = [50, 300, 60_000];
      const x = random(rows, width);
      const indices = Int32Array.from({ length: count }, (_, k) => (k * 7) % rows);
      const y = sg.takeRows(x, indices);
      const values = x.dataSync();
      const last = tf.slice(y, [count - 1, 0], [1, width]).dataSync();
      const row = indices[count - 1]!;
      expectClose(last, values.slice(row * width, (row + 1) * width));
    });
  });

  test("ties of a maximum share the gradient evenly", () => {
    tf.tidy(() => {
      const { byTarget } = topologyOf({
        nodes: 1,
        edges: [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      });
      const m = tf.tensor2d([[2], [1], [2]]);
      const gradient = tf.grad((v: Tensor) => tf.sum(segmentExtreme(v, byTarget, 1, 1)))(m);
      expect([...gradient.dataSync()]).toEqual([0.5, 0, 0.5]);
    });
  });

  describe("dropout", () => {
    const run = (epoch: number): sg.Run => sg.createRun({ training: true, seed: 3, epoch });
    test("drops the right fraction, scales the rest, and repeats itself", () => {
      tf.tidy(() => {
        const x = tf.ones([200, 50]);
        const y = sg.dropout(x, 0.3, run(1)).dataSync();
        const dropped = y.filter((v) => v === 0).length / y.length;
        expect(Math.abs(dropped - 0.3)).toBeLessThan(0.02);
        expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
        expect(sg.dropout(x, 0.3, run(1)).dataSync()).toEqual(y);
        expect(sg.dropout(x, 0.3, run(2)).dataSync()).not.toEqual(y);
        const same = run(1);
        expect(sg.dropout(x, 0.3, same).dataSync()).toEqual(y);
        expect(sg.dropout(x, 0.3, same).dataSync()).not.toEqual(y);
      });
    });
    test("the mask does not depend on which elements are zero, and the gradient has the same mask", () => {
      tf.tidy(() => {
        const x = random(40, 7);
        const sparse = tf.mul(x, tf.cast(tf.greater(x, 1), "float32"));
        const ones = tf.ones([40, 7]);
        const mask = sg.dropout(ones, 0.5, run(1)).dataSync();
        const thinned = sg.dropout(sparse, 0.5, run(1)).dataSync();
        expectClose(thinned, tf.mul(sparse, tf.tensor(mask, [40, 7])).dataSync());
        const gradient = tf.grad((v: Tensor) => tf.sum(sg.dropout(v, 0.5, run(1))))(sparse);
        expect(gradient.dataSync()).toEqual(mask);
      });
    });
    test("is the identity in evaluation", () => {
      const x = tf.ones([3]);
      expect(sg.dropout(x, 0.5, sg.createRun())).toBe(x);
      x.dispose();
    });
  });

  test("sign gives -1 or 1 and passes the gradient near zero", () => {
    tf.tidy(() => {
      const x = tf.tensor1d([-2, -0.5, 0, 0.5, 2]);
      expect([...sg.sign(x).dataSync()]).toEqual([-1, -1, 1, 1, 1]);
      const gradient = tf.grad((v: Tensor) => tf.sum(sg.mul(sg.sign(v), 3)))(x);
      expect([...gradient.dataSync()]).toEqual([0, 3, 3, 3, 0]);
    });
  });

  test("labels: pick and oneHot, with and without a label", () => {
    tf.tidy(() => {
      const x = tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const labels = tf.tensor1d([2, -1], "int32");
      expect([...sg.pick(x, labels).dataSync()]).toEqual([3, 0]);
      expect([...sg.oneHot(labels, 3).dataSync()]).toEqual([0, 0, 1, 0, 0, 0]);
      expect(() => sg.pick(x, tf.tensor1d([0, 3], "int32"))).toThrow(/label 3 in row 1/);
    });
  });
});

/** Compares the gradient of a random functional of f (and of that gradient) with finite differences. */
function checkGradient(f: (...xs: Tensor[]) => Tensor, xs: Tensor[], second: boolean): void {
  if (xs.some((x) => x.size === 0)) {
    // Nothing to differentiate, but the gradient must exist.
    const y = tf.grads((...vs: Tensor[]) => tf.sum(f(...vs)))(xs);
    y.forEach((gradient, k) => expect(gradient.shape).toEqual(xs[k]!.shape));
    return;
  }
  const weight = random(...f(...xs).shape);
  const loss = (...vs: Tensor[]): Tensor => tf.sum(tf.mul(tf.square(f(...vs)), weight));
  compare(loss, xs, "first order");
  if (!second) return;
  compare(
    (...vs: Tensor[]) =>
      tf
        .grads(loss)(vs)
        .map((gradient) => tf.sum(tf.square(gradient)))
        .reduce((a, b) => tf.add(a, b)),
    xs,
    "second order",
  );
}

function compare(f: (...xs: Tensor[]) => Tensor, xs: Tensor[], what: string): void {
  const gradients = tf
    .grads(f)(xs)
    .map((gradient) => gradient.dataSync());
  const step = 3e-3;
  xs.forEach((x, k) => {
    const values = Float32Array.from(x.dataSync());
    const estimate = values.map((value, at) => {
      const shifted = (shift: number): number => {
        const moved = values.slice();
        moved[at] = value + shift;
        return f(
          ...xs.map((other, index) => (index === k ? tf.tensor(moved, x.shape) : other)),
        ).dataSync()[0]!;
      };
      return (shifted(step) - shifted(-step)) / (2 * step);
    });
    const scale = Math.max(1, ...estimate.map(Math.abs));
    expectClose(gradients[k]!, estimate, {
      rtol: 0.02,
      atol: 0.01 * scale,
      what: `${what}, input ${k}`,
    });
  });
}
