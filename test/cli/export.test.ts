/** `sgnnc export` of trained runs, as a user calls it. */
import * as ort from "onnxruntime-web";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { ndarray } from "../../runtime/data/ndarray.js";
import { readNpzFile, writeNpz } from "../../runtime/data/npz.js";
import { readSafetensors } from "../../runtime/export/safetensors.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { readNir } from "../export/nir-file.js";
import { simulate } from "../export/nir-rules.js";
import { sgnnc } from "./support.js";

const source = `
neuron Hard<beta: 0.8, learn threshold: 0.7 per channel> {
  state  v = 0
  update v = beta * v + input
  spike  when v > threshold  surrogate atan(alpha: 2)
  reset  v = 0
  emit   1
}
data Points {
  file   "points.npz"
  graph  g { nodes x = "x"; edges = "edge_index" }
  sample target = "y"
  split  given train = "train_mask", validation = "val_mask", test = "test_mask"
}
model Spiking(g: graph(x: real[N, 4])) -> real[N, 2] {
  return rate(over time 8 { g.x |> Dense<12> |> Hard |> Dense<2> |> Hard })
}
model Net<L: GCN>(g: graph(x: real[N, 4])) -> real[N, 2] {
  return g.x |> L<8>(g) |> relu |> L<2>(g)
}
variant WithGCN  = Net<L: GCN>
variant WithSAGE = Net<L: SAGE>
variant WithGAT  = Net<L: GAT>
train Spiking on Points {
  loss     cross_entropy(output, target)
  optimize adam(rate: 0.05)
  epochs   8
  report   accuracy
}
train Net on Points {
  loss     cross_entropy(output, target)
  optimize adam(rate: 0.05)
  epochs   8
  report   accuracy
}
`;
const nodes = 60;
let home = "";

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  home = mkdtempSync(join(tmpdir(), "sgnn-export-"));
  const rng = Rng.of(1, "points");
  const x = rng.normals(nodes * 4, 0, 1);
  const y = Int32Array.from({ length: nodes }, (_, n) => (x[4 * n]! > x[4 * n + 1]! ? 1 : 0));
  const edges = Int32Array.from({ length: 2 * 90 }, () => rng.integer(nodes));
  const part = (from: number, to: number) =>
    ndarray(
      [nodes],
      Uint8Array.from({ length: nodes }, (_, n) => (n >= from && n < to ? 1 : 0)),
    );
  const inputs = { x: ndarray([nodes, 4], x), edge_index: ndarray([2, 90], edges) };
  const masks = { train_mask: part(0, 40), val_mask: part(40, 50), test_mask: part(50, 60) };
  writeFileSync(
    join(home, "points.npz"),
    writeNpz({ ...inputs, ...masks, y: ndarray([nodes], y) }),
  );
  writeFileSync(join(home, "in.npz"), writeNpz(inputs));
  writeFileSync(join(home, "nets.sgnn"), source);
  const { code, stderr } = await sgnnc(
    ["train", "nets.sgnn", "--all-variants", "--backend", "cpu", "--out", "runs", "--seed", "1"],
    home,
  );
  expect(code, stderr).toBe(0);
  return () => rmSync(home, { recursive: true, force: true });
}, 240_000);

const run = (model: string): string => join("runs", model, "seed-1");

/** What `sgnnc run` gives for the same weights. */
async function ours(model: string): Promise<Float32Array> {
  const words = ["run", run(model), "--input", "in.npz", "--output", `${model}.npz`];
  expect((await sgnnc([...words, "--backend", "cpu"], home)).code).toBe(0);
  return readNpzFile(join(home, `${model}.npz`)).get("output")!.data as Float32Array;
}

describe("a trained run", () => {
  test.each(["WithGCN", "WithSAGE", "WithGAT"])("%s as ONNX", async (model) => {
    const { code, stdout } = await sgnnc(["export", run(model), "--to", "onnx"], home);
    expect(code).toBe(0);
    expect(stdout).toBe(`${join(run(model), "model.onnx")}\n`);
    const session = await ort.InferenceSession.create(
      readFileSync(join(home, run(model), "model.onnx")),
    );
    const inputs = readNpzFile(join(home, "in.npz"));
    const ends = BigInt64Array.from(inputs.get("edge_index")!.data as Int32Array, BigInt);
    const { output } = await session.run({
      x: new ort.Tensor("float32", inputs.get("x")!.data as Float32Array, [nodes, 4]),
      edge_index: new ort.Tensor("int64", ends, [2, 90]),
    });
    const theirs = output!.data as Float32Array;
    (await ours(model)).forEach((value, k) => {
      expect(Math.abs(value - theirs[k]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  test("a spiking network as NIR: by NIR's equations it spikes as ours", async () => {
    const words = ["export", run("Spiking"), "--to", "nir", "--json"];
    const { code, stdout } = await sgnnc(words, home);
    expect(code).toBe(0);
    const { file, report } = JSON.parse(stdout) as { file: string; report: { how: string }[] };
    expect(new Set(report.map(({ how }) => how))).toEqual(new Set(["exact", "left out"]));
    const data = readNpzFile(join(home, "in.npz")).get("x")!.data as Float32Array;
    const spikes = simulate(await readNir(join(home, file)), { x: { rows: nodes, data } }, 8, 2);
    const rate = Array.from(
      { length: 2 * nodes },
      (_, k) =>
        [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, t) => sum + spikes[t * 2 * nodes + k]!, 0) / 8,
    );
    expect(rate).toEqual(Array.from(await ours("Spiking")));
    expect(new Set(rate).size).toBeGreaterThan(3);
  });

  test("its weights and its curves", async () => {
    const weights = ["export", run("Spiking"), "--to", "safetensors", "--out", "w/out.safetensors"];
    expect((await sgnnc(weights, home)).stdout).toBe("w/out.safetensors\n");
    const read = readSafetensors(readFileSync(join(home, "w", "out.safetensors")), "w");
    const saved = readSafetensors(
      readFileSync(join(home, run("Spiking"), "weights.safetensors")),
      "w",
    );
    expect(read.tensors).toEqual(saved.tensors);
    expect(read.metadata["model"]).toBe("Spiking");
    const curves = ["export", run("Spiking"), "--to", "tensorboard", "--out", "events.tfevents.1"];
    expect((await sgnnc(curves, home)).code).toBe(0);
    const text = readFileSync(join(home, "events.tfevents.1")).toString("latin1");
    expect(text.match(/train\/loss/g)).toHaveLength(8);
    expect(text).toContain("chosen/test/accuracy");
  });
});

describe("a picture of the model", () => {
  test("with the rates of a run", async () => {
    const words = ["inspect", "nets.sgnn", "--picture", "pictures/s.svg", "--run", run("Spiking")];
    const { code, stdout } = await sgnnc(words, home);
    expect(code).toBe(0);
    expect(stdout).toBe("pictures/s.svg\n");
    const text = readFileSync(join(home, "pictures", "s.svg"), "utf8");
    expect(text).toMatch(/output\.hard1 · 12 weights · fires \d+\.\d %/);
  });
  test.each([
    [["--picture", "a.svg"], "choose one with --model: Spiking, WithGCN, WithSAGE, WithGAT"],
    [["--picture", "a.png"], "--picture names an .svg file, not a.png"],
    [["--run", "runs"], "add --picture FILE.svg"],
    [["--picture", "a.svg", "--model", "WithGCN", "--run", "runs/Spiking"], "not one of WithGCN"],
  ])("%j", async (more, message) => {
    const { code, stderr } = await sgnnc(["inspect", "nets.sgnn", ...more], home);
    expect(stderr).toContain(message);
    expect([1, 2]).toContain(code);
  });
});

describe("nothing is written when it cannot be done", () => {
  const fails = async (words: readonly string[]) => {
    const before = readdirSync(home, { recursive: true }).sort();
    const result = await sgnnc(["export", ...words], home);
    expect(readdirSync(home, { recursive: true }).sort()).toEqual(before);
    return result;
  };
  test.each([
    [["runs"], 2, "export needs --to FORMAT"],
    [[run("WithGCN"), "--to", "onxn"], 2, "did you mean onnx?"],
    [[run("WithGCN"), "--to", "onnx", "--exact"], 2, "--exact is about NIR"],
    [[run("WithGCN"), "--to", "onnx", "--out", "runs"], 2, "runs is a folder"],
    [["nowhere", "--to", "onnx"], 2, "nowhere"],
    [["nets.sgnn", "--to", "onnx"], 2, "nets.sgnn is not a run folder"],
    [["runs", "--to", "onnx"], 2, "there are 4 runs below runs"],
    [[run("Spiking"), "--to", "onnx"], 1, "ONNX cannot say `over time` with more than one step"],
    [[run("WithGCN"), "--to", "nir", "--out", "new/x.nir"], 1, "NIR cannot say `GCN`"],
    [[run("WithGCN"), "--to", "onnx", "--out", "points.npz/x.onnx"], 3, "cannot be written"],
  ])("%j", async (words, code, message) => {
    const result = await fails(words);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("unexpected failure");
    expect(result.stdout).toBe("");
    expect(result.code).toBe(code);
  });
  test("a folder that is no run, a run without weights, a damaged run", async () => {
    mkdirSync(join(home, "empty"));
    const half = join(home, "half");
    mkdirSync(half);
    onTestFinished(() => {
      for (const name of ["empty", "half"]) {
        rmSync(join(home, name), { recursive: true, force: true });
      }
    });
    expect((await fails(["empty", "--to", "onnx"])).stderr).toContain("empty is not a run");
    for (const name of ["run.json", "nets.sgnn"]) {
      writeFileSync(join(half, name), readFileSync(join(home, run("WithGCN"), name)));
    }
    expect((await fails(["half", "--to", "onnx"])).stderr).toContain("has no weights yet");
    expect((await fails(["half", "--to", "tensorboard"])).stderr).toContain("has no epochs yet");
    for (const file of ["weights.safetensors", "metrics.jsonl"]) {
      writeFileSync(join(half, file), readFileSync(join(home, run("WithGCN"), file)));
    }
    writeFileSync(join(half, "run.json"), "{");
    const damaged = await fails(["half", "--to", "safetensors"]);
    expect(damaged.stderr).toContain("run.json is damaged");
    expect(damaged.code).toBe(1);
  });
});
