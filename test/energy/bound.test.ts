/**
 * The static bound of the compiler and the measured count of the runtime are two implementations of the same
 * rules: without skipping they agree, number by number, for every layer of the example.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { checkSource } from "../../compiler/index.js";
import type { Size } from "../../compiler/ir/types.js";
import { describe as describePlan } from "../../compiler/plan/describe.js";
import { countNames } from "../../compiler/plan/operations.js";
import { plan } from "../../compiler/plan/index.js";
import { addCounts, noOperations } from "../../runtime/energy/counts.js";
import { countsOf } from "../../runtime/energy/work.js";
import * as sg from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";

const source = readFileSync("examples/hvs-gnn/hvs-gnn.sgnn", "utf8");

beforeAll(async () => {
  await sg.useBackend("cpu");
});

/** A size with numbers for its symbols. */
function valueOf(size: Size, numbers: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [key, factor] of size.terms) {
    const symbols = key === "" ? [] : key.split("*");
    sum += symbols.reduce((product, symbol) => product * numbers[symbol]!, factor);
  }
  return sum;
}

/** Two small graphs as one batch, with the features that the three models read. */
function inputs(width: number): { g: sg.Graph; field: tf.Tensor; numbers: Record<string, number> } {
  const edges = [
    [0, 1, 2, 3, 1, 4, 5],
    [1, 0, 1, 2, 3, 5, 4],
  ];
  const random = (rows: number, columns: number, seed: number): tf.Tensor =>
    tf.tensor2d(sg.Rng.of(seed, "bound").normals(rows * columns), [rows, columns]);
  const g = sg.createGraph({
    edgeIndex: [edges[0]!, edges[1]!],
    nodeCount: 6,
    graphPtr: [0, 4, 6],
    nodes: { x: random(6, width, 1) },
    edges: { bar: random(7, 4, 2) },
  });
  return { g: g as unknown as sg.Graph, field: random(2, 1, 3), numbers: { N: 6, E: 7, G: 2 } };
}

describe("measured without skipping is the static bound", () => {
  it.each([
    ["Vanilla", 8],
    ["LIF2", 8],
    ["RLIF4", 8],
    ["Hybrid4", 8],
    ["FieldFull", 8],
    ["StressHybrid", 5],
    ["StressLIF", 5],
  ])("%s", async (name, width) => {
    const { program } = checkSource({
      file: "hvs-gnn.sgnn",
      source,
      host: { read: () => undefined },
    });
    const rows = describePlan(plan(program!), name);
    const module = await compileModule(source);
    const experiments = module["experiments"] as sg.Experiment[];
    const experiment = experiments.find((one) => one.name === name)!;
    const model = experiment.create(new sg.Scope({ seed: 1 })) as unknown as sg.Model;
    const { g, field, numbers } = inputs(width);
    const counter = new sg.OperationCounter();
    sg.countingWith(counter, () =>
      sg.watchingParts(model, counter, () =>
        counter.within("", name, () => model.forward({ g, field }, sg.createRun())),
      ),
    );
    const measured = new Map(
      counter.result.map(({ path, works }) => [
        path,
        works.map((work) => countsOf(work, "nothing")).reduce(addCounts, noOperations),
      ]),
    );
    for (const row of rows) {
      const bound = Object.fromEntries(countNames.map((key) => [key, valueOf(row[key], numbers)]));
      expect({ path: row.path, ...(measured.get(row.path) ?? noOperations) }).toEqual({
        path: row.path,
        ...bound,
      });
    }
    expect([...measured.keys()].filter((path) => !rows.some((row) => row.path === path))).toEqual(
      [],
    );
  });
});
