/** Runs a source as its generated class on tensors and as its inference plan, on the same inputs. */
import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import { inferenceModule } from "../../compiler/emit/inference.js";
import { plan } from "../../compiler/plan/index.js";
import type { AnyArray, NdArray } from "../../runtime/data/ndarray.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import { modelWeights } from "../../runtime/export/weights.js";
import * as sg from "../../runtime/index.js";
import { Engine } from "../../runtime/inference/engine.js";
import { readInputs } from "../../runtime/inference/inputs.js";
import { wasmKernels } from "../../runtime/inference/wasm-kernels.js";
import type { InferencePlan, PlanModule, Unsupported } from "../../runtime/inference/plan.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { predict, type Predictable } from "../../runtime/train/predict.js";
import { tableOf } from "../../runtime/data/table.js";
import { compileModule } from "../conformance/compile.js";

/** The text of an imported file. */
export function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The plans that a source compiles to, loaded as a run folder's `plan.mjs` is. */
export async function plansOf(source: string, file = "t.sgnn"): Promise<PlanModule> {
  const checked = checkSource({ file, source, host: { read: textOf } });
  if (checked.program === undefined) {
    throw new Error(
      checked.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"),
    );
  }
  const options = { version: "test", sourceFile: "t.sgnn", hash: "" };
  const text = inferenceModule(plan(checked.program), options);
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  return (await import(/* @vite-ignore */ url)) as PlanModule;
}

/** The plan, or an error that says what has no place in one. */
export function planIn(module: PlanModule, name: string): InferencePlan {
  const found: InferencePlan | Unsupported | undefined = module.plans[name];
  if (found === undefined || !("format" in found)) {
    throw new Error(`${name} has no plan: ${JSON.stringify(found)}`);
  }
  return found;
}

const classes = new Map<string, Promise<Record<string, unknown>>>();
const plans = new Map<string, Promise<PlanModule>>();

/** Emission takes longer than everything else here: a source of many models is compiled once. */
function once<Value>(
  known: Map<string, Promise<Value>>,
  source: string,
  make: (source: string) => Promise<Value>,
): Promise<Value> {
  const found = known.get(source) ?? make(source);
  known.set(source, found);
  return found;
}

export interface Comparison {
  readonly source: string;
  readonly model: string;
  readonly inputs: ReadonlyMap<string, AnyArray>;
  /** Weights are their initial values plus this much normal noise, so that no bias is 0. */
  readonly noise?: number;
  readonly seed?: number;
}

export interface Compared {
  readonly tensors: NdArray;
  readonly plan: NdArray;
  readonly spikeRates: readonly [number, number];
  readonly engine: Engine;
}

/**
 * Both outputs for the same weights. The plan is followed twice, and once more with the WebAssembly
 * kernels, and must give the same bits.
 */
export async function runBoth(about: Comparison): Promise<Compared> {
  const { source, model: name, inputs, noise = 0.1, seed = 1 } = about;
  const model = await modelOf(source, name);
  const weights = disturbed(model, seed, noise);
  const label = "weights";
  const tensors = predict(model, { inputs, label: "in", weights, weightsLabel: label });
  const module = await once(plans, source, plansOf);
  const planned = planIn(module, name);
  const engine = new Engine(module, planned, weights, { label });
  const flat = readInputs(model.info, tableOf("in", inputs), {});
  const first = Float32Array.from(engine.run(flat).data);
  const spikeRate = engine.spikeRate;
  const { shape, data } = engine.run(flat);
  expect(Float32Array.from(data)).toEqual(first);
  const wasm = new Engine(module, planned, weights, { kernels: wasmKernels, label });
  expect(Float32Array.from(wasm.run(flat).data)).toEqual(first);
  return {
    tensors: tensors.outputs.get("output")!,
    plan: ndarray([...shape], first),
    spikeRates: [tensors.spikeRate, spikeRate],
    engine,
  };
}

/** A model of a source as its generated class. */
export async function modelOf(source: string, name: string): Promise<Predictable> {
  const exported = await once(classes, source, compileModule);
  const Model = exported[name] as (new (scope: sg.Scope) => sg.Model<never>) & {
    readonly info: sg.ModelInfo;
  };
  return { info: Model.info, create: (scope) => new Model(scope) };
}

/** Initial weights and this much normal noise, within the ranges of the parameters. */
export function disturbed(model: Predictable, seed: number, noise: number): Map<string, NdArray> {
  const made = model.create(new sg.Scope({ seed }));
  const weights = modelWeights(made);
  for (const [path, array] of weights) {
    const range = made.parameters().find((one) => one.path === path)?.range;
    const rng = Rng.of(seed, `noise ${path}`);
    const isVariance = path.endsWith("variance");
    const data = Float32Array.from(array.data as Float32Array, (value) => {
      const moved = value + noise * rng.normal();
      if (isVariance) return Math.abs(moved) + 0.1;
      return range === undefined ? moved : Math.min(range.high, Math.max(range.low, moved));
    });
    weights.set(path, { ...array, dtype: "f32", data });
  }
  made.dispose();
  return weights;
}

/** Outputs agree in shape and value; the firing rates agree. */
export function expectSame({ tensors, plan: flat, spikeRates }: Compared, tolerance = 2e-5): void {
  expect(flat.shape).toEqual(tensors.shape);
  const [a, b] = [flat.data as Float32Array, tensors.data as Float32Array];
  const largest = Math.max(1, ...b.map(Math.abs));
  for (let k = 0; k < b.length; k++) {
    if (!(Math.abs(a[k]! - b[k]!) <= tolerance * largest)) {
      throw new Error(`element ${k}: the plan gives ${a[k]}, tensors give ${b[k]}`);
    }
  }
  expect(spikeRates[1]).toBeCloseTo(spikeRates[0], 6);
}

/** A random graph with duplicate edges, self loops and nodes without edges, and features on it. */
export function randomGraph(
  seed: number,
  sizes: { nodes: number; edges: number; width: number; attr?: number; graphs?: number },
): Map<string, AnyArray> {
  const { nodes, edges, width, attr, graphs = 1 } = sizes;
  const rng = Rng.of(seed, "graph");
  const perGraph = Math.floor(nodes / graphs);
  const pointers = Int32Array.from({ length: graphs + 1 }, (_, k) =>
    k === graphs ? nodes : k * perGraph,
  );
  const ends = new Int32Array(2 * edges);
  const graphOf: number[] = [];
  for (let e = 0; e < edges; e++) {
    const graph = Math.min(graphs - 1, Math.floor((e * graphs) / edges));
    const start = pointers[graph]!;
    const size = pointers[graph + 1]! - start;
    // The last node of every graph has no edges.
    const node = (): number => start + Math.floor(rng.uniform(0, Math.max(1, size - 1)));
    ends[e] = node();
    ends[edges + e] = node();
    graphOf.push(graph);
  }
  const arrays = new Map<string, AnyArray>([
    ["x", ndarray([nodes, width], rng.normals(nodes * width, 0, 1))],
    ["edge_index", ndarray([2, edges], ends)],
  ]);
  if (attr !== undefined) {
    arrays.set("edge_attr", ndarray([edges, attr], rng.normals(edges * attr, 0, 1)));
  }
  if (graphs > 1) arrays.set("node_ptr", ndarray([graphs + 1], pointers));
  return arrays;
}

/** Starts the plain JavaScript backend, whose float32 arithmetic is nearest to the plan's. */
export async function startTensors(): Promise<void> {
  await sg.useBackend("cpu");
  expect(tf.getBackend()).toBe("cpu");
}
