/** `train`, `evaluate` and `run` on a few small trusses. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpzFile, writeNpz } from "../../runtime/data/npz.js";
import type { NdArray } from "../../runtime/data/ndarray.js";
import { readSafetensors } from "../../runtime/export/safetensors.js";
import { folder, sgnnc, type Result } from "./support.js";

const source = (epochs: number): string => `
data Trusses {
  generate trusses(count: 40, seed: 1)
  graph g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "stiffness"
  split random 60 : 20 : 20
  scale x, target standard
}
model Net<A: relu>(g: graph(x: real[N, 5])) -> real[G, 1] {
  let h = over time 2 { g.x |> SAGE<8>(g) |> A }
  return pool mean rate(h) over g |> Dense<1>
}
variant Smooth = Net<A: relu>
variant Spiking = Net<A: VSN>
train Net on Trusses {
  loss mse(output, target)
  optimize adam(rate: 0.01)
  epochs ${epochs}
  batch 8
  seeds 1, 2
  report mae, spike_rate
}
`;

/** A folder with truss.sgnn in it. */
function project(epochs = 2): string {
  const home = folder();
  writeFileSync(join(home, "truss.sgnn"), source(epochs));
  return home;
}

const cpu = ["--backend", "cpu"];
const json = (result: Result): Record<string, unknown> => {
  expect(result.stderr).not.toContain("unexpected failure");
  return JSON.parse(result.stdout) as Record<string, unknown>;
};

describe("train", () => {
  test("without options: all variants, all seeds, a table with the trivial baseline", async () => {
    const home = project();
    const { code, stdout } = await sgnnc(["train", "truss.sgnn", ...cpu], home);
    expect(code).toBe(0);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    const header = rows.findIndex((row) => row[0] === "model");
    expect(rows[header]).toEqual(["model", "parameters", "loss", "mae", "spike_rate", "epoch"]);
    expect(rows.slice(header + 1, header + 4).map((row) => row[0])).toEqual([
      "Smooth",
      "Spiking",
      "mean",
    ]);
    expect(rows[header + 1][3]).toMatch(/^\d\.\d+ ± \d\.\d+$/);
    expect(readdirSync(join(home, "runs", "truss", "Spiking"))).toEqual(["seed-1", "seed-2"]);
    const run = join(home, "runs", "truss", "Smooth", "seed-1");
    for (const name of [
      "run.json",
      "metrics.jsonl",
      "weights.safetensors",
      "truss.sgnn",
      "model.sgnn.ts",
      "model.mjs",
    ]) {
      expect(existsSync(join(run, name)), name).toBe(true);
    }
    for (const name of ["run.json", "origin.json", "model.mjs"]) {
      expect(readFileSync(join(run, name), "utf8"), name).not.toContain(home);
    }

    const again = await sgnnc(["train", "truss.sgnn", ...cpu], home);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("already holds a run");
    const resumed = await sgnnc(["train", "truss.sgnn", "--resume", ...cpu], home);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr.match(/already trained/g)).toHaveLength(4);
  });

  test("--json prints one document; the same seed gives the same numbers", async () => {
    const home = project();
    const words = ["train", "truss.sgnn", "--model", "Spiking", "--seed", "7", "--json", ...cpu];
    const one = json(await sgnnc([...words, "--out", "one"], home));
    const two = json(await sgnnc([...words, "--out", "two"], home));
    const metrics = (document: Record<string, unknown>): unknown =>
      (document.runs as { metrics: unknown }[]).map((run) => run.metrics);
    expect(metrics(one)).toEqual(metrics(two));
    expect(one.runs).toMatchObject([{ model: "Spiking", seed: 7, status: "finished" }]);
    const weights = (name: string): Buffer => readFileSync(join(home, name, "weights.safetensors"));
    expect(weights("one").equals(weights("two"))).toBe(true);
  });

  test("Ctrl-C saves a checkpoint, ends with 130, and --resume gives the same weights", async () => {
    const home = project(400);
    const words = ["train", "truss.sgnn", "--model", "Smooth", "--seed", "1", ...cpu];
    const stopped = await sgnnc([...words, "--out", "stopped"], home, (child) => {
      child.stderr?.on("data", (chunk: Buffer) => {
        if (chunk.toString("utf8").includes("epoch 20/")) child.kill("SIGINT");
      });
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain(
      "go on with: sgnnc train truss.sgnn --model Smooth --seed 1 --backend cpu --out stopped --resume",
    );
    const record = JSON.parse(readFileSync(join(home, "stopped", "run.json"), "utf8")) as {
      status: string;
      epoch: number;
    };
    expect(record.status).toBe("interrupted");
    expect(record.epoch).toBeLessThan(400);
    const resumed = await sgnnc([...words, "--out", "stopped", "--resume"], home);
    expect(resumed.code).toBe(0);
    await sgnnc([...words, "--out", "straight"], home);
    const weights = (name: string): Buffer => readFileSync(join(home, name, "weights.safetensors"));
    expect(weights("stopped").equals(weights("straight"))).toBe(true);
  });

  test("a model that is not trained here is wrong usage, with the near name", async () => {
    const { code, stderr } = await sgnnc(["train", "truss.sgnn", "--model", "Spikign"], project());
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean Spiking?");
    const several = ["train", "truss.sgnn", "--model", "Smooth,Spikign"];
    expect((await sgnnc(several, project())).stderr).toContain("did you mean Spiking?");
  });

  test("several names have commas between", async () => {
    const words = ["train", "truss.sgnn", "--model", "Spiking,Smooth", "--seed", "1", "--json"];
    const { runs } = json(await sgnnc([...words, ...cpu], project(1)));
    expect(runs).toMatchObject([{ model: "Spiking" }, { model: "Smooth" }]);
  });

  test("the name of a model means all its variants", async () => {
    const home = project(1);
    const words = ["train", "truss.sgnn", "--model", "Net", "--seed", "1", "--json", ...cpu];
    const { runs } = json(await sgnnc(words, home));
    expect(runs).toMatchObject([{ model: "Smooth" }, { model: "Spiking" }]);
  });

  test("an error in the source ends with 1 and leaves nothing behind", async () => {
    const home = folder();
    writeFileSync(join(home, "truss.sgnn"), source(2).replace("SAGE<8>", "SAJE<8>"));
    const { code, stderr } = await sgnnc(["train", "truss.sgnn"], home);
    expect(code).toBe(1);
    expect(stderr).toContain("SAGE");
    expect(readdirSync(home)).toEqual(["truss.sgnn"]);
  });
});

describe("a trained run", () => {
  test("is evaluated, inspected and run without its source", async () => {
    const home = project();
    const words = ["train", "truss.sgnn", "--model", "Spiking", "--seed", "1", "--out", "r"];
    const trained = json(await sgnnc([...words, "--json", ...cpu], home));

    const evaluated = json(await sgnnc(["evaluate", "r", "--json", ...cpu], home));
    const [run] = trained.runs as { metrics: { test: { mae: number; loss: number } } }[];
    expect(evaluated).toMatchObject({ split: "test", model: "Spiking" });
    expect((evaluated.metrics as { mae: number }).mae).toBe(run.metrics.test.mae);
    expect(evaluated.loss).toBe(run.metrics.test.loss);

    // What inspect says of the weights is what training saved.
    const inspected = json(
      await sgnnc(["inspect", "truss.sgnn", "--model", "Spiking", "--json"], home),
    );
    const [model] = inspected.models as { weights: { path: string; shape: number[] }[] }[];
    const { tensors } = readSafetensors(readFileSync(join(home, "r", "weights.safetensors")), "r");
    expect(Object.fromEntries(model.weights.map(({ path, shape }) => [path, shape]))).toEqual(
      Object.fromEntries([...tensors].map(([path, array]) => [path, array.shape])),
    );

    // Two graphs: a triangle and a pair.
    const inputs: Record<string, NdArray> = {
      x: { shape: [5, 5], dtype: "f32", data: Float32Array.from({ length: 25 }, (_, k) => k % 7) },
      edge_index: {
        shape: [2, 8],
        dtype: "i32",
        data: Int32Array.from([0, 1, 1, 2, 2, 0, 3, 4, 1, 0, 2, 1, 0, 2, 4, 3]),
      },
      node_ptr: { shape: [3], dtype: "i32", data: Int32Array.from([0, 3, 5]) },
    };
    writeFileSync(join(home, "in.npz"), writeNpz(inputs));
    const io = ["--input", "in.npz"];
    const ran = await sgnnc(["run", "r", ...io, "--output", "out.npz", ...cpu], home);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe("");
    const output = readNpzFile(join(home, "out.npz")).get("output");
    expect(output?.shape).toEqual([2, 1]);

    // The same weights from the source; without the run's scalers the numbers differ.
    const fromFile = await sgnnc(
      [
        ...["run", "truss.sgnn", "--model", "Spiking", "--weights", "r/weights.safetensors"],
        ...[...io, "--output", "same.npz", ...cpu],
      ],
      home,
    );
    expect(fromFile.code).toBe(0);
    expect(readNpzFile(join(home, "same.npz")).get("output")).toEqual(output);
  });

  test("a misnamed array is an error in the input that names the near one", async () => {
    const home = project();
    writeFileSync(
      join(home, "in.npz"),
      writeNpz({
        feat: { shape: [2, 5], dtype: "f32", data: new Float32Array(10) },
        edge_indx: { shape: [2, 1], dtype: "i32", data: Int32Array.from([0, 1]) },
      }),
    );
    const words = ["run", "truss.sgnn", "--model", "Smooth", "--input", "in.npz"];
    const { code, stderr } = await sgnnc([...words, "--output", "out.npz", ...cpu], home);
    expect(code).toBe(1);
    expect(stderr).toContain('in.npz has no array "x"');
    expect(existsSync(join(home, "out.npz"))).toBe(false);
  });

  test("code of another version is an error, and --replace writes it anew", async () => {
    const home = project();
    const words = ["train", "truss.sgnn", "--model", "Spiking", "--seed", "1", "--out", "r"];
    await sgnnc([...words, ...cpu], home);
    const origin = join(home, "r", "origin.json");
    const kept = readFileSync(origin, "utf8");
    writeFileSync(origin, kept.replace(/"code": ".*"/, '"code": "sgnn-code-1"'));

    const refused = await sgnnc(["evaluate", "r", ...cpu], home);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("another version of sgnn generated the code in r");
    expect(refused.stderr).toContain("train again with --replace");

    await sgnnc([...words, "--replace", ...cpu], home);
    expect(readFileSync(origin, "utf8")).toBe(kept);
    expect((await sgnnc(["evaluate", "r", ...cpu], home)).code).toBe(0);
  });

  test("a folder that is no run is an error in the input", async () => {
    const home = project();
    const { code, stderr } = await sgnnc(["evaluate", "."], home);
    expect(code).toBe(1);
    expect(stderr).toContain("is not a run");
  });
});
