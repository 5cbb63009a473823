import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { test } from "vitest";
import * as sg from "../../runtime/index.js";
import { sparseDenseProduct, segmentSum, gatherRows } from "../../runtime/kernels/index.js";
import { lif } from "./lif.js";
const out: string[] = [];
function time(name: string, f: () => Tensor | Tensor[], reps = 8): void {
  let best = Infinity;
  for (let r = 0; r < reps; r++) {
    const t0 = performance.now();
    const y = tf.tidy(f) as Tensor | Tensor[];
    const last = Array.isArray(y) ? y[y.length - 1]! : y;
    if (tf.getBackend() === "tensorflow") last.dataSync();
    best = Math.min(best, performance.now() - t0);
    tf.dispose(y);
  }
  out.push(`${name.padEnd(34)} ${best.toFixed(2)}`);
}
for (const b of ["wasm", "tensorflow", "cpu"] as const) test(b, async () => {
  await sg.useBackend(b);
  out.push(`--- ${b}`);
  const rng = sg.Rng.of(1, "bench");
  const N = 10000, E = 50000, F = 64;
  const src = rng.integers(E, N), dst = rng.integers(E, N);
  const g = sg.createGraph({ edgeIndex: { sources: src, targets: dst }, nodeCount: N });
  const x = tf.tensor(rng.normals(N * F), [N, F]);
  const m = tf.tensor(rng.normals(E * F), [E, F]);
  const w = tf.tensor(rng.normals(E), [E]);
  const score = tf.tensor(rng.normals(E * 8), [E, 8]);
  time("propagate sum", () => sg.propagate(g, x, "sum"));
  time("propagate mean grad", () => tf.grad((v: Tensor) => tf.sum(sg.propagate(g, v, "mean")))(x));
  time("propagate weighted", () => sg.propagate(g, x, "sum", w));
  time("propagate weighted grads", () => tf.grads((v: Tensor, u: Tensor) => tf.sum(sg.propagate(g, v, "sum", u)))([x, w]));
  time("gather source", () => sg.source(g, x));
  time("aggregate sum", () => sg.aggregate(g, m, ["sum"]));
  time("aggregate max", () => sg.aggregate(g, m, ["max"]));
  time("aggregate max grad", () => tf.grad((v: Tensor) => tf.sum(sg.aggregate(g, v, ["max"])))(m));
  time("edge softmax 8", () => sg.edgeSoftmax(g, score));
  time("edge softmax 8 grad", () => tf.grad((v: Tensor) => tf.sum(sg.square(sg.edgeSoftmax(g, v))))(score));
  const big = tf.tensor(rng.normals(3_200_000), [50000, 64]);
  const bias = tf.tensor(rng.normals(64), [64]);
  for (const f of ["relu", "leakyRelu", "elu", "tanh", "sigmoid", "softplus", "gelu", "exp", "square", "abs"] as const) {
    time(`${f} 3.2M`, () => sg[f](big));
    time(`${f} 3.2M grad`, () => tf.grad((v: Tensor) => tf.sum(sg[f](v)))(big));
  }
  time("add bias", () => sg.add(big, bias));
  time("add bias grads", () => tf.grads((v: Tensor, u: Tensor) => tf.sum(sg.add(v, u)))([big, bias]));
  time("mul", () => sg.mul(big, big));
  time("concat", () => sg.concat(big, big));
  time("concat grads", () => tf.grads((v: Tensor, u: Tensor) => tf.sum(sg.concat(v, u)))([big, big]));
  time("softmax", () => sg.softmax(big));
  time("logSoftmax", () => sg.logSoftmax(big));
  time("columnMean", () => sg.columnMean(big));
  time("columnVariance", () => sg.columnVariance(big));
  const X = tf.tensor(Float32Array.from({ length: 2708 * 1433 }, () => (rng.uniform() < 0.0127 ? 1 : 0)), [2708, 1433]);
  const W = tf.tensor(rng.normals(1433 * 16), [1433, 16]);
  time("X @ W cora", () => sg.matMul(X, W));
  time("X @ W cora, grad W", () => tf.grad((v: Tensor) => tf.sum(sg.matMul(X, v)))(W));
  time("dropout X cora", () => sg.dropout(X, 0.5, sg.createRun({ training: true })));
  time("dropout dense 3.2M", () => sg.dropout(big, 0.5, sg.createRun({ training: true })));
  const h = tf.tensor(rng.normals(64 * 64), [64, 64]);
  time("50000x64 @ 64x64", () => sg.matMul(big, h));
  time("50000x64 @ 64x64 grads", () => tf.grads((v: Tensor, u: Tensor) => tf.sum(sg.matMul(v, u)))([big, h]));
  const scope = new sg.Scope({ seed: 1 });
  const neuron = new sg.Neuron(scope.child("n"), lif, { channels: 512 });
  const cur = tf.tensor(rng.normals(500 * 16 * 512), [500 * 16, 512]);
  time("LIF T500 B16 512", () => neuron.forward([cur], sg.createRun(), { steps: 500 }));
  time("LIF T500 fwd+bwd", () => tf.grad((v: Tensor) => tf.sum(neuron.forward([v], sg.createRun(), { steps: 500 })))(cur));
  process.stdout.write(out.join("\n") + "\n");
  out.length = 0;
}, 600000);
