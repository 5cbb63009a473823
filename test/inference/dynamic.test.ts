/** A dynamic graph given by arrays: `time` says in which snapshot an edge appears. */
import { beforeAll, expect, test } from "vitest";
import { ndarray, type NdArray } from "../../runtime/data/ndarray.js";
import { SgnnError } from "../../runtime/error.js";
import { predict } from "../../runtime/train/predict.js";
import { modelOf, plansOf, startTensors } from "./compare.js";

beforeAll(startTensors);

const source = `
layer Heard(x: real[N, c], g: graph) -> real[N, c] {
  return gather sum over j -> i { x[j] }
}
model Changing(g: graph(x: real[2, N, 1])) -> real[N, 1] {
  return rate(over snapshots g { g.x |> Heard(g) })
}
model Shared(g: graph(x: real[N, 1])) -> real[N, 1] {
  return rate(over snapshots g { g.x |> Heard(g) })
}
`;
const f32 = (shape: number[], ...data: number[]): NdArray =>
  ndarray(shape, Float32Array.from(data));
const i32 = (shape: number[], ...data: number[]): NdArray => ndarray(shape, Int32Array.from(data));
/** 0 -> 1 comes second in the file and first in time. */
const edges = { edge_index: i32([2, 2], 2, 0, 1, 1), time: i32([2], 1, 0) };

async function run(name: string, inputs: Record<string, NdArray>): Promise<number[]> {
  const { outputs } = predict(await modelOf(source, name), {
    inputs: new Map(Object.entries(inputs)),
    label: "in.npz",
    weights: new Map(),
    weightsLabel: "none",
  });
  return Array.from(outputs.get("output")!.data as Float32Array);
}
const failure = async (name: string, inputs: Record<string, NdArray>): Promise<string> => {
  try {
    await run(name, inputs);
  } catch (error) {
    if (error instanceof SgnnError) return error.message;
    throw error;
  }
  return "no error";
};

test("features of each snapshot travel along the edges that are there by then", async () => {
  const x = f32([2, 3, 1], 1, 2, 4, 10, 20, 40);
  // Node 1 hears 1 in snapshot 0 and 10 + 40 in snapshot 1; the mean of both.
  expect(await run("Changing", { x, ...edges })).toEqual([0, 25.5, 0]);
});

test("features that all snapshots share", async () => {
  const x = f32([3, 1], 1, 2, 4);
  expect(await run("Shared", { x, ...edges })).toEqual([0, (1 + 5) / 2, 0]);
  // Without times the graph is one snapshot.
  expect(await run("Shared", { x, edge_index: edges.edge_index })).toEqual([0, 5, 0]);
});

test("times that are missing, or of another number of snapshots, are errors", async () => {
  const x = f32([2, 3, 1], 1, 2, 4, 10, 20, 40);
  expect(await failure("Changing", { x, edge_index: edges.edge_index })).toBe(
    'R340: in.npz has no array "time"',
  );
  expect(await failure("Changing", { x, ...edges, time: i32([2], 0, 0) })).toMatch(/^R294: /);
});

test("a model on such features has no plan, and says why", async () => {
  const { plans } = await plansOf(
    "model Last(g: graph(x: real[2, N, 1])) -> real[N, 1] { return g.x }",
  );
  expect(plans["Last"]).toMatchObject({ what: "a feature with a table for each snapshot" });
});
