/**
 * How operations report to the active counter. Each function looks whether there is one and returns at once
 * when there is not, so a call costs nothing in training.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { activeCounter, type Mark } from "./counter.js";
import { work, type Kind } from "./work.js";

const mac = { macs: 1, adds: 0, bitOps: 0 };
const add = { macs: 0, adds: 1, bitOps: 0 };

const bit = { macs: 0, adds: 0, bitOps: 1 };

/** Products with 0, 1 and -1 need no multiplication; of two signs one bit says all. */
function costOf(kind: Kind, weight: Kind = "real"): typeof mac {
  if (kind === "sign" && weight === "sign") return bit;
  const isPlain = (one: Kind): boolean => one === "real" || one === "graded";
  return isPlain(kind) && isPlain(weight) ? mac : add;
}

interface Active {
  /** Numbers that are not 0, altogether and by time step. */
  readonly count: number;
  readonly at: readonly number[];
}

/** Looks at the values: the measured activity. */
function activeIn(x: Tensor, steps: number): Active {
  const values = x.dataSync();
  const perStep = values.length / steps;
  const at = Array.from({ length: steps }, () => 0);
  for (let t = 0; t < steps; t++) {
    const end = Math.round((t + 1) * perStep);
    let count = 0;
    for (let k = Math.round(t * perStep); k < end; k++) if (values[k] !== 0) count++;
    at[t] = count;
  }
  return { count: at.reduce((sum, count) => sum + count, 0), at };
}

/**
 * A dense product [.., K] @ [K, ..]: reads its input once and a weight for every term, writes every result.
 * Signs are read 32 to a word.
 */
export function recordProduct(x: Tensor, weight: Tensor, inputs: number, outputs: number): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { kind, steps } = counter.markOf(x);
  const weightKind = counter.markOf(weight).kind;
  const { count, at } = activeIn(x, steps);
  const rows = inputs === 0 ? 0 : x.size / inputs;
  counter.add(
    work({
      op: "product",
      ...{ kind, steps, inputs, outputs, rows },
      ...{ values: x.size, active: count, activeAt: at },
      ...{ terms: x.size * outputs, activeTerms: count * outputs },
      each: costOf(kind, weightKind),
      readsPerValue: kind === "sign" ? 1 / 32 : 1,
      readsPerTerm: weightKind === "sign" ? 1 / 32 : 1,
      writesAlways: rows * outputs,
    }),
  );
}

/** Products of two values, element by element, summed over the last dim of `width`. */
export function recordDot(x: Tensor, results: Tensor): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { kind, steps } = counter.markOf(x);
  const { count, at } = activeIn(x, steps);
  counter.add(
    work({
      op: "product",
      ...{ kind, steps, inputs: x.shape[x.rank - 1] ?? 1, outputs: 1, rows: results.size },
      ...{ values: x.size, active: count, activeAt: at, terms: x.size, activeTerms: count },
      each: costOf(kind),
      ...{ readsPerValue: 1, readsPerTerm: 1, writesAlways: results.size },
    }),
  );
}

/**
 * A sum over the neighbours: one term for each edge and column, which reads the neighbour's value; with
 * weights, each edge's is read once.
 * @param outEdges number of edges that leave each node
 * @param weights numbers read as weights, undefined for an unweighted sum
 */
export function recordPropagate(
  x: Tensor,
  outEdges: ArrayLike<number>,
  edges: number,
  steps: number,
  weights: number | undefined,
): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { kind } = counter.markOf(x);
  const nodes = outEdges.length;
  const width = nodes === 0 ? 0 : x.size / nodes / steps;
  const values = x.dataSync();
  const at = Array.from({ length: steps }, () => 0);
  let activeTerms = 0;
  for (let row = 0; row < nodes * steps; row++) {
    let found = 0;
    for (let c = 0; c < width; c++) if (values[row * width + c] !== 0) found++;
    at[Math.floor(row / nodes)]! += found;
    activeTerms += found * outEdges[row % nodes]!;
  }
  counter.add(
    work({
      op: "propagate",
      ...{ kind, steps, inputs: width, outputs: width, rows: nodes * steps },
      ...{ values: x.size, active: at.reduce((sum, count) => sum + count, 0), activeAt: at },
      ...{ terms: edges * width * steps, activeTerms },
      each: weights === undefined ? add : costOf(kind),
      ...{ readsPerTerm: 1, readsAlways: weights ?? 0, writesAlways: x.size },
    }),
  );
}

/** Scores of attention: the sum, the rectifier and the product of every edge and channel, in one go. */
export function recordScores(terms: number, results: number): void {
  activeCounter()?.add(
    work({
      op: "element-wise",
      kind: "real",
      ...{ values: results, active: results, terms, activeTerms: terms },
      each: { macs: 2, adds: 1, bitOps: 0 },
      ...{ readsPerTerm: 2, writesAlways: results },
    }),
  );
}

/** A reduction of items (edges into nodes, nodes into graphs, columns of a row) by some reducers. */
export function recordReduction(x: Tensor, results: number, reducers: readonly string[]): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { kind, steps } = counter.markOf(x);
  const { count, at } = activeIn(x, steps);
  const each = { macs: 0, adds: 0, bitOps: 0 };
  for (const reducer of reducers) {
    if (reducer === "std" || reducer === "softmax-weighted") each.macs += 1;
    if (reducer !== "softmax-weighted") each.adds += 1;
  }
  counter.add(
    work({
      op: "reduce",
      ...{ kind, steps, rows: results, values: x.size, active: count, activeAt: at },
      ...{ terms: x.size, activeTerms: count, each },
      ...{ readsPerValue: 1, writesAlways: results * reducers.length },
    }),
  );
}

/**
 * Element-wise work on a value that was just made, so that nothing is written; a second tensor is read.
 * @param macs, adds per element of the result
 */
function elementwise(result: Tensor, macs: number, adds: number, reads: number): void {
  if (result.rank === 0) return;
  activeCounter()?.add(
    work({
      op: "element-wise",
      kind: "real",
      ...{ values: result.size, active: result.size },
      ...{ terms: result.size, activeTerms: result.size, each: { macs, adds, bitOps: 0 } },
      readsPerTerm: reads,
    }),
  );
}

/** Reports one addition or comparison per element, and returns the result. */
export function addsPerElement(result: Tensor, adds = 1): Tensor {
  if (activeCounter() !== undefined) elementwise(result, 0, adds, 0);
  return result;
}
/** Reports one multiplication, division or function per element (and maybe additions), and returns the result. */
export function macsPerElement(result: Tensor, macs = 1, adds = 0): Tensor {
  if (activeCounter() !== undefined) elementwise(result, macs, adds, 0);
  return result;
}
/** Reports arithmetic of two operands: a second tensor is read; a number, or a scalar, is not. */
export function binaryPerElement(
  result: Tensor,
  cost: "mac" | "add",
  a: Tensor | number,
  b: Tensor | number,
): Tensor {
  if (activeCounter() === undefined) return result;
  const isTensor = (x: Tensor | number): boolean => typeof x !== "number" && x.rank > 0;
  const reads = isTensor(a) && isTensor(b) ? 1 : 0;
  elementwise(result, cost === "mac" ? 1 : 0, cost === "add" ? 1 : 0, reads);
  return result;
}

/** Reports a product of two operands; that of two signs is a sign again, one bit for each element. */
export function productPerElement(result: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const counter = activeCounter();
  if (counter === undefined) return result;
  const marks = [a, b].map((x) => (typeof x === "number" ? undefined : counter.markOf(x)));
  if (!marks.every((mark) => mark?.kind === "sign")) return binaryPerElement(result, "mac", a, b);
  const size = { values: result.size, active: result.size };
  const terms = { terms: result.size, activeTerms: result.size };
  counter.add(
    work({ op: "element-wise", kind: "sign", ...size, ...terms, each: bit, readsPerTerm: 1 / 32 }),
  );
  const steps = Math.max(...marks.map((mark) => mark?.steps ?? 1));
  counter.mark(result, { kind: "sign", steps });
  return result;
}

/** Hands the mark of signs on to the same signs turned around, and returns them. */
export function turnedSigns(result: Tensor, x: Tensor | number): Tensor {
  const counter = activeCounter();
  if (counter === undefined || typeof x === "number") return result;
  const mark = counter.markOf(x);
  if (mark.kind === "sign") counter.mark(result, mark);
  return result;
}

/** What a neuron type costs for each unit and step, without its input's product. */
export interface NeuronCost {
  readonly macs: number;
  readonly adds: number;
  /** States, each read and written at every step. */
  readonly states: number;
  /** Numbers per channel that are read once for each unit (not again at later steps). */
  readonly parameters: number;
}

/** A neuron layer: updates every unit at every step, and writes what it emits; marks its output. */
export function recordNeuron(
  output: Tensor,
  about: {
    readonly path: string;
    readonly neuron: string;
    readonly kind: Kind;
    readonly steps: number;
    readonly units: number;
    readonly channels: number;
    readonly cost: NeuronCost;
  },
): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { path, neuron, kind, steps, units, channels, cost } = about;
  const { count, at } = activeIn(output, steps);
  const updates = units * steps;
  counter.within(path, neuron, () => {
    counter.add(
      work({
        op: "neuron",
        ...{ kind, steps, inputs: channels, outputs: channels },
        rows: channels === 0 ? 0 : updates / channels,
        ...{ values: updates, active: count, activeAt: at, terms: updates, activeTerms: updates },
        each: { macs: cost.macs, adds: cost.adds, bitOps: 0 },
        readsPerTerm: cost.states,
        readsAlways: cost.parameters * units,
        writesAlways: cost.states * updates,
        ...{ eventResults: updates, activeResults: count },
      }),
    );
  });
  counter.mark(output, { kind, steps });
  counter.onEmission?.({
    ...{ path, neuron, steps, units, channels },
    values: Float32Array.from(output.dataSync()),
  });
}

/** Work on packed bits, 32 to a word: one-bit products, and the additions that follow them. */
export function recordBits(bits: {
  readonly bitOps: number;
  readonly adds?: number;
  readonly reads: number;
  readonly writes: number;
}): void {
  const counter = activeCounter();
  if (counter === undefined) return;
  const { bitOps, adds = 0, reads, writes } = bits;
  const all = (terms: number): { terms: number; activeTerms: number } => ({
    terms,
    activeTerms: terms,
  });
  const each = { macs: 0, adds: 0, bitOps: 1 };
  const moved = { readsAlways: reads, writesAlways: writes };
  counter.add(work({ op: "bits", kind: "sign", ...all(bitOps), each, ...moved }));
  if (adds > 0) counter.add(work({ op: "bits", kind: "sign", ...all(adds), each: add }));
}

/** Marks a tensor of signs, and returns it. */
export function markSigns(signs: Tensor, from?: Tensor): Tensor {
  const counter = activeCounter();
  counter?.mark(signs, {
    kind: "sign",
    steps: from === undefined ? 1 : counter.markOf(from).steps,
  });
  return signs;
}

const order: readonly Kind[] = ["sign", "spike", "trit", "graded", "real"];

/** The narrowest kind that holds all. */
function joined(marks: readonly Mark[]): Kind {
  const kinds = marks.map(({ kind }) => kind);
  const widest = kinds.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
  return widest === "spike" && kinds.includes("sign") ? "trit" : widest;
}

/** Hands the marks of rearranged tensors on to the result, and returns it. */
export function rearranged(result: Tensor, parts: readonly Tensor[], steps?: number): Tensor {
  const counter = activeCounter();
  if (counter === undefined || parts.length === 0) return result;
  const marks = parts.map((part) => counter.markOf(part));
  const known = steps ?? Math.max(...marks.map((mark) => mark.steps));
  counter.mark(result, { kind: joined(marks), steps: known });
  return result;
}
