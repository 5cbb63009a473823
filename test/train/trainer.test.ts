import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SgnnError } from "../../runtime/error.js";
import { add, log, mean, mul, neg, square } from "../../runtime/tensor/ops/index.js";
import { useBackend } from "../../runtime/tensor/backend.js";
import { evaluate } from "../../runtime/train/evaluate.js";
import { readEpochs, readRun, readRunWeights } from "../../runtime/train/run-folder.js";
import { train, type TrainOptions } from "../../runtime/train/trainer.js";
import type { Experiment } from "../../runtime/train/spec.js";
import type { ProgressEvent } from "../../runtime/train/progress.js";
import { writeCommunities, writeGraphs } from "./data.js";
import { classifier, meanSquare, regressor } from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "sgnn-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await useBackend("wasm");
});
const size = { in: 3, hidden: 8, out: 2 };
const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  seed: 1,
  baseFolder: folder,
  backend: { name: "wasm" },
  ...more,
});
async function failure(run: () => Promise<unknown>): Promise<SgnnError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof SgnnError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("training on a collection of graphs", () => {
  const data = writeGraphs(folder);
  it("learns, reports metrics in the units of the data, and leaks nothing", async () => {
    const before = tf.memory().numTensors;
    const events: ProgressEvent[] = [];
    const result = await train(
      regressor(data, { epochs: 150 }),
      options({ onProgress: (event) => events.push(event) }),
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(result.status).toBe("finished");
    expect(result.epoch).toBe(150);
    expect(result.metrics["test"]!["r2"]).toBeGreaterThan(0.9);
    // Targets spread over some 30 units around 100: an error of scaled numbers would be below 1 and far from this.
    expect(result.metrics["test"]!["mae"]).toBeGreaterThan(0.1);
    expect(result.metrics["test"]!["mae"]).toBeLessThan(8);
    expect(result.best!.value).toBe(Math.min(...result.history.map((h) => h.validation!["loss"]!)));
    expect(result.metrics["validation"]!["loss"]).toBeCloseTo(result.best!.value, 6);
    expect(events.at(-1)).toMatchObject({ epoch: 150, epochs: 150, step: 3, steps: 3 });
    expect(result.parameters).toBe(16 + 16 + 9 + 1);
  });
  it("keeps the number of tensors constant from epoch to epoch", async () => {
    const counts: number[] = [];
    await train(
      regressor(data, { epochs: 6 }),
      options({ onProgress: () => counts.push(tf.memory().numTensors) }),
    );
    expect(new Set(counts.slice(1)).size).toBe(1);
  });
  it("is a function of the seed", async () => {
    const [a, b, c] = [1, 1, 2].map((seed) =>
      train(regressor(data, { epochs: 4 }), options({ seed })),
    );
    expect((await b)!.weights).toEqual((await a)!.weights);
    expect((await c)!.weights).not.toEqual((await a)!.weights);
  });
  it("one epoch of one step is the optimiser's update of the whole gradient", async () => {
    const experiment = regressor(data, {
      epochs: 1,
      batch: undefined,
      optimize: [{ name: "sgd", args: { rate: 0 } }],
    });
    const still = await train(experiment, options());
    const moved = await train(
      {
        ...experiment,
        train: {
          ...experiment.train,
          optimize: [{ name: "sgd", args: { rate: 0.1 } }],
          clip: 1e-3,
        },
      },
      options(),
    );
    let square = 0;
    for (const [path, { data: values }] of moved.weights) {
      const before = still.weights.get(path)!.data;
      values.forEach((value, k) => (square += (Number(value) - Number(before[k])) ** 2));
    }
    // The clipped gradient has norm 1e-3, so the weights moved by 1e-4.
    expect(Math.sqrt(square)).toBeCloseTo(1e-4, 7);
  });
  it("trains targets on the nodes of a collection, graph by graph", async () => {
    const nodes = classifier(
      { ...data, samples: [{ name: "target", source: { tag: "array", name: "side" } }], scale: [] },
      { in: 2, hidden: 8, out: 2 },
      { epochs: 40, batch: 6, optimize: [{ name: "adam", args: { rate: 0.02 } }] },
    );
    const result = await train(nodes, options());
    // Graph convolution blurs a node's own sign, so this is well above chance and below 1.
    expect(result.metrics["test"]!["accuracy"]).toBeGreaterThan(0.65);
  });
});

describe("training on one graph", () => {
  const data = writeCommunities(folder);
  it("learns from masked rows; unlabelled and isolated nodes are harmless", async () => {
    const before = tf.memory().numTensors;
    const result = await train(
      classifier(data, size, {
        epochs: 120,
        report: ["accuracy", "f1_macro", "spike_rate", "energy"],
      }),
      options(),
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(result.metrics["test"]!["accuracy"]).toBeGreaterThan(0.85);
    expect(result.metrics["test"]).toHaveProperty("f1_macro");
    expect(result.metrics["test"]!["spike_rate"]).toBe(0);
    const { energy_uJ, energy_dense_uJ, energy_zeros_uJ } = result.metrics["test"]!;
    expect(energy_uJ).toBeGreaterThan(0);
    // Without a neuron no wire carries events; the rectifier's zeros count only where all are skipped.
    expect(energy_dense_uJ).toBe(energy_uJ);
    expect(energy_zeros_uJ).toBeLessThan(energy_uJ!);
  });
  it("with `batch`, takes steps of some nodes and their neighbours, and resumes inside an epoch", async () => {
    const some = classifier(data, size, { epochs: 60, batch: 4, report: ["accuracy"] });
    const before = tf.memory().numTensors;
    const steps = new Set<number>();
    const whole = await train(some, options({ onProgress: (event) => steps.add(event.steps) }));
    expect(tf.memory().numTensors).toBe(before);
    // Five nodes of each of two classes: the last step has what is left.
    expect([...steps]).toEqual([3]);
    expect(whole.metrics["test"]!["accuracy"]).toBeGreaterThan(0.85);
    const run = join(folder, "nodes");
    const controller = new AbortController();
    let count = 0;
    const onProgress = (): void => {
      if (++count === 10) controller.abort();
    };
    const stop = { folder: run, checkpointSeconds: 0, signal: controller.signal, onProgress };
    expect((await train(some, options(stop))).status).toBe("interrupted");
    expect((await train(some, options({ folder: run, resume: true }))).weights).toEqual(
      whole.weights,
    );
  });
  it("chooses weights by the value asked for, and stops when patience is over", async () => {
    const result = await train(
      classifier(data, size, { epochs: 400, select: "accuracy", patience: 15 }),
      options(),
    );
    expect(result.status).toBe("stopped early");
    expect(result.epoch - result.best!.epoch).toBe(15);
    expect(result.best!.value).toBe(
      Math.max(...result.history.map((h) => h.validation!["accuracy"]!)),
    );
    expect(result.metrics["validation"]!["accuracy"]).toBe(result.best!.value);
  });
  it("without a validation part the last weights are taken, and patience is refused", async () => {
    const none = { ...data, split: { rule: "random", ratio: [1, 0, 1] } } as const;
    const result = await train(classifier(none, size, { epochs: 3 }), options());
    expect(result.best).toBeUndefined();
    expect(Object.keys(result.metrics)).toEqual(["test"]);
    const error = await failure(() => train(classifier(none, size, { patience: 3 }), options()));
    expect(error.code).toBe("R303");
  });
  it("tells what does not fit before it starts", async () => {
    const error = await failure(() => train(classifier(data, { ...size, in: 5 }, {}), options()));
    expect(error.message).toContain("R281: NodeClassifier: node feature x is real[N, 5]");
    const few = {
      ...data,
      samples: [{ name: "target", source: { tag: "array", name: "kind" } }],
    } as const;
    const classes = await failure(() => train(classifier(few, size, {}), options()));
    expect(classes.message).toContain("has label 2, but the model tells 2 classes apart");
    const lost = await failure(() =>
      train(
        classifier(
          { ...data, samples: [{ name: "y", source: { tag: "array", name: "y" } }] },
          size,
        ),
        options(),
      ),
    );
    expect(lost.code).toBe("R282");
  });
});

describe("a run folder", () => {
  const data = writeCommunities(folder, "run.npz");
  const experiment = classifier(data, size, { epochs: 12 });
  const files = { "classifier.sgnn": "model ...\n", "model.mjs": "export {};\n" };
  it("holds the record, the epochs, the weights and the sources; evaluate repeats the metrics", async () => {
    const run = join(folder, "run");
    const result = await train(experiment, options({ folder: run, files, tool: "sgnnc 0" }));
    expect(readdirSync(run).sort()).toEqual([
      "checkpoint.safetensors",
      "classifier.sgnn",
      "metrics.jsonl",
      "model.mjs",
      "run.json",
      "weights.safetensors",
    ]);
    expect(readRun(run)).toMatchObject({
      tool: "sgnnc 0",
      status: "finished",
      source: { file: "classifier.sgnn", hash: "c0ffee" },
      seed: 1,
      backend: "wasm",
      data: "run.npz",
      epoch: 12,
      metrics: result.metrics,
    });
    expect(readEpochs(run)).toEqual(result.history);
    expect(readRunWeights(run).tensors).toEqual(new Map([...result.weights].sort()));
    const test = await evaluate(experiment, { run, baseFolder: folder });
    expect({ loss: test.loss, ...test.metrics }).toEqual(result.metrics["test"]);
    const error = await failure(() =>
      evaluate(experiment, { run, baseFolder: folder, split: "tset" }),
    );
    expect(error.fix).toContain('did you mean "test"?');
    const again = await failure(() => train(experiment, options({ folder: run })));
    expect(again.code).toBe("R320");
    const more = await train(experiment, options({ folder: run, resume: true, epochs: 20 }));
    expect(more.history).toHaveLength(20);
    expect(more.history.slice(0, 12)).toEqual(result.history);
  });
  it("stops at a signal with a checkpoint, and resumes to the same bits", async () => {
    const whole = await train(experiment, options({ folder: join(folder, "whole") }));
    const run = join(folder, "stopped");
    const controller = new AbortController();
    const stopped = await train(
      experiment,
      options({
        folder: run,
        signal: controller.signal,
        onProgress: (event) => {
          if (event.epoch === 5) controller.abort();
        },
      }),
    );
    expect(stopped.status).toBe("interrupted");
    expect(stopped.message).toContain("go on with --resume");
    expect(readRun(run).status).toBe("interrupted");
    const resumed = await train(experiment, options({ folder: run, resume: true }));
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.best).toEqual(whole.best);
    expect(resumed.history.map(({ seconds: _, ...rest }) => rest)).toEqual(
      whole.history.map(({ seconds: _, ...rest }) => rest),
    );
    const bytes = (name: string): Buffer => readFileSync(join(folder, name, "weights.safetensors"));
    expect(bytes("stopped").equals(bytes("whole"))).toBe(true);
  });
  it("stops in the middle of an epoch too", async () => {
    const rings = regressor(writeGraphs(folder, "middle.npz"), { epochs: 5, batch: 2 });
    const whole = await train(rings, options());
    const run = join(folder, "middle");
    let count = 0;
    const controller = new AbortController();
    const stopped = await train(
      rings,
      options({
        folder: run,
        checkpointSeconds: 0,
        signal: controller.signal,
        onProgress: () => {
          if (++count === 15) controller.abort();
        },
      }),
    );
    expect(stopped.status).toBe("interrupted");
    expect((await train(rings, options({ folder: run, resume: true }))).weights).toEqual(
      whole.weights,
    );
  });
  it("refuses to resume another experiment, seed or source", async () => {
    const run = join(folder, "stopped");
    const seed = await failure(() =>
      train(experiment, options({ folder: run, resume: true, seed: 2 })),
    );
    expect(seed.message).toContain("the seed is 1 there, 2 here");
    const edited = { ...experiment, source: { file: "classifier.sgnn", hash: "dead" } };
    const source = await failure(() => train(edited, options({ folder: run, resume: true })));
    expect(source.code).toBe("R333");
  });
  it("uses the previous generation when the newest is damaged, and says so", async () => {
    const run = join(folder, "damaged");
    const whole = await train(experiment, options({ folder: run, checkpointSeconds: 0 }));
    const path = join(run, "checkpoint.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
    const warnings: string[] = [];
    const resumed = await train(
      experiment,
      options({ folder: run, resume: true, onWarning: (text) => warnings.push(text) }),
    );
    expect(resumed.weights).toEqual(whole.weights);
    expect(warnings[0]).toContain("checkpoint.safetensors is damaged");
    writeFileSync(path, "not a checkpoint");
    writeFileSync(join(run, "checkpoint.previous.safetensors"), bytes);
    const error = await failure(() => train(experiment, options({ folder: run, resume: true })));
    expect(error.code).toBe("R332");
  });
  it("weights are not a checkpoint", async () => {
    const run = join(folder, "foreign");
    await train(experiment, options({ folder: run }));
    writeFileSync(
      join(run, "checkpoint.safetensors"),
      readFileSync(join(run, "weights.safetensors")),
    );
    rmSync(join(run, "checkpoint.previous.safetensors"), { force: true });
    const error = await failure(() => train(experiment, options({ folder: run, resume: true })));
    expect(error.message).toContain("is not a checkpoint of this tool");
  });
  it("tells when the folder cannot be written, and leaves nothing behind", async () => {
    writeFileSync(join(folder, "file"), "");
    const error = await failure(() =>
      train(experiment, options({ folder: join(folder, "file", "run") })),
    );
    expect(error.code).toBe("R204");
    if (process.getuid?.() === 0) return; // root may write anywhere
    const locked = mkdtempSync(join(folder, "locked-"));
    chmodSync(locked, 0o500);
    expect(
      (await failure(() => train(experiment, options({ folder: join(locked, "run") })))).code,
    ).toBe("R204");
    expect(existsSync(join(locked, "run"))).toBe(false);
  });
});

describe("a loss that is not finite", () => {
  const data = writeGraphs(folder, "nan.npz");
  it("stops training, keeps the best weights and says what to do", async () => {
    const run = join(folder, "nan");
    const result = await train(
      regressor(data, { epochs: 50, optimize: [{ name: "sgd", args: { rate: 3 } }] }),
      options({ folder: run }),
    );
    expect(result.status).toBe("diverged");
    expect(result.problem?.code).toBe("R310");
    expect(result.message).toMatch(/the loss became (Infinity|NaN) in epoch \d+, step \d+/);
    expect(readRun(run).status).toBe("diverged");
    for (const { data: values } of result.weights.values()) {
      expect(Array.from(values as Float32Array).every(Number.isFinite)).toBe(true);
    }
  });
  it("in the first epoch there are no weights to keep", async () => {
    const bad: Experiment = {
      ...regressor(data, { epochs: 3 }),
      loss: (output, target) =>
        add(meanSquare(output, target), mean(log(neg(add(square(output), 1))))),
    };
    const result = await train(bad, options());
    expect(result.status).toBe("diverged");
    expect(result.epoch).toBe(0);
    expect(result.weights.size).toBe(0);
    expect(result.message).toContain("there are no weights from before");
  });
  it("a loss without parameters is told", async () => {
    const bad: Experiment = { ...regressor(data), loss: (_, target) => mean(mul(target, target)) };
    expect((await failure(() => train(bad, options()))).code).toBe("R141");
  });
});
