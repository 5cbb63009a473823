/**
 * NIR as its publication and its Python package state it (Pedersen et al. 2024, doi 10.1038/s41467-024-52259-9;
 * nir 1.0.6, ir/graph.py and ir/neuron.py): the type rules, and the equations by forward Euler.
 */
import type { NirGraph, NirNode } from "../../compiler/export/nir/types.js";

const shared: Readonly<Record<string, readonly string[]>> = {
  LIF: ["tau", "r", "v_leak", "v_threshold", "v_reset"],
  IF: ["r", "v_threshold", "v_reset"],
  LI: ["tau", "r", "v_leak"],
  I: ["r"],
  Threshold: ["threshold"],
  Scale: ["scale"],
};

function shapes(name: string, { type, arrays }: NirNode): { input: number[]; output: number[] } {
  if (type === "Input" || type === "Output") {
    const shape = Array.from(arrays["shape"]!.data, Number);
    return { input: shape, output: shape };
  }
  if (type === "Affine" || type === "Linear") {
    const [out, into] = arrays["weight"]!.shape;
    if (type === "Affine" && arrays["bias"]!.shape.join() !== String(out)) {
      throw new Error(`${name}: bias and weight differ`);
    }
    return { input: [into!], output: [out!] };
  }
  const names = shared[type]!;
  if (Object.keys(arrays).sort().join() !== [...names].sort().join()) {
    throw new Error(`${name}: ${type} has ${Object.keys(arrays).join()}`);
  }
  const [first] = names.map((key) => arrays[key]!.shape);
  for (const key of names) {
    if (arrays[key]!.shape.join() !== first!.join()) {
      throw new Error(`${name}: all parameters must have the same shape`);
    }
  }
  return { input: [...first!], output: [...first!] };
}

/** NIRGraph.check_types: along every edge the output type is the input type. */
export function checkTypes({ nodes, edges }: NirGraph): void {
  for (const [from, to] of edges) {
    const { output } = shapes(from, nodes.get(from)!);
    const { input } = shapes(to, nodes.get(to)!);
    if (output.join() !== input.join()) {
      throw new Error(`type mismatch: ${from} [${output.join()}] -> ${to} [${input.join()}]`);
    }
  }
  const types = [...nodes.values()].map(({ type }) => type);
  if (!types.includes("Input") || !types.includes("Output")) throw new Error("no input or output");
}

/** Sources before targets; a loop is entered where it has a source outside. */
function inOrder({ nodes, edges }: NirGraph): string[] {
  const order: string[] = [];
  const isDone = (name: string): boolean => order.includes(name);
  const sources = (name: string) => edges.filter(([, to]) => to === name).map(([from]) => from);
  while (order.length < nodes.size) {
    const left = [...nodes.keys()].filter((name) => !isDone(name));
    const next =
      left.find((name) => sources(name).every(isDone)) ??
      left.find((name) => sources(name).some(isDone));
    if (next === undefined) throw new Error("a part of the graph has no input");
    order.push(next);
  }
  return order;
}

/**
 * The values at the output, [steps, rows, width]. A node sees what its sources say in this step, or in
 * the step before where the edge goes back.
 */
export function simulate(
  graph: NirGraph,
  inputs: Readonly<Record<string, { rows: number; data: Float32Array }>>,
  steps: number,
  width: number,
): number[] {
  checkTypes(graph);
  const order = inOrder(graph);
  const rows = Math.max(...Object.values(inputs).map((input) => input.rows));
  const result = new Float64Array(steps * rows * width);
  for (let row = 0; row < rows; row++) {
    const value = new Map<string, number[]>();
    const potential = new Map<string, number[]>();
    for (let step = 0; step < steps; step++) {
      for (const name of order) {
        const node = graph.nodes.get(name)!;
        const size = shapes(name, node).input[0]!;
        const current = Array.from({ length: size }, () => 0);
        for (const [from, to] of graph.edges) {
          if (to === name) value.get(from)?.forEach((one, k) => (current[k]! += one));
        }
        if (node.type === "Input") {
          const { data } = inputs[name]!;
          value.set(name, Array.from(data.subarray(row * size, (row + 1) * size)));
          continue;
        }
        const v = potential.get(name) ?? current.map(() => 0);
        potential.set(name, v);
        value.set(name, stepOf(node, current, v, graph.dt));
      }
      value.get("output")!.forEach((one, k) => (result[(step * rows + row) * width + k] = one));
    }
  }
  return Array.from(result);
}

function stepOf({ type, arrays }: NirNode, i: number[], v: number[], dt: number): number[] {
  const at = (key: string, k: number): number => Number(arrays[key]!.data[k]);
  switch (type) {
    case "Input":
    case "Output":
      return i;
    case "Affine":
    case "Linear": {
      const [out, into] = arrays["weight"]!.shape as [number, number];
      return Array.from({ length: out }, (_, o) =>
        i.reduce(
          (sum, one, k) => sum + at("weight", o * into + k) * one,
          type === "Affine" ? at("bias", o) : 0,
        ),
      );
    }
    case "Scale":
      return i.map((one, k) => one * at("scale", k));
    case "Threshold":
      return i.map((one, k) => (one > at("threshold", k) ? 1 : 0));
    case "IF":
    case "I":
      v.forEach((_, k) => (v[k]! += dt * at("r", k) * i[k]!));
      break;
    case "LIF":
    case "LI":
      v.forEach((old, k) => {
        v[k]! += (dt / at("tau", k)) * (at("v_leak", k) - old + at("r", k) * i[k]!);
      });
      break;
  }
  if (type === "I" || type === "LI") return [...v];
  return v.map((one, k) => {
    if (!(one > at("v_threshold", k))) return 0;
    v[k] = at("v_reset", k);
    return 1;
  });
}
