/** First to third derivatives against closed forms, on every backend. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend, read } from "./backends.js";
import { expectClose } from "./closeness.js";

/** Values of f, f', f'', f''' at the points, from nested tapes. */
function derivatives(
  f: (x: Tensor) => Tensor,
  points: readonly number[],
  order: number,
): number[][] {
  const x = tf.tensor1d([...points]);
  const summed = (g: (x: Tensor) => Tensor) => (v: Tensor) => tf.sum(g(v));
  let g = f;
  const results: number[][] = [];
  for (let k = 0; k <= order; k++) {
    const current = g;
    results.push(read(tf.tidy(() => tf.clone(current(x)))));
    g = tf.grad(summed(current)) as (x: Tensor) => Tensor;
  }
  x.dispose();
  return results;
}

type Closed = (x: number) => [number, number, number, number];
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const cases: Record<string, { f: (x: Tensor) => Tensor; closed: Closed; points?: number[] }> = {
  "x tanh(x)": {
    f: (x) => sg.mul(x, sg.tanh(x)),
    closed: (x) => {
      const t = Math.tanh(x);
      const s = 1 - t * t;
      return [x * t, t + x * s, 2 * s - 2 * x * t * s, -6 * t * s - 2 * x * s * (1 - 3 * t * t)];
    },
  },
  tanh: {
    f: (x) => sg.tanh(x),
    closed: (x) => {
      const t = Math.tanh(x);
      const s = 1 - t * t;
      return [t, s, -2 * t * s, -2 * s * (1 - 3 * t * t)];
    },
  },
  sigmoid: {
    f: (x) => sg.sigmoid(x),
    closed: (x) => {
      const y = logistic(x);
      const d = y * (1 - y);
      return [y, d, d * (1 - 2 * y), d * (1 - 6 * y + 6 * y * y)];
    },
  },
  exp: {
    f: (x) => sg.exp(sg.mul(x, 2)),
    closed: (x) => {
      const y = Math.exp(2 * x);
      return [y, 2 * y, 4 * y, 8 * y];
    },
  },
  elu: {
    f: (x) => sg.elu(x),
    closed: (x) => (x > 0 ? [x, 1, 0, 0] : [Math.expm1(x), Math.exp(x), Math.exp(x), Math.exp(x)]),
  },
  softplus: {
    f: (x) => sg.softplus(x),
    closed: (x) => {
      const y = logistic(x);
      const d = y * (1 - y);
      return [Math.log1p(Math.exp(x)), y, d, d * (1 - 2 * y)];
    },
  },
  "power of x": {
    f: (x) => sg.pow(x, 2.5),
    closed: (x) => [x ** 2.5, 2.5 * x ** 1.5, 3.75 * x ** 0.5, 1.875 * x ** -0.5],
    points: [0.3, 1, 2.2],
  },
  "power of x, whole exponent": {
    f: (x) => sg.pow(x, 3),
    closed: (x) => [x ** 3, 3 * x * x, 6 * x, 6],
  },
  "power to x": {
    f: (x) => sg.pow(2, x),
    closed: (x) => {
      const y = 2 ** x;
      return [y, y * Math.LN2, y * Math.LN2 ** 2, y * Math.LN2 ** 3];
    },
  },
  "1 / x": {
    f: (x) => sg.div(1, x),
    closed: (x) => [1 / x, -1 / x ** 2, 2 / x ** 3, -6 / x ** 4],
    points: [0.5, -1.5, 2],
  },
  log: {
    f: (x) => sg.log(x),
    closed: (x) => [Math.log(x), 1 / x, -1 / x ** 2, 2 / x ** 3],
    points: [0.5, 1, 2],
  },
  sqrt: {
    f: (x) => sg.sqrt(x),
    closed: (x) => [x ** 0.5, 0.5 * x ** -0.5, -0.25 * x ** -1.5, 0.375 * x ** -2.5],
    points: [0.5, 1, 2],
  },
  "sin cos": {
    f: (x) => sg.mul(sg.sin(x), sg.cos(x)),
    closed: (x) => [
      Math.sin(2 * x) / 2,
      Math.cos(2 * x),
      -2 * Math.sin(2 * x),
      -4 * Math.cos(2 * x),
    ],
  },
  "gelu (second derivative on)": {
    f: (x) => sg.gelu(x),
    closed: (x) => {
      const phi = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
      const cdf = 0.5 * (1 + erfSeries(x / Math.SQRT2));
      return [x * cdf, cdf + x * phi, (2 - x * x) * phi, (x ** 3 - 4 * x) * phi];
    },
  },
  silu: {
    f: (x) => sg.silu(x),
    closed: (x) => {
      const y = logistic(x);
      const d = y * (1 - y);
      const e = d * (1 - 2 * y);
      return [x * y, y + x * d, 2 * d + x * e, 3 * e + x * d * (1 - 6 * y + 6 * y * y)];
    },
  },
  "relu cubed": {
    f: (x) => sg.pow(sg.relu(x), 3),
    closed: (x) => (x > 0 ? [x ** 3, 3 * x * x, 6 * x, 6] : [0, 0, 0, 0]),
  },
  "leaky relu squared": {
    f: (x) => sg.square(sg.leakyRelu(x, 0.2)),
    closed: (x) => {
      const s = x > 0 ? 1 : 0.2;
      return [(s * x) ** 2, 2 * s * s * x, 2 * s * s, 0];
    },
  },
  "|x| x": {
    f: (x) => sg.mul(sg.abs(x), x),
    closed: (x) => [Math.abs(x) * x, 2 * Math.abs(x), 2 * Math.sign(x), 0],
  },
  "maximum(x, x^2)": {
    f: (x) => sg.maximum(x, sg.mul(x, sg.square(x))),
    closed: (x) => (x > x ** 3 ? [x, 1, 0, 0] : [x ** 3, 3 * x * x, 6 * x, 6]),
  },
  "clip of x squared": {
    f: (x) => sg.square(sg.clip(x, -1, 1)),
    closed: (x) => (Math.abs(x) <= 1 ? [x * x, 2 * x, 2, 0] : [1, 0, 0, 0]),
  },
};

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

onEveryBackend(() => {
  describe("derivatives to the third order", () => {
    test.each(Object.keys(cases))("%s", (name) => {
      const { f, closed, points = [-1.7, -0.4, 0.3, 1.3] } = cases[name]!;
      const wanted = points.map(closed);
      derivatives(f, points, 3).forEach((values, order) =>
        expectClose(
          values,
          wanted.map((row) => row[order]!),
          { rtol: 2e-4, atol: 2e-5, what: `order ${order}` },
        ),
      );
    });
  });

  describe("softmax family", () => {
    // sum of w * softmax(z) in one dimension: z = (x, 0), so softmax is the logistic function.
    const two = (x: Tensor): Tensor => tf.stack([x, tf.zerosLike(x)], 1);
    const points = [-1.2, 0.4, 0.9];
    test("softmax", () => {
      const f = (x: Tensor): Tensor => tf.unstack(sg.softmax(two(x)), 1)[0]!;
      const got = derivatives(f, points, 3);
      const wanted = points.map(cases["sigmoid"]!.closed);
      got.forEach((values, k) =>
        expectClose(
          values,
          wanted.map((row) => row[k]!),
          { what: `order ${k}` },
        ),
      );
    });
    test("logSoftmax", () => {
      const f = (x: Tensor): Tensor => sg.neg(tf.unstack(sg.logSoftmax(two(x)), 1)[0]!);
      const got = derivatives(f, points, 3);
      // -log softmax = softplus(-x)
      const wanted = points.map((x) => {
        const y = logistic(-x);
        const d = y * (1 - y);
        return [Math.log1p(Math.exp(-x)), -y, d, -d * (1 - 2 * y)];
      });
      got.forEach((values, k) =>
        expectClose(
          values,
          wanted.map((row) => row[k]!),
          { what: `order ${k}` },
        ),
      );
    });
    test("max over an axis", () => {
      const f = (x: Tensor): Tensor => tf.max(tf.stack([sg.pow(x, 3), sg.sin(x)], 1), 1);
      const got = derivatives(f, [-1.2, 1.5], 2);
      expectClose(got[1]!, [Math.cos(-1.2), 3 * 1.5 * 1.5], { what: "first" });
      expectClose(got[2]!, [-Math.sin(-1.2), 6 * 1.5], { what: "second" });
    });
  });

  describe("against finite differences", () => {
    const rng = sg.Rng.of(5, "finite differences");
    const shapes = { a: [3, 4], row: [4], column: [3, 1], b: [4, 2], wide: [2, 3, 4] } as const;
    const make = (shape: readonly number[]): Tensor =>
      tf.tensor(
        rng.uniforms(
          shape.reduce((p, q) => p * q, 1),
          0.3,
          1.7,
        ),
        [...shape],
      );
    const list: Record<string, [readonly (readonly number[])[], (...xs: Tensor[]) => Tensor]> = {
      "bias row": [[shapes.a, shapes.row], (a, b) => sg.mul(sg.add(a!, b!), a!)],
      "bias column": [[shapes.a, shapes.column], (a, b) => sg.div(a!, b!)],
      "bias of rank 3": [[shapes.wide, shapes.a], (a, b) => sg.sub(sg.mul(a!, b!), b!)],
      pow: [[shapes.a, shapes.row], (a, b) => sg.pow(a!, b!)],
      matMul: [[shapes.a, shapes.b], (a, b) => sg.matMul(a!, b!)],
      "matMul of rank 3": [[shapes.wide, [4, 2, 3]], (a, b) => sg.matMul(a!, b!)],
      "matMul transposed": [[shapes.b, [3, 4]], (a, b) => tf.matMul(a!, b!, true, true)],
      "batched matMul": [[shapes.wide, [2, 4, 2]], (a, b) => tf.matMul(a!, b!)],
      dot: [[shapes.wide, shapes.a], (a, b) => sg.dot(a!, b!)],
      concat: [[shapes.a, [3, 2]], (a, b) => sg.square(sg.concat(a!, b!))],
      slice: [[shapes.wide], (a) => sg.square(tf.slice(a!, [0, 1, 1], [2, 2, 2]))],
      split: [[shapes.a], (a) => sg.mul(...(tf.split(a!, 2, 1) as [Tensor, Tensor]))],
      tile: [[shapes.a], (a) => sg.square(sg.mul(tf.tile(a!, [2, 3]), tf.range(0, 12)))],
      transpose: [[shapes.wide], (a) => sg.mul(tf.transpose(a!, [2, 0, 1]), tf.range(0, 3))],
      hold: [[shapes.a], (a) => sg.mul(sg.hold(a!, 3), tf.reshape(tf.range(0, 9), [9, 1]))],
      rate: [[[6, 2]], (a) => sg.square(sg.rate(a!, 3))],
      rowMean: [[shapes.wide], (a) => sg.square(sg.rowMean(a!))],
      rowVariance: [[shapes.wide], (a) => sg.rowVariance(a!)],
      columnMean: [[shapes.wide], (a) => sg.square(sg.columnMean(a!))],
      columnVariance: [[shapes.wide], (a) => sg.columnVariance(a!)],
      mean: [[shapes.wide], (a) => sg.mul(sg.mean(a!), sg.sum(a!))],
      takeRows: [[shapes.a], (a) => sg.square(sg.takeRows(a!, Int32Array.of(2, 0, 2)))],
      gather: [
        [shapes.wide],
        (a) => sg.square(tf.gather(a!, tf.tensor1d([2, 0, 2, 1], "int32"), 1)),
      ],
      pick: [[shapes.a], (a) => sg.square(sg.pick(a!, tf.tensor1d([3, -1, 1], "int32")))],
      "cross entropy": [
        [shapes.a],
        (a) => sg.neg(sg.pick(sg.logSoftmax(a!), tf.tensor1d([3, 0, 1], "int32"))),
      ],
      where: [[shapes.a, shapes.a], (a, b) => tf.where(tf.greater(a!, 1), sg.square(a!), b!)],
    };
    test.each(Object.keys(list))("%s, first and second order", (name) => {
      const [inputs, f] = list[name]!;
      tf.tidy(() => {
        const xs = inputs.map(make);
        const weight = make(f(...xs).shape);
        const loss = (...vs: Tensor[]): Tensor => tf.sum(sg.mul(sg.square(f(...vs)), weight));
        check(loss, xs, `${name} first`);
        const slope = (...vs: Tensor[]): Tensor => {
          const gradients = tf.grads(loss)(vs as Tensor[]);
          return gradients
            .map((gradient) => tf.sum(sg.square(gradient)))
            .reduce((p, q) => sg.add(p, q));
        };
        check(slope, xs, `${name} second`);
      });
    });
  });

  test("a tape leaves no tensors behind", () => {
    const before = tf.memory().numTensors;
    for (let k = 0; k < 3; k++) {
      tf.tidy(() => {
        const x = tf.tensor2d([
          [0.1, 0.2],
          [0.3, -0.4],
        ]);
        const g = tf.grad((v: Tensor) => tf.sum(sg.matMul(sg.tanh(v), sg.softmax(v))));
        g(x);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Central differences in float32: coarse, but enough to tell a right gradient from a wrong one. */
function check(f: (...xs: Tensor[]) => Tensor, xs: Tensor[], what: string): void {
  const gradients = tf
    .grads(f)(xs)
    .map((g) => g.dataSync());
  const step = 0.01;
  xs.forEach((x, k) => {
    const values = Float32Array.from(x.dataSync());
    const estimate = values.map((value, at) => {
      const at2 = (shift: number): number => {
        const moved = values.slice();
        moved[at] = value + shift;
        const args = xs.map((other, index) => (index === k ? tf.tensor(moved, x.shape) : other));
        return f(...args).dataSync()[0]!;
      };
      return (at2(step) - at2(-step)) / (2 * step);
    });
    const scale = Math.max(...estimate.map(Math.abs), 1);
    expectClose(gradients[k]!, estimate, {
      rtol: 0.02,
      atol: 0.01 * scale,
      what: `${what}, input ${k}`,
    });
  });
}
