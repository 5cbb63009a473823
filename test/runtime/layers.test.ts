/** Scope, parameters, initial values, running statistics, runs, and memory over training steps. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";
import { lif } from "./lif.js";

onEveryBackend(() => {
  test("parameters are registered by path, and their values depend on seed and path alone", () => {
    const values = (seed: number, extra: boolean): Map<string, number[]> => {
      const scope = new sg.Scope({ seed });
      if (extra) scope.child("other").parameter("w", [2], sg.normal());
      const child = scope.child("h.sage1");
      child.parameter("wSelf", [3, 2], sg.glorot());
      child.child("inner").parameter("bias", [2], sg.uniform(-1, 1));
      const result = new Map(
        [...scope.parameters].map(([path, parameter]) => [path, [...parameter.value.dataSync()]]),
      );
      scope.dispose();
      return result;
    };
    const first = values(1, false);
    expect([...first.keys()]).toEqual(["h.sage1.wSelf", "h.sage1.inner.bias"]);
    const again = values(1, true);
    for (const [path, list] of first) expect(again.get(path)).toEqual(list);
    expect(values(2, false).get("h.sage1.wSelf")).not.toEqual(first.get("h.sage1.wSelf"));
  });

  test("ranges are kept: at the start, and by projection", () => {
    const scope = new sg.Scope({ seed: 1 });
    const range = { low: 0, high: 1, lowOpen: true, highOpen: false };
    const p = scope.parameter("p", [3], sg.constant(-2), { range });
    expectClose(p.value.dataSync(), [1e-6, 1e-6, 1e-6], { rtol: 1e-3, atol: 0 });
    p.set(Float32Array.of(-1, 0.5, 2));
    p.project();
    expectClose(p.value.dataSync(), [1e-6, 0.5, 1], { rtol: 1e-3, atol: 0 });
    const q = scope.parameter("q", [2], sg.constant(5), {
      range: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
    });
    q.set(Float32Array.of(-1, 7));
    q.project();
    expectClose(q.value.dataSync(), [1e-6, 7], { rtol: 1e-3, atol: 0 });
    scope.dispose();
  });

  test("a running statistic follows in training and stays in evaluation", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 1 });
      const running = scope.running("mean", [2], sg.zeros(), 0.1);
      const batch = (): Tensor => tf.tensor1d([1, 2]);
      const training = running.follow(batch, sg.createRun({ training: true }));
      expect([...training.dataSync()]).toEqual([1, 2]);
      expectClose(running.value.dataSync(), [0.1, 0.2]);
      const evaluated = running.follow(batch, sg.createRun());
      expectClose(evaluated.dataSync(), [0.1, 0.2]);
      expectClose(running.value.dataSync(), [0.1, 0.2]);
      scope.dispose();
    });
  });

  test("training steps leave no tensors behind", () => {
    const before = tf.memory().numTensors;
    const scope = new sg.Scope({ seed: 3 });
    const w1 = scope.parameter("w1", [5, 4], sg.glorot());
    const w2 = scope.parameter("w2", [4, 3], sg.glorot());
    const neuron = new sg.Neuron(scope.child("lif"), lif, { channels: 4 });
    const mean = scope.running("mean", [4], sg.zeros(), 0.1);
    const rng = sg.Rng.of(1, "data");
    const x = tf.tensor(rng.normals(30), [6, 5]);
    const labels = tf.tensor1d([0, 1, 2, 0, 1, -1], "int32");
    const g = sg.createGraph({
      edgeIndex: [0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 0],
      nodes: { x },
      ownsNodes: true,
    });
    const parameters = [...scope.parameters.values()];
    const step = (epoch: number): number => {
      const run = sg.createRun({ training: true, seed: 1, epoch });
      const loops = g.withSelfLoops();
      const { value, gradients } = sg.gradients(() => {
        const h = sg.matMul(
          sg.propagate(loops, sg.dropout(g.nodes.x, 0.2, run), "sum", sg.symmetricNorm(loops)),
          w1.value,
        );
        const centred = sg.sub(
          h,
          mean.follow(() => sg.columnMean(h), run),
        );
        const spikes = neuron.forward([centred], run, { steps: 4, held: [true] });
        const score = sg.edgeSoftmax(
          loops,
          sg.dot(sg.source(loops, spikes), sg.target(loops, spikes)),
        );
        const mixed = sg.propagate(loops, spikes, "mean", score);
        const top = sg.aggregate(loops, sg.source(loops, mixed), ["max"]);
        const logits = sg.rate(sg.matMul(sg.add(mixed, top), w2.value), 4);
        const loss = sg.neg(
          sg.mean(
            sg.pick(sg.takeRows(sg.logSoftmax(logits), Int32Array.of(5, 0, 1, 2, 3, 4)), labels),
          ),
        );
        return sg.add(loss, sg.mul(sg.spikeRate(run), 0.01));
      }, parameters);
      tf.tidy(() => {
        for (const parameter of parameters) {
          const gradient = gradients.get(parameter.path)!;
          parameter.value.assign(tf.sub(parameter.value, tf.mul(gradient, 0.1)));
          parameter.project();
        }
      });
      const loss = value.dataSync()[0]!;
      value.dispose();
      for (const gradient of gradients.values()) gradient.dispose();
      return loss;
    };
    const first = step(0);
    const settled = tf.memory().numTensors;
    const bytes = tf.memory().numBytes;
    let last = first;
    for (let epoch = 1; epoch < 30; epoch++) last = step(epoch);
    expect(tf.memory().numTensors).toBe(settled);
    expect(tf.memory().numBytes).toBe(bytes);
    expect(Number.isFinite(last)).toBe(true);
    expect(last).toBeLessThan(first);
    labels.dispose();
    g.dispose();
    scope.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a loss without parameters is told", () => {
    const scope = new sg.Scope({ seed: 1 });
    const p = scope.parameter("p", [1], sg.ones());
    expect(() => sg.gradients(() => tf.scalar(1), [p])).toThrow(/R141/);
    const { value, gradients } = sg.gradients(() => tf.scalar(3), []);
    expect(value.dataSync()[0]).toBe(3);
    expect(gradients.size).toBe(0);
    value.dispose();
    scope.dispose();
  });

  test("the backend says what it is", async () => {
    const info = sg.currentBackend()!;
    expect(info.name).toBe(tf.getBackend());
    expect(info.threads).toBeGreaterThan(0);
    expect(info.versions["@tensorflow/tfjs-core"]).toBe(tf.version_core);
    expect(await sg.useBackend(info.name)).toBe(info);
  });
});

describe("initial values", () => {
  const rng = (): sg.Rng => sg.Rng.of(9, "initial");
  test("glorot and kaiming stay within their bounds", () => {
    const g = sg.glorot()([50, 10, 2], rng());
    const bound = Math.sqrt(6 / 70);
    expect(Math.max(...g.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...g.map(Math.abs))).toBeGreaterThan(0.9 * bound);
    const k = sg.kaiming()([50, 10], rng());
    expect(Math.max(...k.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 50));
  });
  test.each([
    [4, 4],
    [3, 7],
    [8, 2],
  ])("orthogonal [%i, %i]", (rows, columns) => {
    const values = sg.orthogonal()([rows, columns], rng());
    const count = Math.min(rows, columns);
    const entry = (vector: number, k: number): number =>
      rows <= columns ? values[vector * columns + k]! : values[k * columns + vector]!;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let product = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) product += entry(a, k) * entry(b, k);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });
  test("a scalar parameter", () => {
    expect([...sg.glorot()([], rng())]).toHaveLength(1);
    expect([...sg.constant(0.5)([], rng())]).toEqual([0.5]);
  });
});

test("an unknown backend is told", async () => {
  await expect(sg.useBackend("webgl" as never)).rejects.toThrow(/R101.*webgl/);
});
