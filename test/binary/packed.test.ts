/** Packed bits against the reference, and a packed layer against its float simulation. */
import * as tf from "@tensorflow/tfjs-core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  bitProduct,
  edgeBits,
  foldThresholds,
  hammingNearest,
  packColumns,
  packSigns,
} from "../../runtime/binary/packed.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import * as sg from "../../runtime/index.js";
import * as reference from "../../runtime/kernels/reference/bits.js";
import { nearest } from "../../runtime/kernels/reference/nearest.js";
import { compileModule } from "../conformance/compile.js";

const rng = sg.Rng.of(4, "bits");
const signsOf = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => (rng.integer(2) === 0 ? -1 : 1));

test("0 is +1, and the filling of a row is zero", () => {
  const { bytes } = packSigns([0, -0, -1e-30, 5, -2], 1, 5);
  expect([...bytes]).toEqual([0b01011, ...Array.from({ length: 15 }, () => 0)]);
});

describe("kernels mean what the reference says", () => {
  test.each([1, 5, 127, 128, 130, 1024, 4100])("products of rows of %i signs", (width) => {
    const x = packSigns(signsOf(3 * width), 3, width);
    const w = packSigns(signsOf(7 * width), 7, width);
    expect([...bitProduct(x, w)]).toEqual([...reference.bitProduct(x.bytes, w.bytes, 3, 7, width)]);
  });

  test.each([
    [256, 32, 1],
    [259, 37, 70],
    [300, 64, 128],
    [257, 33, 1030],
  ])("products of many rows, which look them up: %i by %i, %i signs", (rows, columns, width) => {
    const x = packSigns(signsOf(rows * width), rows, width);
    const w = packSigns(signsOf(columns * width), columns, width);
    expect(bitProduct(x, w)).toEqual(reference.bitProduct(x.bytes, w.bytes, rows, columns, width));
  });

  test("products of equal and of opposite rows, the ends of what a count can be", () => {
    const [rows, width] = [256, 65_535];
    const ones = packSigns(new Float32Array(rows * width).fill(1), rows, width);
    const both = packSigns(
      Float32Array.from({ length: 32 * width }, (_, at) => (at < 16 * width ? 1 : -1)),
      32,
      width,
    );
    const y = bitProduct(ones, both);
    const row = Array.from({ length: 32 }, (_, c) => (c < 16 ? width : -width));
    for (const r of [0, 1, rows - 1]) expect([...y.subarray(32 * r, 32 * r + 32)]).toEqual(row);
  });

  test.each([
    [3, [0, 25, 60], 9],
    [16, [0, 25, 60], 9],
    [128, [0, 16, 49, 97], 16],
    [129, [0, 7, 15, 40], 7],
    [200, [0, 1, 18], 1],
  ])("nearest rows by Hamming distance, %i signs, clouds %j, ties by number", (width, ends, k) => {
    const rows = ends.at(-1)!;
    const x = signsOf(rows * width);
    const pointers = Int32Array.from(ends);
    expect([...hammingNearest(packSigns(x, rows, width), pointers, k)]).toEqual([
      ...nearest(x, width, pointers, k),
    ]);
  });

  test("nearest of rows that are all the same, and of rows that differ in every sign", () => {
    const [rows, width] = [20, 32_766];
    const x = Float32Array.from({ length: rows * width }, (_, at) =>
      at < (rows / 2) * width ? 1 : -1,
    );
    const near = hammingNearest(packSigns(x, rows, width), Int32Array.of(0, rows), rows);
    const first = Array.from({ length: rows }, (_, j) => j);
    expect([...near.subarray(0, rows)]).toEqual(first);
    const last = near.subarray(rows * (rows - 1));
    expect([...last]).toEqual([...first.slice(rows / 2), ...first.slice(0, rows / 2)]);
  });

  test("an edge convolution with its maximum and its thresholds, whatever the signs", () => {
    const [nodes, k, width, channels] = [12, 4, 70, 9];
    const x = packSigns(signsOf(nodes * width), nodes, width);
    const w = signsOf(2 * width * channels);
    const near = Int32Array.from({ length: nodes * k }, () => rng.integer(nodes));
    const values = Int32Array.from({ length: channels }, () => rng.integer(21) - 10);
    const falls = Uint8Array.from({ length: channels }, (_, c) => c & 1);
    const smallest = Uint8Array.from({ length: channels }, (_, c) => (c >> 1) & 1);
    const bits = edgeBits(
      x,
      near,
      k,
      packColumns(w.subarray(0, width * channels), width, channels),
      packColumns(w.subarray(width * channels), width, channels),
      { values, falls },
      smallest,
    );
    const { largest, smallest: least } = reference.edgeExtremes(
      x.bytes,
      near,
      w,
      nodes,
      k,
      width,
      channels,
    );
    const expected = Array.from(largest, (most, at) => {
      const c = at % channels;
      const y = smallest[c] === 1 ? least[at]! : most;
      return (falls[c] === 1 ? y <= values[c]! : y >= values[c]!) ? 1 : -1;
    });
    expect([...reference.unpack(bits.bytes, nodes, channels)]).toEqual(expected);
  });
});

test("thresholds of functions that rise, fall, or never change their sign", () => {
  const { values, falls } = foldThresholds(4, 10, (c, y) => [y - 2.5, 1.5 - y, 1, -1][c]!);
  expect([...values]).toEqual([3, 1, -11, 11]);
  expect([...falls]).toEqual([0, 1, 0, 0]);
});

describe("a packed layer gives the bits of its float simulation", () => {
  const f = Math.fround;
  const sources: Readonly<Record<"BF1" | "BF2", string>> = {
    BF1: "{ concat(-x[j] * x[i], x[i]) @ w * scale |> PReLU } |> BatchNorm |> sign",
    BF2: "{ concat(-x[j] * x[i], x[i]) @ w * scale |> PReLU |> BatchNorm } |> sign",
  };
  test.each(["BF1", "BF2"] as const)("%s, with negative scales", async (kind) => {
    await sg.useBackend("wasm");
    const [nodes, k, width, channels] = [40, 6, 24, 33];
    const exported =
      await compileModule(`layer Edge<out>(x: sign[N, in], g: graph) -> sign[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real[out] = ones
  let near = knn<${k}, metric: hamming>(x)
  return gather max over j -> i in near ${sources[kind]}
}
model M(g: graph(x: real[N, ${width}])) -> sign[N, ${channels}] {
  return g.x |> sign |> Edge<${channels}>(g)
}`);
    const Model = exported["M"] as new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;
    const model = new Model(new sg.Scope({ seed: 2 }));
    const draw = (count: number, low: number, high: number): Float32Array =>
      rng.uniforms(count, low, high);
    const weights = sg.modelWeights(model);
    const set = (name: string, values: Float32Array): Float32Array => {
      const path = [...weights.keys()].find((one) => one.endsWith(name))!;
      weights.set(path, ndarray(weights.get(path)!.shape, values));
      return values;
    };
    const w = set("output.w", draw(2 * width * channels, -1, 1));
    const scale = set("output.scale", draw(channels, -1, 1));
    const [slope] = set("slope", Float32Array.of(0.25));
    const gamma = set("batchNorm.scale", draw(channels, -1, 1));
    const beta = set("batchNorm.shift", draw(channels, -1, 1));
    const mean = set("batchNorm.mean", draw(channels, -3, 3));
    const variance = set("batchNorm.variance", draw(channels, 0.5, 2));
    sg.setWeights(model, weights, "by hand");

    const values = draw(nodes * width, -1, 1);
    const x = tf.tensor2d(values, [nodes, width]);
    const g = sg.createGraph({ edgeIndex: { sources: [], targets: [] }, nodes: { x } });
    const simulated = tf.tidy(() => [...model.forward({ g }, sg.createRun()).dataSync()]);

    // The same arithmetic, rounded to float32 after every operation as the tensors are.
    const thresholds = foldThresholds(channels, 2 * width, (c, product) => {
      const scaled = f(product * scale[c]!);
      const rectified = f(Math.max(scaled, 0) + f(slope! * Math.min(scaled, 0)));
      const deviation = f(Math.sqrt(f(variance[c]! + f(1e-5))));
      return f(f(f(f(rectified - mean[c]!) / deviation) * gamma[c]!) + beta[c]!);
    });
    const bits = packSigns(values, nodes, width);
    const packed = edgeBits(
      bits,
      hammingNearest(bits, Int32Array.of(0, nodes), k),
      k,
      packColumns(w.subarray(0, width * channels), width, channels),
      packColumns(w.subarray(width * channels), width, channels),
      thresholds,
      kind === "BF1" ? Uint8Array.from(scale, (s) => (s < 0 ? 1 : 0)) : undefined,
    );
    expect([...reference.unpack(packed.bytes, nodes, channels)]).toEqual(simulated);
    expect(new Set(simulated).size).toBe(2);
    x.dispose();
    model.dispose();
  });
});

describe("what is refused", () => {
  const rows = packSigns(signsOf(20), 2, 10);
  test("bits that are cut short, another width, lists of another length", () => {
    const short = { ...rows, bytes: rows.bytes.subarray(1) };
    expect(() => bitProduct(short, rows)).toThrow("31 bytes for 2 rows of 10 signs");
    const other = packSigns(signsOf(22), 2, 11);
    expect(() => bitProduct(rows, other)).toThrow("rows of 10 signs and weights of 11");
    const thresholds = { values: Int32Array.of(0), falls: Uint8Array.of(0, 0) };
    expect(() => edgeBits(rows, Int32Array.of(0, 1), 1, rows, rows, thresholds)).toThrow(
      "1 thresholds where 2 are needed",
    );
    expect(() => hammingNearest(rows, Int32Array.of(0, 2), 3)).toThrow(
      "knn<3>: cloud 0 has 2 points",
    );
    expect(() => packSigns([1], 1, 2)).toThrow("1 numbers for 1 rows of 2 signs");
  });
});

describe("packed files", () => {
  const source = `model M(g: graph(x: real[N, 20])) -> real[N, 3] {
  return g.x |> BiGCN<37>(g) |> Standardise |> BiGCN<3>(g)
}`;
  test("hold one bit per sign, and give the same network back", async () => {
    await sg.useBackend("wasm");
    const exported = await compileModule(source);
    const Model = exported["M"] as new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;
    const model = new Model(new sg.Scope({ seed: 3 }));
    const folder = mkdtempSync(join(tmpdir(), "sgnn-packed-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "weights.packed.safetensors");
    const bytes = sg.writePacked(model, sg.modelWeights(model));
    writeFileSync(file, bytes);
    const { tensors } = sg.readSafetensors(bytes, "packed");
    const path = [...tensors.keys()].find((one) => one.endsWith("biGcn1.weight"))!;
    expect(tensors.get(path)!.data.length).toBe(Math.ceil((20 * 37) / 8));

    const other = new Model(new sg.Scope({ seed: 4 }));
    sg.setWeights(other, sg.readWeightsFile(file).tensors, file);
    const x = tf.tensor2d(rng.uniforms(5 * 20, -1, 1), [5, 20]);
    const g = sg.createGraph({
      edgeIndex: [
        [0, 1, 2, 3],
        [1, 2, 3, 4],
      ],
      nodes: { x },
    });
    const outputs = [model, other].map((one) =>
      tf.tidy(() => [...one.forward({ g }, sg.createRun()).dataSync()]),
    );
    outputs[0]!.forEach((value, k) => expect(outputs[1]![k]).toBeCloseTo(value, 5));

    const cut = new Map(tensors);
    cut.set(path, ndarray([3], Uint8Array.of(1, 2, 3)));
    const { metadata } = sg.readSafetensors(bytes, "packed");
    writeFileSync(file, sg.writeSafetensors(cut, metadata));
    expect(() => sg.readWeightsFile(file)).toThrow("has 3 bytes of signs and 37 scales");
    const narrow = new Map(tensors);
    narrow.set(`${path}.scale`, ndarray([36], new Float32Array(36)));
    writeFileSync(file, sg.writeSafetensors(narrow, metadata));
    expect(() => sg.readWeightsFile(file)).toThrow("has 93 bytes of signs and 36 scales");
    writeFileSync(file, bytes.subarray(0, bytes.length - 8));
    expect(() => sg.readWeightsFile(file)).toThrow(/R40\d/);
    x.dispose();
  });
});
