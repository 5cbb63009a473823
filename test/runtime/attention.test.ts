/** Scores of dynamic attention against the chain of operations that they stand for, on every backend. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

const SLOPE = 0.2;

interface Case {
  readonly nodes: number;
  readonly ends: readonly number[];
  readonly steps: number;
  readonly dims: readonly number[];
}
// Sources first, then targets.
const several = [0, 1, 2, 2, 0, 3, 1, 1, 0, 2, 1, 0];
const cases: Readonly<Record<string, Case>> = {
  "two heads; a double edge, a self loop, a node without edges": {
    ...{ nodes: 5, ends: several, steps: 1, dims: [2, 3] },
  },
  "one column": { nodes: 4, ends: several, steps: 1, dims: [1, 1] },
  "without heads": { nodes: 4, ends: several, steps: 1, dims: [5] },
  "three steps": { nodes: 4, ends: several, steps: 3, dims: [2, 2] },
  "no edge": { nodes: 3, ends: [], steps: 1, dims: [2, 3] },
};

function chain(g: sg.Graph, t: Tensor, s: Tensor, w: Tensor): Tensor {
  return sg.dot(sg.leakyRelu(sg.add(sg.target(g, t), sg.source(g, s)), SLOPE), w);
}
const fused = (g: sg.Graph, t: Tensor, s: Tensor, w: Tensor): Tensor =>
  sg.attentionScores(g, t, s, w, SLOPE);

onEveryBackend(() => {
  describe.each(Object.keys(cases))("%s", (name) => {
    const { nodes, ends, steps, dims } = cases[name];
    const rng = sg.Rng.of(7, name);
    const draw = (shape: readonly number[]): Tensor =>
      tf.tensor(rng.normals(shape.reduce((a, b) => a * b, 1)), [...shape]);
    const setUp = () => ({
      g: sg.createGraph({ edgeIndex: [...ends], nodeCount: nodes }) as unknown as sg.Graph,
      xs: [draw([steps * nodes, ...dims]), draw([steps * nodes, ...dims]), draw(dims)],
      cotangent: draw([(steps * ends.length) / 2, ...dims.slice(0, -1)]),
    });

    test("values and first derivatives", () => {
      const { g, xs, cotangent } = setUp();
      const [t, s, w] = xs;
      const [a, b] = [fused(g, t, s, w), chain(g, t, s, w)];
      expect(a.shape).toEqual(b.shape);
      expectClose(a.dataSync(), b.dataSync(), { what: "scores" });
      const derived = (f: typeof chain): Tensor[] =>
        tf.grads((...[u, v, c]: Tensor[]) => tf.sum(tf.mul(f(g, u, v, c), cotangent)))(xs);
      const wanted = derived(chain);
      derived(fused).forEach((one, k) =>
        expectClose(one.dataSync(), wanted[k].dataSync(), { what: `derivative ${k}` }),
      );
    });

    test("second derivatives", () => {
      const { g, xs, cotangent } = setUp();
      // The derivative of |df/dt|^2 + |df/dw|^2, of f = sum c y^2, in every input.
      const second = (f: typeof chain): Tensor[] => {
        const first = tf.grads((...[u, v, c]: Tensor[]) =>
          tf.sum(tf.mul(tf.square(f(g, u, v, c)), cotangent)),
        );
        return tf.grads((...inputs: Tensor[]) => {
          const [du, , dw] = first(inputs);
          return tf.add(tf.sum(tf.square(du)), tf.sum(tf.square(dw)));
        })(xs);
      };
      const wanted = second(chain);
      second(fused).forEach((one, k) =>
        expectClose(one.dataSync(), wanted[k].dataSync(), {
          rtol: 1e-4,
          atol: 1e-4,
          what: `in ${k}`,
        }),
      );
    });
  });
});

test("on wasm nothing is left in memory", async () => {
  await sg.useBackend("wasm");
  const g = sg.createGraph({ edgeIndex: several, nodeCount: 4 }) as unknown as sg.Graph;
  const xs = [tf.ones([4, 2, 3]), tf.ones([4, 2, 3]), tf.ones([2, 3])];
  const gradient = tf.grads((...[t, s, w]: Tensor[]) => tf.sum(fused(g, t, s, w)));
  tf.dispose(gradient(xs));
  const before = tf.memory().numTensors;
  for (let k = 0; k < 5; k++) tf.dispose(gradient(xs));
  expect(tf.memory().numTensors).toBe(before);
});
