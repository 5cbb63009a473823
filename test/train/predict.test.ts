import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ndarray, type NdArray } from "../../runtime/data/ndarray.js";
import { readNpzFile } from "../../runtime/data/npz.js";
import { SgnnError } from "../../runtime/error.js";
import { useBackend } from "../../runtime/tensor/backend.js";
import { duration, createProgress } from "../../runtime/train/progress.js";
import { inputNames } from "../../runtime/inference/inputs.js";
import { predict } from "../../runtime/train/predict.js";
import { readRunWeights } from "../../runtime/train/run-folder.js";
import { train } from "../../runtime/train/trainer.js";
import { writeGraphs } from "./data.js";
import { regressor } from "./models.js";

const folder = mkdtempSync(join(tmpdir(), "sgnn-predict-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const experiment = regressor(writeGraphs(folder), { epochs: 100 });
const run = join(folder, "run");
beforeAll(async () => {
  await useBackend("wasm");
  await train(experiment, { seed: 1, baseFolder: folder, folder: run, backend: { name: "wasm" } });
});
const f32 = (shape: number[], ...data: number[]): NdArray =>
  ndarray(shape, Float32Array.from(data));
const i32 = (shape: number[], ...data: number[]): NdArray => ndarray(shape, Int32Array.from(data));

function forward(inputs: Record<string, NdArray>, scaled = true) {
  const { tensors, label, scale } = readRunWeights(run);
  return predict(experiment, {
    inputs: new Map(Object.entries(inputs)),
    label: "in.npz",
    weights: tensors,
    weightsLabel: label,
    scale: scaled ? scale : undefined,
  });
}
const fails = (inputs: Record<string, NdArray>): SgnnError => {
  try {
    forward(inputs);
  } catch (error) {
    if (error instanceof SgnnError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};
const pair = {
  x: f32([2, 2], 0.1, 0.2, 0.3, 0.4),
  edge_index: i32([2, 2], 0, 1, 1, 0),
  attr: f32([2, 1], 1, 1),
  field: f32([1], 1),
};

describe("predict", () => {
  it("gives outputs in the units of the data, for a whole collection and one by one, without leaks", () => {
    const before = tf.memory().numTensors;
    const data = readNpzFile(join(folder, "graphs.npz"));
    const inputs: Record<string, NdArray> = {};
    for (const name of ["x", "edge_index", "edge_attr", "node_ptr", "edge_ptr", "field", "y"]) {
      inputs[name] = data.get(name)!;
    }
    const all = forward(inputs).outputs.get("output")!;
    expect(all.shape).toEqual([40, 1]);
    const truth = data.get("y")!.data as Float32Array;
    let error = 0;
    truth.forEach((value, k) => (error += Math.abs(value - Number(all.data[k])) / 40));
    expect(error).toBeLessThan(8);
    expect(tf.memory().numTensors).toBe(before);
    // Graph 3 alone gives what it gave among the others.
    const [from, to] = [3, 4].map((k) => Number(data.get("node_ptr")!.data[k]));
    const [first, last] = [3, 4].map((k) => Number(data.get("edge_ptr")!.data[k]));
    const edges = data.get("edge_index")!.data as Int32Array;
    const count = edges.length / 2;
    const alone = forward({
      x: ndarray([to! - from!, 2], (data.get("x")!.data as Float32Array).slice(2 * from!, 2 * to!)),
      edge_index: i32(
        [2, last! - first!],
        ...edges.slice(first, last),
        ...edges.slice(count + first!, count + last!),
      ),
      attr: ndarray(
        [last! - first!, 1],
        (data.get("edge_attr")!.data as Float32Array).slice(first, last),
      ),
      field: f32([1, 1], Number(data.get("field")!.data[3])),
    });
    expect(Number(alone.outputs.get("output")!.data[0])).toBeCloseTo(Number(all.data[3]), 3);
  });
  it("takes raw weights without scalers", () => {
    const scaled = Number(forward(pair).outputs.get("output")!.data[0]);
    const raw = Number(forward(pair, false).outputs.get("output")!.data[0]);
    expect(Math.abs(raw)).toBeLessThan(10);
    expect(scaled).toBeGreaterThan(50);
  });
  it("works on a graph without edges", () => {
    const lonely = { ...pair, edge_index: i32([2, 0]), attr: f32([0, 1]) };
    expect(forward(lonely).outputs.get("output")!.data).toHaveLength(1);
  });
  it("lists what a model takes", () => {
    expect(inputNames(experiment.info)).toEqual({
      required: ["x", "edge_index", "attr", "field"],
      optional: ["node_ptr", "edge_ptr"],
    });
  });
  it("tells what is wrong with the arrays", () => {
    const { field, ...without } = pair;
    const missing = fails({ ...without, feild: field });
    expect(missing.message).toBe('R340: in.npz has no array "field"');
    expect(missing.fix).toContain('did you mean "feild"?');
    expect(fails({ ...pair, extra: field }).message).toContain("that GraphRegressor does not take");
    expect(fails({ ...pair, x: f32([2, 1], 1, 2) }).message).toContain("x is real[N, 2], but");
    expect(fails({ ...pair, x: f32([2, 2], 1, NaN, 2, 3) }).message).toContain(
      "holds NaN at row 0, column 1",
    );
    expect(fails({ ...pair, edge_index: i32([2, 2], 0, 2, 1, 0) }).code).toBe("R250");
    expect(fails({ ...pair, attr: f32([3, 1], 1, 1, 1) }).code).toBe("R248");
    expect(fails({ ...pair, field: f32([1, 2], 1, 1) }).code).toBe("R281");
    expect(fails({ ...pair, field: f32([2], 1, 1) }).code).toBe("R341");
  });
});

describe("progress", () => {
  const event = (epoch: number) => ({
    name: "Net",
    epoch,
    epochs: 100,
    step: 3,
    steps: 3,
    loss: 0.123456,
    validation: { name: "accuracy", value: 0.5, best: 0.75 },
    spikeRate: 0.25,
    secondsLeft: 75,
  });
  it("draws one line on a terminal", () => {
    let written = "";
    let clock = 0;
    const stream = { isTTY: true, columns: 200, write: (text: string) => (written += text) };
    const reporter = createProgress(stream, () => (clock += 60));
    for (const epoch of [10, 11, 12]) reporter.update(event(epoch));
    reporter.done();
    expect(written.split("\r").length - 1).toBe(3);
    expect(written.endsWith("\n")).toBe(true);
    expect(written).toContain(
      "Net [##..................] epoch 10/100, loss 0.1235, validation accuracy 0.5000 (best 0.7500), spikes 25.0 %, 1 min 15 s left",
    );
  });
  it("writes some plain lines elsewhere", () => {
    let written = "";
    const reporter = createProgress({ write: (text: string) => (written += text) });
    for (let epoch = 1; epoch <= 100; epoch++) reporter.update(event(epoch));
    reporter.done();
    expect(written.split("\n").length - 1).toBe(21);
    expect(written).not.toContain("\r");
  });
  it("tells durations", () => {
    expect([3.4, 75, 3700].map(duration)).toEqual(["3 s", "1 min 15 s", "1 h 1 min"]);
  });
});
