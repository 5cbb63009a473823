/** Stages of a conversion and what a student learns from its teacher. */
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { logitLoss, structureLoss, unionOf } from "../../runtime/binary/distill.js";
import { stagesOf } from "../../runtime/binary/stages.js";
import * as sg from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";
import { onEveryBackend } from "../runtime/backends.js";

/** Node 0 hears from the given sources, the others only from themselves. */
function graph(sources: readonly number[], nodeCount: number): sg.Graph {
  const all = [...sources, ...Array.from({ length: nodeCount - 1 }, (_, k) => k + 1)];
  const targets = all.map((_, e) => (e < sources.length ? 0 : e - sources.length + 1));
  return sg.createGraph({ edgeIndex: { sources: all, targets }, nodeCount });
}

onEveryBackend(() => {
  test("softened classes: T^2 KL(teacher || student)", () => {
    const student = tf.tensor2d([[1, 0]]);
    const teacher = tf.tensor2d([[3, 0]]);
    const soft = (z: number): number => 1 / (1 + Math.exp(-z / 2));
    const [p, q] = [soft(3), soft(1)];
    const kl = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    const loss = tf.tidy(() => logitLoss(student, teacher, 2).dataSync()[0]!);
    expect(loss).toBeCloseTo(4 * kl, 5);
    expect(tf.tidy(() => logitLoss(teacher, teacher, 2).dataSync()[0]!)).toBeCloseTo(0, 6);
    tf.dispose([student, teacher]);
  });

  test("the structure is compared over the edges of both graphs", () => {
    const a = graph([0, 1], 3);
    const b = graph([0, 2], 3);
    const union = unionOf(a, b);
    expect([...union.topology.sources]).toEqual([0, 1, 2, 1, 2]);
    expect([...union.topology.targets]).toEqual([0, 0, 0, 1, 2]);
    const own = tf.tensor2d([0, 1, 2], [3, 1]);
    const taught = tf.tensor2d([0, 2, 1], [3, 1]);
    const softmax = (gaps: readonly number[]): number[] => {
      const s = gaps.map((gap) => Math.exp(Math.exp(-gap * gap)));
      const sum = s.reduce((x, y) => x + y);
      return s.map((value) => value / sum);
    };
    const p = softmax([0, 2, 1]);
    const q = softmax([0, 1, 2]);
    const kl = p.reduce((sum, value, k) => sum + value * Math.log(value / q[k]!), 0);
    const loss = tf.tidy(
      () => structureLoss({ x: own, graph: a }, { x: taught, graph: b }).dataSync()[0]!,
    );
    expect(loss).toBeCloseTo(kl / 3, 5);
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => structureLoss({ x, graph: a }, { x: taught, graph: b }))(own)
        .dataSync(),
    );
    expect(gradient[1]).toBeLessThan(0);
    tf.dispose([own, taught]);
  });
});

describe("stages", () => {
  test("a conversion's stages become experiments, each going on from the one before", async () => {
    const exported = await compileModule(`data D {
  file   "a.npz"
  graph  g { nodes x = "x"; edges = "edge_index" }
  sample target = "y"
  split  random 80 : 10 : 10
}
model Net(g: graph(x: real[N, 4])) -> real[N, 3] {
  return g.x |> GCN<8>(g) |> relu |> GCN<3>(g)
}
convert Net to Bits {
  rule  GCN |> relu => GCN |> sign
  rule  last GCN => GCN weights sign scale per channel
  stage "smooth" { activations tanh, weights real, epochs 5, rate 1e-2 }
  stage "all signs" { decay 0, epochs 7 }
  distill logits(temperature: 3, weight: 0.1), structure(weight: 100)
}
train Bits on D {
  loss     cross_entropy(output, target)
  optimize adam(rate: 1e-3, decay: 5e-4)
  epochs   20
}`);
    const [experiment] = exported["experiments"] as sg.Experiment[];
    const stages = stagesOf(experiment!);
    expect(
      stages.map(({ name, binary, continues, train }) => ({
        name,
        binary,
        continues,
        epochs: train.epochs,
        rate: train.optimize[0]?.args["rate"],
        decay: train.optimize[0]?.args["decay"],
      })),
    ).toEqual([
      {
        name: "Bits.smooth",
        binary: { activations: "tanh", weights: "real" },
        continues: undefined,
        epochs: 5,
        rate: 0.01,
        decay: 0.0005,
      },
      {
        name: "Bits.all-signs",
        binary: { activations: "sign", weights: "sign" },
        continues: "Bits.smooth",
        epochs: 7,
        rate: 0.001,
        decay: 0,
      },
    ]);
    expect(stages[1]?.teacher?.model).toBe("Net");
    expect(stages[1]?.teacher?.distill).toEqual({
      logits: { temperature: 3, weight: 0.1 },
      structure: { weight: 100 },
    });
  });
});
