import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, it } from "vitest";
import { loadGenerated } from "../../compiler/cli/generated.js";
import { compileSource } from "../../compiler/compile.js";
import { toJavaScript } from "../../compiler/emit/index.js";
import { convertModel, type ModelRow } from "../../runtime/conversion/model.js";
import { convertSeparable } from "../../runtime/conversion/separable.js";
import { digitsOf, Sites } from "../../runtime/conversion/sites.js";
import { largestOfDigits } from "../../runtime/conversion/spiking.js";
import { solve } from "../../runtime/physics/solve.js";
import { setWeights } from "../../runtime/export/weights.js";
import { useBackend } from "../../runtime/tensor/backend.js";
import { withActivations } from "../../runtime/tensor/ops/activation.js";
import { tanh } from "../../runtime/tensor/ops/index.js";
import { readRunWeights } from "../../runtime/train/run-folder.js";
import { openSession } from "../../runtime/train/session.js";
import { train } from "../../runtime/train/trainer.js";
import { writeGraphs } from "../train/data.js";
import { regressor } from "../train/models.js";

const folder = mkdtempSync(join(tmpdir(), "sgnn-spiking-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
await useBackend("wasm");

describe("neurons in the places of activations", () => {
  const x = tf.tensor2d([-2, 0.1, 0.5, 0.3, 1.5, -0.4], [3, 2]);
  const wanted = [...tf.tanh(x).dataSync()];
  const sites = new Sites();
  sites.begin();
  withActivations(sites.look, () => tanh(x));

  it("digits are off by half of the last one at most, and few", () => {
    sites.begin();
    const neurons = sites.neurons("digits", 9);
    const found = withActivations(neurons.substitute(1), () => tanh(x)).dataSync();
    const reach = [0, 1].map((c) => {
      const column = wanted.filter((_, k) => k % 2 === c);
      return (Math.max(...column) - Math.min(...column)) / 2;
    });
    wanted.forEach((value, k) => {
      const half = reach[k % 2]! / largestOfDigits(9) / 2;
      expect(Math.abs(found[k]! - value)).toBeLessThanOrEqual(half + 1e-6);
    });
    expect(neurons.units).toBe(6);
    expect(neurons.emissions).toBeLessThanOrEqual(6 * 5);
  });

  it("the mean of ternary spikes follows the activation of the mean", () => {
    const neurons = sites.neurons("on-mean", 64);
    const sum = new Float64Array(6);
    for (let t = 1; t <= neurons.passes; t++) {
      sites.begin();
      const spikes = withActivations(neurons.substitute(t), () => tanh(x)).dataSync();
      spikes.forEach((value, k) => (sum[k]! += value / 64));
    }
    wanted.forEach((value, k) => expect(Math.abs(sum[k]! - value)).toBeLessThan(2 / 64));
  });

  it("counts the signed digits of whole numbers: 7 = 8 - 1", () => {
    expect([0, 1, 2, 3, 5, 7, 11, 21, 2 ** 24 - 1].map(digitsOf)).toEqual([
      0, 1, 1, 2, 2, 2, 3, 3, 2,
    ]);
  });

  it("leaves activations alone outside of `withActivations`", () => {
    expect([...tanh(x).dataSync()]).toEqual(wanted);
  });
});

describe("a trained graph network", () => {
  it("in spikes comes as near to itself as its digits allow, where it stays in the ranges it was calibrated on", async () => {
    const experiment = regressor(writeGraphs(folder), { epochs: 30 });
    const run = join(folder, "run");
    await train(experiment, {
      ...{ seed: 1, baseFolder: folder, folder: run, backend: { name: "wasm" } },
    });
    const weights = readRunWeights(run);
    const session = await openSession(experiment, {
      ...{ seed: 1, baseFolder: folder, scale: weights.scale },
    });
    setWeights(session.model, weights.tensors, weights.label);
    const rows = convertModel(session, "train", { steps: [6, 16], bits: [8], metrics: ["mae"] });
    session.dispose();
    const row = (design: string, steps: number): ModelRow =>
      rows.find((one) => one.design === design && one.steps === steps)!;
    const [network] = rows;
    expect(row("digits (ours)", 16).againstNetwork).toBeLessThan(1e-3);
    expect(row("digits (ours)", 16).metrics["mae"]).toBeCloseTo(network!.metrics["mae"]!, 1);
    expect(row("digits (ours)", 16).againstNetwork).toBeLessThan(
      row("digits (ours)", 6).againstNetwork / 4,
    );
    expect(row("digits (ours)", 16).rateTimesSteps).toBeLessThanOrEqual(16 / 2);
    const mean = "centred per neuron (ours)";
    expect(row(mean, 16).againstNetwork).toBeLessThan(row(mean, 6).againstNetwork);
  });
});

describe("a separable solver", () => {
  it("in digits comes near to itself, though its output is a product", async () => {
    const source = `problem Ring {
  domain   x in [0, 2], y in [0, 1]
  field    u(x, y)
  equation d(u, x, x) + d(u, y, y) = 0
  boundary u = exact
  exact    u = sin(x) * exp(y)
  sample   interior 256, boundary 64
}
model Net solves Ring { separable rank 4 over x, y { Dense<8> |> sin |> Dense<8> |> tanh } }
train Net on Ring { optimize adam(rate: 1e-2) epochs 60 }`;
    const host = { read: () => undefined };
    const { text } = await compileSource({
      ...{ file: "ring.sgnn", source, hash: "h", version: "0", host },
    });
    const { solvers } = await loadGenerated(await toJavaScript(text ?? ""));
    const { weights } = await solve(solvers[0]!, { seed: 1, backend: { name: "wasm" } });
    const rows = convertSeparable(
      solvers[0]!,
      { tensors: weights, label: "weights" },
      { steps: [6, 14], bits: [8], counts: { calibration: 500, test: 200 } },
    );
    const [network, few, many] = rows;
    expect(rows.map(({ design }) => design)).toEqual([
      ...["network", "digits (ours)", "digits (ours)", "activations in few bits"],
    ]);
    expect(network!.metrics["relative_l2"]).toBeLessThan(0.5);
    expect(many!.againstNetwork).toBeLessThan(few!.againstNetwork / 20);
    expect(many!.againstNetwork).toBeLessThan(2e-3);
  });
});
