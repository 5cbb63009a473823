/**
 * Follows an inference plan over one flat memory. Places and closures are made when the sizes of the
 * inputs are first seen (and again when they change); a call then copies the inputs in, runs the steps, and
 * allocates nothing.
 */
import { SgnnError } from "../error.js";
import type { NdArray } from "../data/ndarray.js";
import { toFloat32 } from "../data/ndarray.js";
import { checkWeights } from "../export/weights.js";
import type { Topology } from "../graph/topology.js";
import type { FlatArray, FlatInputs } from "./inputs.js";
import { typescriptKernels, type ProductKernels } from "./kernels.js";
import { Layout, type Place } from "./memory.js";
import {
  operations,
  type Binding,
  type Operation,
  type Slot,
  type StepCounts,
} from "./operations/index.js";
import type { RowChain } from "./operations/fold.js";
import { rowBytes } from "../kernels/reference/bits.js";
import { rowChain } from "./operations/fold.js";
import { sizeOf } from "./operations/operation.js";
import { packColumns } from "./pack.js";
import type { Dim, FoldedChain, InferencePlan, PlanModule, PlanStep, PlanValue } from "./plan.js";

/** What a call gives. The array is a view that the next call overwrites. */
export interface EngineOutput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What one step did since the counts were last reset. */
export interface StepReport extends Readonly<StepCounts> {
  readonly op: string;
  /** `cora.sgnn:11` */
  readonly place: string;
  /** Path of a neuron. */
  readonly path: string | undefined;
}

export interface EngineOptions {
  readonly kernels?: ProductKernels;
  /** The file of the weights, for errors. */
  readonly label?: string;
}

export class Engine {
  readonly plan: InferencePlan;
  readonly kernels: ProductKernels;
  private readonly weights: ReadonlyMap<string, Float32Array>;
  private readonly counts: readonly StepCounts[];
  private bound: Bound | undefined;

  /**
   * @throws SgnnError R403-R405 when the weights are not those of the model, R350 when the plan is of another version
   */
  constructor(
    private readonly module: PlanModule,
    plan: InferencePlan,
    weights: ReadonlyMap<string, NdArray>,
    { kernels = typescriptKernels, label = "the weights" }: EngineOptions = {},
  ) {
    checkPlan(plan);
    checkWeights(plan.weights, weights, label);
    this.plan = plan;
    this.kernels = kernels;
    this.weights = new Map([...weights].map(([path, one]) => [path, toFloat32(one, path)]));
    this.counts = plan.steps.map(noCounts);
  }

  /** One forward pass. The output is a view of the engine's memory. */
  run(inputs: FlatInputs): EngineOutput {
    if (this.bound === undefined || !this.bound.fits(inputs)) {
      this.bound = new Bound(
        this.module,
        this.plan,
        this.weights,
        inputs,
        this.kernels,
        this.counts,
      );
    }
    return this.bound.run(inputs);
  }

  /** Bytes of the memory that holds weights, values and scratch; 0 before the first call. */
  get bytes(): number {
    return this.bound?.bytes ?? 0;
  }

  /** Mean over the neurons of the share of (step, unit) pairs at which a spike fell; 0 without any. */
  get spikeRate(): number {
    const rates = this.neurons().map(({ values, events }) => (values === 0 ? 0 : events / values));
    return rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length);
  }

  /** The neurons that can spike, with the pairs of step and unit and the spikes since the last reset. */
  neurons(): readonly { path: string; steps: number; values: number; events: number }[] {
    return this.plan.steps.flatMap(({ neuron, result }, k) => {
      if (neuron?.spikes !== true) return [];
      const { values, events } = this.counts[k]!;
      const steps = this.bound?.stepsOf(result) ?? 1;
      return [{ path: neuron.path, steps, values, events }];
    });
  }

  /** What each step did since the last reset: events, additions and multiply-adds as executed. */
  report(): readonly StepReport[] {
    return this.plan.steps.map(({ op, place, neuron }, k) => ({
      op,
      place,
      path: neuron?.path,
      ...this.counts[k]!,
    }));
  }

  resetCounts(): void {
    for (const counts of this.counts) Object.assign(counts, noCounts());
  }
}

function noCounts(): StepCounts {
  return { eventCalls: 0, denseCalls: 0, values: 0, events: 0, adds: 0, macs: 0, bitOps: 0 };
}

function checkPlan(plan: InferencePlan): void {
  const unknown = plan.steps.find((step) => !operations.has(step.op));
  if (plan.format === "sgnn-plan-2" && unknown === undefined) return;
  throw new SgnnError({
    code: "R350",
    message: `the plan of ${plan.name} was written by another version of sgnnc`,
    why:
      unknown === undefined
        ? `its format is ${String(plan.format)}, this version follows sgnn-plan-2`
        : `it has an operation ${unknown.op}, which this version does not know`,
    fix: "train again, or use --backend to run the model's own code",
  });
}

/** A plan at given sizes: the memory, and one closure per step. */
class Bound {
  readonly bytes: number;
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly given: ReadonlyMap<string, Topology>;
  private readonly copies: {
    readonly from: (inputs: FlatInputs) => FlatArray;
    readonly to: Float32Array;
  }[] = [];
  private readonly calls: readonly (() => void)[];
  private readonly slots: readonly Slot[];
  private readonly output: EngineOutput;

  constructor(
    module: PlanModule,
    plan: InferencePlan,
    weights: ReadonlyMap<string, Float32Array>,
    inputs: FlatInputs,
    kernels: ProductKernels,
    counts: readonly StepCounts[],
  ) {
    this.shapes = new Map([...inputs.tensors].map(([name, { shape }]) => [name, shape]));
    this.given = new Map([...inputs.graphs].map(([name, { topology }]) => [name, topology]));
    const topologies = plan.graphs.map(({ input, selfLoops }) => {
      const topology = graphInput(inputs, input);
      return selfLoops ? topology.withSelfLoops() : { topology, from: undefined };
    });
    const sizes = sizesOf(plan, topologies, inputs);
    const shapes = plan.values.map((value) => shapeOf(value, sizes));
    const constant = constantSteps(plan);
    const graphOf = ({ graph }: PlanStep): Topology | undefined =>
      graph === undefined ? undefined : topologies[graph]!.topology;
    const { places, scratch, kept, length } = layoutOf(plan, shapes, {
      constant,
      crossing: kernels.crossing,
      graphOf,
    });
    const products = kernels.open(length);
    this.bytes = products.buffer.byteLength;
    const viewOf = ({ offset, length: size }: Place): Float32Array =>
      new Float32Array(products.buffer, 4 * offset, size);
    this.slots = plan.values.map((value, k): Slot => {
      const place = places[value.of ?? k];
      if (place === undefined) throw new Error(`value ${k} has no place`);
      const data = viewOf({ offset: place.offset, length: floatsOf(value, shapes[k]!) });
      const slot = { ...shapes[k]!, data };
      if (value.packed !== true) return slot;
      return { ...slot, bits: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    });
    const { slots } = this;
    plan.values.forEach(({ source }, k) => {
      const { data, dims, bits } = slots[k]!;
      if (source?.tag === "bits" && bits !== undefined) {
        packColumns(weights.get(source.path) ?? [], source.parts, dims[1]!, bits);
      }
      if (source?.tag === "weight") data.set(weights.get(source.path) ?? []);
      if (source?.tag === "number") data.fill(source.value);
      if (source?.tag === "input") {
        const { name } = source;
        this.copies.push({ from: (now) => now.tensors.get(name)!, to: data });
      }
      if (source?.tag === "feature")
        this.copies.push({ from: featureOf(plan, source, topologies), to: data });
    });
    const all: (() => void)[] = [];
    plan.steps.forEach((step, k) => {
      const operation = operationOf(step);
      const call = operation.bind({
        step,
        args: step.args.map((arg) => slots[arg]!),
        result: slots[step.result]!,
        topology: graphOf(step),
        products,
        crossing: kernels.crossing,
        scratch: viewOf(scratch[k]!),
        kept: viewOf(kept[k]!),
        neuronLoop: step.neuron && module.neurons[step.neuron.type],
        parameters: step.neuron?.parameters.map(({ value }) => slots[value]!) ?? [],
        pointwiseLoop: step.loop === undefined ? undefined : module.pointwise[step.loop],
        chains: chainsOf(module, step, slots),
        counts: counts[k]!,
      });
      if (constant[k]) call();
      else all.push(call);
    });
    this.calls = all;
    const result = slots[plan.result]!;
    this.output = { shape: result.dims, data: result.data };
  }

  /** Time steps of a value. */
  stepsOf(value: number): number {
    return this.slots[value]!.steps;
  }

  fits(inputs: FlatInputs): boolean {
    for (const [name, { topology }] of inputs.graphs) {
      if (this.given.get(name) !== topology) return false;
    }
    for (const [name, { shape }] of inputs.tensors) {
      const known = this.shapes.get(name);
      if (known?.length !== shape.length) return false;
      for (let k = 0; k < shape.length; k++) if (known[k] !== shape[k]) return false;
    }
    return true;
  }

  run(inputs: FlatInputs): EngineOutput {
    for (const { from, to } of this.copies) to.set(from(inputs).data);
    for (const call of this.calls) call();
    return this.output;
  }
}

/** The chains that are folded into a step, with their constants. */
function chainsOf(module: PlanModule, step: PlanStep, slots: readonly Slot[]): Binding["chains"] {
  const of = (chain: FoldedChain | undefined): RowChain | undefined => {
    if (chain === undefined) return undefined;
    const { loop, first, constants } = chain;
    const given = step.args.slice(first, first + constants).map((arg) => slots[arg]!.data);
    return rowChain(module.pointwise[loop]!, given);
  };
  return { inner: of(step.fold?.inner), outer: of(step.fold?.outer) };
}

/** Floats that a value takes; bits in rows of whole vectors. */
function floatsOf({ packed }: PlanValue, { dims }: Pick<Slot, "dims">): number {
  if (packed !== true) return sizeOf(dims);
  return (sizeOf(dims.slice(0, -1)) * rowBytes(dims[dims.length - 1] ?? 1)) / 4;
}

function operationOf(step: PlanStep): Operation {
  const operation = operations.get(step.op);
  if (operation === undefined) throw new Error(`there is no operation ${step.op}`);
  return operation;
}

function graphInput(inputs: FlatInputs, name: string): Topology {
  const graph = inputs.graphs.get(name);
  if (graph === undefined) throw new Error(`the inputs have no graph ${name}`);
  return graph.topology;
}

interface Looped {
  readonly topology: Topology;
  /** For each edge the one that it was before loops were added, -1 for a loop. */
  readonly from: Int32Array | undefined;
}

/** What the named sizes are in this call. */
function sizesOf(
  plan: InferencePlan,
  topologies: readonly Looped[],
  inputs: FlatInputs,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [name, { shape }] of inputs.tensors) {
    const type = plan.inputs[name];
    if (type === undefined || !("dims" in type)) continue;
    type.dims.forEach((dim, k) => {
      if (typeof dim === "string") sizes.set(dim, shape[k]!);
    });
  }
  plan.graphs.forEach((graph, k) => {
    const { topology } = topologies[k]!;
    sizes.set(graph.nodes, topology.nodeCount);
    const { near } = graph;
    sizes.set(graph.edges, near === undefined ? topology.edgeCount : near * topology.nodeCount);
    sizes.set(graph.graphs, topology.graphs.count);
  });
  return sizes;
}

/** All steps in front, as one number of rows. */
function shapeOf(
  { kind, dims, steps, source, packed }: PlanValue,
  sizes: ReadonlyMap<string, number>,
): Omit<Slot, "data"> {
  const size = (dim: Dim): number => {
    const known = typeof dim === "number" ? dim : sizes.get(dim);
    if (known === undefined) throw new Error(`nothing says how large ${dim} is`);
    return known;
  };
  const count = size(steps);
  const known = dims.map(size);
  const isInput = source?.tag === "input" || source?.tag === "feature";
  return {
    kind,
    steps: count,
    isInput,
    isPacked: packed === true,
    dims: known.length === 0 ? [] : [count * known[0]!, ...known.slice(1)],
  };
}

/** Which steps depend on the weights and the graph alone: they run once, when they are bound. */
function constantSteps(plan: InferencePlan): readonly boolean[] {
  const known = new Set<number>();
  plan.values.forEach(({ source }, k) => {
    if (source?.tag === "weight" || source?.tag === "bits" || source?.tag === "number") {
      known.add(k);
    }
  });
  return plan.steps.map((step) => {
    const isKnown = step.args.every((arg) => known.has(plan.values[arg]!.of ?? arg));
    const isConstant =
      operationOf(step).isConstant === true ||
      (isKnown && (step.args.length > 0 || step.op === "pointwise") && step.op !== "neuron");
    if (isConstant) known.add(step.result);
    return isConstant;
  });
}

/**
 * A place for every value and for the scratch of every step. Weights, inputs and what the graph alone
 * decides keep theirs; a computed value gives its place back after the last step that reads it.
 */
function layoutOf(
  plan: InferencePlan,
  shapes: readonly Omit<Slot, "data">[],
  {
    constant,
    crossing,
    graphOf,
  }: {
    readonly constant: readonly boolean[];
    readonly crossing: number;
    readonly graphOf: (step: PlanStep) => Topology | undefined;
  },
): { places: (Place | undefined)[]; scratch: Place[]; kept: Place[]; length: number } {
  const layout = new Layout();
  const places: (Place | undefined)[] = plan.values.map(() => undefined);
  const root = (value: number): number => plan.values[value]!.of ?? value;
  const length = (value: number): number => floatsOf(plan.values[value]!, shapes[value]!);
  const last = new Map<number, number>();
  plan.steps.forEach((step, k) => step.args.forEach((arg) => last.set(root(arg), k)));
  last.set(root(plan.result), Infinity);
  const lasting = new Set<number>();
  plan.values.forEach(({ source }, k) => {
    if (source === undefined) return;
    places[k] = layout.take(length(k));
    lasting.add(k);
  });
  plan.steps.forEach((step, k) => {
    if (!constant[k]) return;
    places[step.result] = layout.take(length(step.result));
    lasting.add(step.result);
  });
  const slots = shapes as readonly Slot[];
  const kept = plan.steps.map((step) => {
    const args = step.args.map((arg) => slots[arg]!);
    const needed = operationOf(step).kept?.(args, slots[step.result]!, graphOf(step)) ?? 0;
    return { offset: layout.take(needed).offset, length: needed };
  });
  const scratch = plan.steps.map((step, k) => {
    const operation = operationOf(step);
    const args = step.args.map((arg) => slots[arg]!);
    const result = slots[step.result]!;
    const needed = operation.scratch?.(args, result, step, crossing, graphOf(step)) ?? 0;
    const own = layout.take(needed);
    const ends = [...new Set(step.args.map(root))].filter(
      (arg) => last.get(arg) === k && !lasting.has(arg),
    );
    const reused =
      operation.inPlace === true
        ? ends.find((arg) => length(arg) === length(step.result))
        : undefined;
    if (!lasting.has(step.result)) {
      places[step.result] =
        reused === undefined ? layout.take(length(step.result)) : places[reused];
    }
    for (const arg of ends) if (arg !== reused) layout.give(places[arg]!);
    layout.give(own);
    return { offset: own.offset, length: needed };
  });
  return { places, scratch, kept, length: layout.length };
}

/** How a feature is read: with loops added, a loop has the mean of the edges that enter its node. */
function featureOf(
  plan: InferencePlan,
  source: { readonly graph: number; readonly on: "nodes" | "edges"; readonly name: string },
  topologies: readonly Looped[],
): (inputs: FlatInputs) => FlatArray {
  const { on, name, graph } = source;
  const { input } = plan.graphs[graph]!;
  const read = (inputs: FlatInputs): FlatArray => {
    const found = inputs.graphs.get(input)?.[on].get(name);
    if (found === undefined) throw new Error(`graph ${input} has no feature ${name}`);
    return found;
  };
  const { from } = topologies[graph]!;
  return on === "nodes" || from === undefined
    ? read
    : (inputs) => loopedFeature(read(inputs), graphInput(inputs, input), from);
}

/** As `Graph.withSelfLoops`: dropped loops do not count in the mean. */
function loopedFeature(
  { shape, data }: FlatArray,
  { sources, targets, nodeCount }: Topology,
  from: Int32Array,
): FlatArray {
  const width = sizeOf(shape.slice(1));
  const sums = new Float64Array(nodeCount * width);
  const counts = new Float64Array(nodeCount);
  for (let e = 0; e < sources.length; e++) {
    const node = targets[e]!;
    if (sources[e] === node) continue;
    counts[node]! += 1;
    for (let c = 0; c < width; c++) sums[node * width + c]! += data[e * width + c]!;
  }
  const rows = new Float32Array(from.length * width);
  let node = 0;
  from.forEach((edge, k) => {
    for (let c = 0; c < width; c++) {
      rows[k * width + c] =
        edge >= 0 ? data[edge * width + c]! : sums[node * width + c]! / Math.max(1, counts[node]!);
    }
    if (edge < 0) node++;
  });
  return { shape: [from.length, ...shape.slice(1)], data: rows };
}
