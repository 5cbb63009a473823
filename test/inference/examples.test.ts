/** Every model of every example, on random inputs of its declared shapes. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../../runtime/data/ndarray.js";
import type { GraphTypeInfo, ModelInfo } from "../../runtime/layers/layer.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { expectSame, planIn, plansOf, randomGraph, runBoth, startTensors } from "./compare.js";

beforeAll(startTensors);

const folder = fileURLToPath(new URL("../../examples", import.meta.url));
const files = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".sgnn"))
  .sort();

const GRAPHS = 4;
const NODES = 36;

function inputsOf(info: ModelInfo): Map<string, AnyArray> {
  const arrays = new Map<string, AnyArray>();
  for (const [name, type] of Object.entries(info.inputs)) {
    if (!("dims" in type)) {
      const { nodes, edges } = type as GraphTypeInfo;
      const base = randomGraph(11, { nodes: NODES, edges: 90, width: 1, graphs: GRAPHS });
      base.delete("x");
      for (const [key, array] of base) arrays.set(key, array);
      for (const [field, { dims }] of Object.entries(nodes)) add(field, [NODES, ...sizes(dims)]);
      for (const [field, { dims }] of Object.entries(edges)) add(field, [90, ...sizes(dims)]);
      continue;
    }
    const rows = type.dims[0] === "G" ? GRAPHS : NODES;
    add(name, [rows, ...sizes(type.dims)]);
  }
  function sizes(dims: readonly (number | string)[]): number[] {
    return dims.slice(1).map(Number);
  }
  function add(name: string, shape: number[]): void {
    const size = shape.reduce((a, b) => a * b, 1);
    const numbers = Rng.of(13, name).normals(size, 0, 1);
    // Shares of labels, whose logarithm is taken, are not negative.
    const isShare = ["labels", "recent", "z"].includes(name);
    arrays.set(name, ndarray(shape, isShare ? numbers.map(Math.abs) : numbers));
  }
  return arrays;
}

describe.each(files)("%s", (file) => {
  test("every model with a plan gives what its class gives", async () => {
    const source = readFileSync(join(folder, file), "utf8");
    const module = await plansOf(source, join(folder, file));
    for (const [model, plan] of Object.entries(module.plans)) {
      if (!("format" in plan)) {
        expect(plan.what).not.toBe("");
        continue;
      }
      const inputs = inputsOf(planIn(module, model));
      expectSame(await runBoth({ source, model, inputs }), 1e-4);
    }
  });
});
