/**
 * Data and files that do not fit, through `sgnnc train`, `run` and `evaluate`: a sentence that names the
 * place, the exit code of the contract, nothing written. Called in this process, which is the same code
 * without its start-up time.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommandLine } from "../../compiler/cli/run.js";
import type { NdArray } from "../../runtime/data/ndarray.js";
import { writeNpz } from "../../runtime/data/npz.js";
import { folder } from "./support.js";

const source = `data Toy {
  file   "toy.npz"
  graph  g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "y"
  split  random 60 : 20 : 20
  scale  x standard
}
model Net(g: graph(x: real[N, 2])) -> real[G, 2] {
  let h = g.x |> SAGE<4>(g) |> relu
  let p = pool mean h over g
  return p |> Dense<2>
}
train Net on Toy {
  loss     cross_entropy(output, target)
  optimize adam(rate: 0.01)
  epochs   2
  batch    4
  seeds    1
  report   accuracy
}
`;

const f32 = (shape: number[], data: number[]): NdArray => ({
  shape,
  dtype: "f32",
  data: Float32Array.from(data),
});
const i32 = (shape: number[], data: number[]): NdArray => ({
  shape,
  dtype: "i32",
  data: Int32Array.from(data),
});

/** Ten graphs of three nodes: 0 - 1, and node 2 alone; the last graph has no edges at all. */
function toy(): Record<string, NdArray> {
  const graphs = Array.from({ length: 10 }, (_, k) => k);
  const edges = graphs.slice(0, 9).flatMap(() => [0, 1]);
  return {
    x: f32(
      [30, 2],
      Array.from({ length: 60 }, (_, k) => Math.sin(k)),
    ),
    edge_index: i32([2, 18], [...edges, ...edges.map((node) => 1 - node)]),
    node_ptr: i32(
      [11],
      [...graphs, 10].map((k) => 3 * k),
    ),
    edge_ptr: i32([11], [...graphs.map((k) => Math.min(2 * k, 18)), 18]),
    y: i32(
      [10],
      graphs.map((k) => k % 2),
    ),
  };
}

function put(array: NdArray, at: number, value: number): NdArray {
  const data = array.data.slice() as Float32Array;
  data[at] = value;
  return { ...array, data } as NdArray;
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function sgnnc(...words: string[]): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const code = await runCommandLine(words, {
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    interactive: false,
    color: false,
    columns: 100,
  });
  expect(stderr).not.toContain("unexpected failure");
  return { code, stdout, stderr };
}

function project(data: Record<string, NdArray> | Uint8Array | undefined, text = source): string {
  const home = folder();
  writeFileSync(join(home, "toy.sgnn"), text);
  if (data !== undefined) {
    writeFileSync(join(home, "toy.npz"), data instanceof Uint8Array ? data : writeNpz(data));
  }
  return home;
}

const train = (home: string, ...more: string[]): Promise<Outcome> =>
  sgnnc("train", join(home, "toy.sgnn"), "--backend", "cpu", "--out", join(home, "runs"), ...more);

describe("data that does not fit", () => {
  const right = toy();
  const archive = writeNpz(right);
  test.each<readonly [string, Record<string, NdArray> | Uint8Array | undefined, string]>([
    ["no file", undefined, "there is no file "],
    ["a truncated archive", archive.slice(0, archive.length - 40), "toy.npz"],
    ["half an archive", archive.slice(0, archive.length / 2), "toy.npz"],
    ["no archive at all", new TextEncoder().encode("x,y\n1,2\n"), "toy.npz"],
    ["an empty file", new Uint8Array(0), "toy.npz"],
    [
      "NaN among the features",
      { ...right, x: put(right.x, 5, NaN) },
      "holds NaN at row 2, column 1",
    ],
    [
      "an infinite feature",
      { ...right, x: put(right.x, 4, Infinity) },
      "holds Infinity at row 2, column 0",
    ],
    [
      "an edge to a node that is not there",
      { ...right, edge_index: put(right.edge_index, 3, 7) },
      "but graph 1 has nodes 0 to 2",
    ],
    [
      "an edge from a negative node",
      { ...right, edge_index: put(right.edge_index, 0, -1) },
      "edge 0 goes from node -1",
    ],
    ["a label outside of the classes", { ...right, y: put(right.y, 3, 2) }, "has label 2"],
    [
      "labels that are no whole numbers",
      { ...right, y: f32([10], Array<number>(10).fill(0.5)) },
      'sample target: array "y" in',
    ],
    [
      "features as wide as the model does not take",
      { ...right, x: f32([30, 3], Array<number>(90).fill(1)) },
      "3",
    ],
    ["too few labels", { ...right, y: i32([9], [0, 1, 0, 1, 0, 1, 0, 1, 0]) }, "has 9 rows"],
    ["a graph without nodes", { ...right, node_ptr: put(right.node_ptr, 1, 0) }, "graph 0"],
    [
      "edges as fractions",
      { ...right, edge_index: f32([2, 18], Array<number>(36).fill(0.5)) },
      "edge_index",
    ],
    [
      "edges in one row",
      { ...right, edge_index: i32([36], Array<number>(36).fill(0)) },
      "edge_index",
    ],
    ["an array that is missing", { ...right, y: undefined as never }, 'has no array "y"'],
  ])("%s", async (_, data, expected) => {
    const arrays =
      data instanceof Uint8Array || data === undefined
        ? data
        : Object.fromEntries(Object.entries(data).filter(([, array]) => array !== undefined));
    const home = project(arrays);
    const before = readdirSync(home);
    const { code, stderr, stdout } = await train(home);
    expect(stderr).toContain(expected);
    expect(stdout).toBe("");
    expect(code).toBe(1);
    expect(readdirSync(home)).toEqual(before);
  });

  test("isolated nodes, a graph without edges and a missing label (-1) are data like any other", async () => {
    const home = project({ ...right, y: put(right.y, 3, -1) });
    const { code, stdout } = await train(home);
    expect(code).toBe(0);
    expect(stdout).toContain("accuracy");
  });
});

describe("places that cannot be written", () => {
  test("a file where the folder of the run should be", async () => {
    const home = project(toy());
    writeFileSync(join(home, "runs"), "mine");
    const { code, stderr } = await train(home);
    expect(stderr).toContain("cannot");
    expect(stderr).toContain(join(home, "runs"));
    expect(code).toBe(3);
    expect(readFileSync(join(home, "runs"), "utf8")).toBe("mine");
  });

  test("compile into a path through a file", async () => {
    const home = project(undefined);
    writeFileSync(join(home, "out"), "mine");
    const out = join(home, "out", "deep");
    const { code, stderr } = await sgnnc("compile", join(home, "toy.sgnn"), "--out", out);
    expect(stderr).toContain("not a folder");
    expect(code).toBe(3);
    expect(readFileSync(join(home, "out"), "utf8")).toBe("mine");
  });

  test("run into a folder that is not there", async () => {
    const home = project(toy());
    await train(home);
    const [run] = runsIn(home);
    writeFileSync(join(home, "in.npz"), writeNpz(oneGraph));
    const output = join(home, "in.npz", "out.npz");
    const { code } = await sgnnc("run", run, "--input", join(home, "in.npz"), "--output", output);
    expect(code).toBe(3);
  });
});

const oneGraph = { x: f32([2, 2], [1, 2, 3, 4]), edge_index: i32([2, 1], [0, 1]) };

/** The folders of the runs of a project. */
function runsIn(home: string): string[] {
  const root = join(home, "runs");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("run.json"))
    .map((name) => join(root, name, ".."));
}

describe("a run whose files are not what they were", () => {
  test("damaged, foreign and missing weights", async () => {
    const home = project(toy());
    expect((await train(home)).code).toBe(0);
    const [run] = runsIn(home);
    const file = join(run, "weights.safetensors");
    const weights = readFileSync(file);
    for (const bad of [
      weights.subarray(0, weights.length - 9),
      Buffer.from("not weights"),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, bad);
      const { code, stderr } = await sgnnc("evaluate", run);
      expect(stderr).toContain("weights.safetensors");
      expect(code).toBe(1);
    }
  });

  test("damaged and foreign checkpoints", async () => {
    const home = project(toy());
    expect((await train(home)).code).toBe(0);
    const [run] = runsIn(home);
    const checkpoints = readdirSync(run).filter((name) => /checkpoint/.test(name));
    for (const name of checkpoints) writeFileSync(join(run, name), "not a checkpoint");
    const more = await train(home, "--resume", "--epochs", "3");
    expect(more.stderr).toContain("checkpoint");
    expect(more.code).toBe(1);
    const other = project(toy(), source.replace("SAGE<4>", "SAGE<5>"));
    mkdirSync(join(other, "runs"));
    const resumed = await sgnnc(
      ...["train", join(other, "toy.sgnn"), "--backend", "cpu", "--out", join(home, "runs")],
      "--resume",
    );
    expect(resumed.code).toBe(1);
  });
});

describe("inputs of run", () => {
  test.each<readonly [string, Record<string, NdArray>, string]>([
    ["an edge out of range", { ...oneGraph, edge_index: i32([2, 1], [0, 2]) }, "node 2"],
    ["a NaN", { ...oneGraph, x: f32([2, 2], [1, NaN, 3, 4]) }, "NaN"],
    ["features of another width", { ...oneGraph, x: f32([2, 3], [1, 2, 3, 4, 5, 6]) }, "x"],
    ["no nodes at all", { x: f32([0, 2], []), edge_index: i32([2, 0], []) }, "x"],
  ])("%s", async (_, input, expected) => {
    const home = project(toy());
    expect((await train(home, "--epochs", "1")).code).toBe(0);
    const [run] = runsIn(home);
    writeFileSync(join(home, "in.npz"), writeNpz(input));
    const output = join(home, "out.npz");
    const { code, stderr } = await sgnnc(
      "run",
      run,
      "--input",
      join(home, "in.npz"),
      "--output",
      output,
    );
    expect(stderr).toContain(expected);
    expect(code).toBe(1);
    expect(existsSync(output)).toBe(false);
  });
});
