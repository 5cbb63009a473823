/** Sweeps: parallel processes, resuming, shards, the cluster's manifest, merging, the report. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CommandError } from "../../compiler/cli/errors.js";
import { Job, type IJob } from "kubernetes-models/batch/v1";
import { PersistentVolumeClaim, type IPersistentVolumeClaim } from "kubernetes-models/v1";
import { containerfile, manifestOf } from "../../compiler/cli/training/kubernetes.js";
import { readShard, tasksOf } from "../../compiler/cli/training/shard.js";
import { budgetOf, sweep } from "../../compiler/cli/training/sweep.js";
import { quoted } from "../../compiler/cli/training/words.js";
import { executable, folder, sgnnc } from "./support.js";

const source = `data Trusses {
  generate trusses(count: 30, seed: 3, cells: 2)
  graph g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "stiffness"
  split  random 60 : 20 : 20
  scale  x, target standard
}
model Net<A: relu>(g: graph(x: real[N, 5])) -> real[G, 1] {
  let h = g.x |> SAGE<8>(g) |> A
  return pool mean h over g |> Dense<1>
}
variant Plain = Net<A: relu>
variant Spiky = Net<A: VSN>
train Net on Trusses {
  loss     mse(output, target)
  optimize adam(rate: 0.01)
  epochs   3
  batch    8
  seeds    1, 2
  report   r2, energy
}
`;

function project(): string {
  const path = folder();
  writeFileSync(join(path, "net.sgnn"), source);
  return path;
}

const run = (cwd: string, model: string, seed: number): string =>
  join(cwd, "runs", "net", model, `seed-${seed}`);

describe("a sweep", () => {
  it("trains in processes of its own, skips what is done, merges and reports", async () => {
    const cwd = project();
    const words = ["train", "net.sgnn", "--all-variants", "--seeds", "1..2", "--backend", "cpu"];
    const half = await sgnnc([...words, "--shard", "1/2", "--json"], cwd);
    expect(half.code).toBe(0);
    // Every second run: the first seed of each variant.
    expect([1, 2].map((seed) => existsSync(run(cwd, "Spiky", seed)))).toEqual([true, false]);
    const before = statSync(join(run(cwd, "Plain", 1), "run.json")).mtimeMs;
    const all = await sgnnc([...words, "--resume", "--json", "--jobs", "2"], cwd);
    expect(all.code).toBe(0);
    const { runs, comparison } = JSON.parse(all.stdout) as {
      runs: { name: string; seed: number; status: string }[];
      comparison: { name: string; seeds: number; metrics: Record<string, { mean: number }> }[];
    };
    expect(runs.map(({ name, seed, status }) => `${name} ${seed} ${status}`)).toEqual([
      "Plain 1 finished",
      "Plain 2 finished",
      "Spiky 1 finished",
      "Spiky 2 finished",
    ]);
    expect(all.stderr).toContain("Plain, seed 1: already trained");
    expect(statSync(join(run(cwd, "Plain", 1), "run.json")).mtimeMs).toBe(before);
    const spiky = comparison.find(({ name }) => name === "Spiky")!;
    expect(spiky.metrics["energy_uJ"]!.mean).toBeLessThan(spiky.metrics["energy_dense_uJ"]!.mean);

    const merged = await sgnnc(["merge", "runs", "--out", "all", "--json"], cwd);
    expect(merged.code).toBe(0);
    const table = JSON.parse(merged.stdout) as { comparison: { name: string; seeds: number }[] };
    expect(table.comparison.map(({ name, seeds }) => `${name} ${seeds}`)).toEqual([
      "Plain 2",
      "Spiky 2",
    ]);
    expect(existsSync(join(cwd, "all", "Spiky", "seed-2", "weights.safetensors"))).toBe(true);

    const into = ["--out", "page.html", "--json", "--backend", "cpu"];
    const report = await sgnnc(["report", "all", ...into], cwd);
    expect(report.stderr).not.toContain("not measured");
    expect(report.code).toBe(0);
    // The page has the rows that training printed, the baselines among them.
    const { variants } = JSON.parse(report.stdout) as {
      variants: { name: string; seeds: number[]; metrics: Record<string, { mean: number }> }[];
    };
    expect(variants.map(({ name, seeds }) => `${name} ${seeds.join()}`)).toEqual(
      ["Plain", "Spiky", "mean", "ridge"].map((name) => `${name} 1,2`),
    );
    for (const { name, metrics } of variants) {
      const row = comparison.find((one) => one.name === name)!;
      expect(metrics["r2"]!.mean, name).toBeCloseTo(row.metrics["r2"]!.mean, 12);
    }
    const page = readFileSync(join(cwd, "page.html"), "utf8");
    expect(page).toContain('<tr><th scope="row">Spiky</th>');
    expect(page).toContain("h.vsn");
    expect(existsSync(join(cwd, "all", "Plain", "seed-1", "examination.json"))).toBe(true);
  }, 240_000);

  it("goes on after kill -9 without repeating a finished run", async () => {
    const cwd = project();
    const words = ["train", "net.sgnn", "--all-variants", "--backend", "cpu", "--epochs", "40"];
    const child = spawn(process.execPath, [executable, ...words, "--jobs", "1"], { cwd });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => {
        if (/Plain, seed 1: 40 epochs/.test(chunk.toString())) resolve();
      });
    });
    child.kill("SIGKILL");
    await ended;
    const record = join(run(cwd, "Plain", 1), "run.json");
    const before = statSync(record).mtimeMs;
    const again = await sgnnc([...words, "--resume"], cwd);
    expect(again.stderr).toContain("Plain, seed 1: already trained");
    expect(again.code).toBe(0);
    expect(statSync(record).mtimeMs).toBe(before);
    expect(again.stdout).toMatch(/Spiky +\d+/);
  }, 240_000);

  it("says which run failed and finishes the others", async () => {
    const results: string[] = [];
    const done = await sweep(
      [
        { label: "bad", words: ["train", "missing.sgnn"] },
        { label: "good", words: ["--version"] },
      ],
      { jobs: 2, threads: 1, memory: 2 ** 40 },
      { executable, onLine: (label) => results.push(label), signal: new AbortController().signal },
    );
    expect(done.map(({ label, code }) => `${label} ${code}`)).toEqual(["bad 2", "good 0"]);
    expect(done[0]!.lastWords).toContain("missing.sgnn");
  });

  it("keeps to its budget", () => {
    const budget = budgetOf({ cores: 8, jobs: undefined, memoryGiB: 4, tasks: 3 });
    expect(budget).toEqual({ jobs: 3, threads: 2, memory: 4 * 2 ** 30 });
    expect(budgetOf({ cores: 2, jobs: 5, memoryGiB: 1, tasks: 9 })).toMatchObject({
      jobs: 5,
      threads: 1,
    });
  });
});

describe("shards", () => {
  it("divide the tasks, each into exactly one", () => {
    const tasks = Array.from({ length: 10 }, (_, k) => k);
    const parts = [1, 2, 3].map((index) => tasksOf(tasks, { index, count: 3 }));
    expect(parts).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7],
      [2, 5, 8],
    ]);
  });
  it("come from the option, or from the index of an Indexed Job", () => {
    expect(readShard("2/8", {})).toEqual({ index: 2, count: 8 });
    expect(readShard("auto/8", { JOB_COMPLETION_INDEX: "7" })).toEqual({ index: 8, count: 8 });
    for (const [text, environment] of [
      ["0/8", {}],
      ["9/8", {}],
      ["half", {}],
      ["auto/8", {}],
      ["auto/8", { JOB_COMPLETION_INDEX: "8" }],
      ["auto/8", { JOB_COMPLETION_INDEX: "x" }],
    ] as const) {
      expect(() => readShard(text, environment)).toThrow(CommandError);
    }
  });
});

describe("the manifest for Kubernetes", () => {
  it("is an Indexed Job whose pods share the work and the volume", async () => {
    const cwd = project();
    mkdirSync(join(cwd, "sweep"));
    const words = ["train", "net.sgnn", "--seeds", "1..5", "--kubernetes", "sweep"];
    const result = await sgnnc([...words, "--shards", "3", "--image", "lab/net:1"], cwd);
    expect(result.code).toBe(0);
    const written = JSON.parse(readFileSync(join(cwd, "sweep", "job.json"), "utf8")) as unknown;
    expect(written).toEqual(
      manifestOf({
        name: "sgnn-net",
        image: "lab/net:1",
        shards: 3,
        cores: 2,
        memoryGiB: 4,
        words: ["train", "net.sgnn", "--seeds", "1..5"],
      }),
    );
    expect(written).toMatchObject({
      items: [
        { kind: "PersistentVolumeClaim" },
        {
          apiVersion: "batch/v1",
          kind: "Job",
          spec: {
            completionMode: "Indexed",
            completions: 3,
            template: {
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    command: [
                      ...["npx", "sgnnc", "train", "net.sgnn", "--seeds", "1..5"],
                      ...["--shard", "auto/3", "--resume", "--out", "/runs"],
                    ],
                  },
                ],
              },
            },
          },
        },
      ],
    });
    const image = readFileSync(join(cwd, "sweep", "Containerfile"), "utf8");
    expect(image).toBe(containerfile(process.versions.node.split(".")[0]!));
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });
  it("is what the published schema of the Kubernetes API takes", () => {
    const [claim, job] = manifestOf({
      ...{ name: "sgnn-net", image: "lab/net:1", shards: 3, cores: 2, memoryGiB: 4 },
      words: ["train", "net.sgnn"],
    }).items;
    new PersistentVolumeClaim(claim as IPersistentVolumeClaim).validate();
    new Job(job as IJob).validate();
    // The schema does look: the same job with a text for a number, and without its pods.
    const wrong = (changes: object) => () =>
      new Job({ ...job, spec: { ...job.spec, ...changes } } as IJob).validate();
    expect(wrong({ completions: "3" })).toThrow("completions must be integer");
    expect(wrong({ template: undefined })).toThrow("must have required property template");
  });
});

describe("wrong calls", () => {
  it.each([
    [["--seeds", "5..1"], "a range goes up"],
    [["--seeds", "1..x"], "write --seeds 1,2,3 or --seeds 1..3"],
    [["--shard", "5/4"], "there is no part 5 of 4"],
    [["--shard", "auto/4"], "JOB_COMPLETION_INDEX"],
    [["--all-variants", "--memory", "lots"], "--memory must be a number above 0"],
  ])("%j", async (words, message) => {
    const cwd = project();
    const result = await sgnnc(["train", "net.sgnn", ...words], cwd);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(2);
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });
  it("report and merge of folders without runs", async () => {
    const cwd = project();
    for (const command of ["report", "merge"]) {
      const none = await sgnnc([command, "."], cwd);
      expect(none.stderr).toContain("there is no run in .");
      expect(none.code).toBe(1);
      expect((await sgnnc([command, "nowhere"], cwd)).code).toBe(2);
    }
    const wrong = await sgnnc(["report", ".", "--out", "page.pdf"], cwd);
    expect(wrong.stderr).toContain("--out names an .html file");
  });
});

describe("words for a shell", () => {
  it("are quoted where they must be", () => {
    expect(quoted(["train", "a b.sgnn", "it's", "--seeds", "1..3"])).toBe(
      "train 'a b.sgnn' 'it'\\''s' --seeds 1..3",
    );
  });
});
