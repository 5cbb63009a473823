/**
 * What a planned model is made of: one row per layer and neuron, with its weights and the operations of
 * one forward pass as polynomials in the index spaces (N nodes, E edges, G graphs, T steps).
 *
 * Counting rules. They are upper bounds: a spiking input is counted as if every unit fired, so that a
 * measured firing fraction can be multiplied in afterwards.
 * - A dense product [.., K] @ [K, M] is rows * K * M: MACs for real and graded inputs, ADDs for spike,
 *   trit and sign inputs, whose products need no multiplication. `dot` likewise, one per element.
 * - A sparse product is edges * width: MACs when edges are weighted and the input is real or graded,
 *   else ADDs. Self loops count as N further edges.
 * - Sums and means over edges or nodes are one ADD per element and reducer; max, min likewise (a
 *   comparison); std is a MAC and an ADD per element, softmax-weighted one MAC.
 * - A neuron costs the operations of its update lines per unit and step: * / ^ and functions are MACs,
 *   + - are ADDs; the comparison with the threshold is one ADD.
 * - Element-wise arithmetic, activations and softmax outside neurons are not counted.
 * - Bit operations are 0 in this version: no product runs on packed bits yet.
 * - Bytes are what the row holds and writes: 4 per weight and 4 per element of its result.
 */
import { addSizes, asSymbol, constantSize, multiplySizes, substituteSize } from "../check/size.js";
import type {
  CallExpr,
  Expr,
  FunctionCallExpr,
  Initialiser,
  InputIr,
  LayerIr,
  ModelIr,
  NeuronIr,
  OpExpr,
  Program,
  Scalar,
} from "../ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../ir/types.js";
import { isGraphRef, memberOf, partsOf } from "./walk.js";
import type { Callable } from "./walk.js";

export interface ParameterRow {
  /** Full path in the model, e.g. `h.sage1.wSelf`. */
  readonly path: string;
  readonly shape: readonly Size[];
  readonly initial: Initialiser;
  /** False for running statistics. */
  readonly learned: boolean;
}

export interface LayerRow {
  /** Path in the model; empty for what the model computes itself. */
  readonly path: string;
  /** Declared name of the layer or neuron. */
  readonly layer: string;
  readonly resultType: TensorType;
  readonly parameters: readonly ParameterRow[];
  readonly macs: Size;
  readonly adds: Size;
  readonly bitOps: Size;
  readonly bytes: Size;
}

/** Meaning of a callable's size symbols where it is called. */
type Bindings = ReadonlyMap<string, Size>;

/** Steps of the surrounding time block. */
interface Time {
  readonly steps: Size;
  /** True in a layer whose code does not mention time although its caller runs it at every step. */
  readonly always: boolean;
}

interface Counts {
  macs: Size;
  adds: Size;
}

const NOTHING = constantSize(0);
const ONE = constantSize(1);

/** The rows of one model or variant of a planned program, in the order of the calls. */
export function describe(program: Program, modelName: string): readonly LayerRow[] {
  const model = program.models.find((candidate) => candidate.name === modelName);
  if (model === undefined) throw new Error(`there is no model ${modelName}`);
  const layers = new Map(program.layers.map((layer) => [layer.name, layer]));
  const describer = new Describer(layers);
  const bindings = new Map<string, Size>();
  for (const { type } of model.inputs) {
    if (type.tag === "graph") bindLoops(type, type, bindings);
  }
  const time = { steps: ONE, always: false };
  describer.callable(model, "", model.declaredName, model.result.type, bindings, time);
  return describer.rows;
}

/** The sum of a column over rows. */
export function total(
  rows: readonly LayerRow[],
  column: "macs" | "adds" | "bitOps" | "bytes",
): Size {
  return rows.map((row) => row[column]).reduce(addSizes, NOTHING);
}

class Describer {
  readonly rows: LayerRow[] = [];

  constructor(private readonly layers: ReadonlyMap<string, LayerIr>) {}

  /** Adds the row of a layer or model, then those of its members in the order they are called. */
  callable(
    callable: LayerIr | ModelIr,
    path: string,
    layer: string,
    resultType: TensorType,
    bindings: Bindings,
    time: Time,
  ): void {
    const counts: Counts = { macs: NOTHING, adds: NOTHING };
    const members: (() => void)[] = [];
    const parameters = callable.params.map((param) => ({
      path: joined(path, param.name),
      shape: param.type.dims.map((dim) => substituteSize(dim, bindings)),
      initial: param.initial,
      learned: param.running === undefined,
    }));
    const at = this.rows.length;
    for (const root of [...callable.body.map((statement) => statement.value), callable.result]) {
      this.count(root, callable, bindings, time, counts, (call, current) => {
        members.push(() => this.member(call, callable, path, bindings, current));
      });
    }
    const weights = parameters
      .map((parameter) => elements(parameter.shape))
      .reduce(addSizes, NOTHING);
    const held = multiplySizes(weights, constantSize(4));
    const own = { path, layer, resultType, parameters, ...counts, bitOps: NOTHING };
    const written = multiplySizes(elements(resultType.dims), constantSize(4));
    this.rows.splice(at, 0, { ...own, bytes: addSizes(held, path === "" ? NOTHING : written) });
    members.forEach((describe) => describe());
  }

  private member(
    call: CallExpr,
    owner: LayerIr | ModelIr,
    path: string,
    bindings: Bindings,
    time: Time,
  ): void {
    const member = memberOf(owner, call.member);
    if (member === undefined) throw new Error(`${owner.name} has no member ${call.member}`);
    const at = joined(path, member.path);
    const repeat = call.timed || time.always ? time.steps : ONE;
    const resultType = timedType(substituted(call.type, bindings), repeat);
    const { target } = member;
    if (target.tag === "neuron") {
      this.neuron(target, member.sizes, at, resultType, bindings);
      return;
    }
    const layer = this.layers.get(target.name) ?? target;
    const inner = new Map<string, Size>();
    for (const [name, size] of member.sizes) inner.set(name, substituteSize(size, bindings));
    bindInputs(layer.inputs, call.args, bindings, inner);
    const always = repeat !== ONE && !layer.result.timed;
    this.callable(layer, at, layer.declaredName, resultType, inner, { steps: repeat, always });
  }

  private neuron(
    neuron: NeuronIr,
    sizes: ReadonlyMap<string, Size>,
    path: string,
    resultType: TensorType,
    bindings: Bindings,
  ): void {
    const channels = substituteSize(sizes.get("channels") ?? ONE, bindings);
    const parameters = neuron.params
      .filter((param) => param.learn)
      .map((param) => ({
        path: joined(path, param.name),
        shape: [param.per === "channel" ? channels : ONE],
        initial: param.initial,
        learned: true,
      }));
    const units = elements(resultType.dims);
    const perUnit = neuron.updates
      .map((update) => scalarCounts(update.value))
      .reduce((a, b) => ({ macs: a.macs + b.macs, adds: a.adds + b.adds }), {
        macs: 0,
        adds: neuron.spike === undefined ? 0 : 1,
      });
    const weights = parameters.map((p) => elements(p.shape)).reduce(addSizes, NOTHING);
    this.rows.push({
      path,
      layer: neuron.name,
      resultType,
      parameters,
      macs: multiplySizes(units, constantSize(perUnit.macs)),
      adds: multiplySizes(units, constantSize(perUnit.adds)),
      bitOps: NOTHING,
      bytes: multiplySizes(addSizes(weights, units), constantSize(4)),
    });
  }

  /** Adds the operations of an expression; calls of members are handed to `found`. */
  private count(
    expr: Expr,
    owner: Callable,
    bindings: Bindings,
    time: Time,
    counts: Counts,
    found: (call: CallExpr, time: Time) => void,
  ): void {
    const current =
      expr.tag === "time" ? { steps: substituteSize(expr.steps, bindings), always: false } : time;
    for (const part of partsOf(expr)) this.count(part, owner, bindings, current, counts, found);
    if (expr.tag === "call") found(expr, current);
    if (expr.tag === "op") {
      const { macs, adds } = opCounts(
        expr,
        bindings,
        expr.timed || current.always ? current.steps : ONE,
      );
      counts.macs = addSizes(counts.macs, macs);
      counts.adds = addSizes(counts.adds, adds);
    }
    if (expr.tag === "function") this.countFunction(expr, bindings, current, counts, found);
  }

  private countFunction(
    expr: FunctionCallExpr,
    bindings: Bindings,
    time: Time,
    counts: Counts,
    found: (call: CallExpr, time: Time) => void,
  ): void {
    const { callee } = expr;
    const inner = new Map<string, Size>();
    for (const [name, size] of expr.sizes) inner.set(name, substituteSize(size, bindings));
    bindInputs(callee.inputs, expr.args, bindings, inner);
    const always = time.always || (expr.timed && !callee.result.timed);
    for (const root of [...callee.body.map((statement) => statement.value), callee.result]) {
      this.count(root, callee, inner, { steps: time.steps, always }, counts, found);
    }
  }
}

/* ---------------------------------------------------------------- counting */

function opCounts(expr: OpExpr, bindings: Bindings, repeat: Size): Counts {
  const dimsOf = (value: Expr): readonly Size[] =>
    value.type.dims.map((dim) => substituteSize(dim, bindings));
  const times = (...sizes: readonly Size[]): Size => [...sizes, repeat].reduce(multiplySizes);
  const [x] = expr.args;
  switch (expr.op) {
    case "matMul": {
      const [, weight] = expr.args;
      return byKind(x.type.kind, times(elements(dimsOf(x)), elements(dimsOf(weight).slice(1))));
    }
    case "dot":
      return byKind(x.type.kind, times(elements(dimsOf(x))));
    case "propagate": {
      const width = elements(dimsOf(x).slice(1));
      const products = times(edgesOf(expr, bindings), width);
      const isWeighted = expr.args.length > 1;
      return isWeighted ? byKind(x.type.kind, products) : { macs: NOTHING, adds: products };
    }
    case "aggregate":
    case "pool": {
      const each =
        expr.op === "pool"
          ? times(elements(dimsOf(x)))
          : times(edgesOf(expr, bindings), elements(dimsOf(x).slice(1)));
      const counts: Counts = { macs: NOTHING, adds: NOTHING };
      for (const reducer of expr.attributes.reduce ?? []) {
        if (reducer === "std" || reducer === "softmax-weighted") {
          counts.macs = addSizes(counts.macs, each);
        }
        if (reducer !== "softmax-weighted") counts.adds = addSizes(counts.adds, each);
      }
      return counts;
    }
    default:
      return { macs: NOTHING, adds: NOTHING };
  }
}

/** Products with a value that is 0, 1 or -1 are additions. */
function byKind(kind: Kind, products: Size): Counts {
  const isBinary = kind === "spike" || kind === "trit" || kind === "sign";
  return isBinary ? { macs: NOTHING, adds: products } : { macs: products, adds: NOTHING };
}

function edgesOf(expr: OpExpr, bindings: Bindings): Size {
  const { graph } = expr.attributes;
  if (graph === undefined) return NOTHING;
  const edges = substituteSize(graph.type.edges, bindings);
  if (!graph.selfLoops) return edges;
  return addSizes(edges, substituteSize(graph.type.nodes, bindings));
}

function scalarCounts(scalar: Scalar): { readonly macs: number; readonly adds: number } {
  switch (scalar.tag) {
    case "number":
    case "name":
      return { macs: 0, adds: 0 };
    case "neg":
      return scalarCounts(scalar.operand);
    case "binary": {
      const a = scalarCounts(scalar.left);
      const b = scalarCounts(scalar.right);
      const isSum = scalar.op === "+" || scalar.op === "-";
      return { macs: a.macs + b.macs + (isSum ? 0 : 1), adds: a.adds + b.adds + (isSum ? 1 : 0) };
    }
    case "call": {
      const parts = scalar.args.map(scalarCounts);
      return {
        macs: parts.reduce((sum, part) => sum + part.macs, 1),
        adds: parts.reduce((sum, part) => sum + part.adds, 0),
      };
    }
  }
}

/* ---------------------------------------------------------------- sizes */

function elements(dims: readonly Size[]): Size {
  return dims.reduce(multiplySizes, ONE);
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function substituted(type: TensorType, bindings: Bindings): TensorType {
  return { ...type, dims: type.dims.map((dim) => substituteSize(dim, bindings)) };
}

/** With the number of steps in front, unless it is 1. */
function timedType(type: TensorType, steps: Size): TensorType {
  return steps === ONE ? type : { ...type, dims: [steps, ...type.dims] };
}

/** Finds what the index spaces of a callee's inputs are at the call. */
function bindInputs(
  inputs: readonly InputIr[],
  args: CallExpr["args"],
  outer: Bindings,
  inner: Map<string, Size>,
): void {
  inputs.forEach((input, k) => {
    const arg = args[k];
    if (input.type.tag === "graph") {
      if (arg !== undefined && isGraphRef(arg)) bindGraph(input.type, arg.type, outer, inner);
      return;
    }
    if (arg === undefined || isGraphRef(arg)) return;
    const given = substituted(arg.type, outer).dims;
    const { dims } = input.type;
    const rest = dims.length > 0 && dims[0].terms.has("...") ? dims.slice(1) : dims;
    const leading = given.slice(0, given.length - rest.length);
    if (rest.length < dims.length) inner.set("...", elements(leading));
    rest.forEach((dim, d) => bind(dim, given[leading.length + d], inner));
  });
}

function bindGraph(
  type: GraphType,
  given: GraphType,
  outer: Bindings,
  inner: Map<string, Size>,
): void {
  bind(type.nodes, substituteSize(given.nodes, outer), inner);
  bind(type.edges, substituteSize(given.edges, outer), inner);
  bind(type.graphs, substituteSize(given.graphs, outer), inner);
  const edges = substituteSize(given.edges, outer);
  const nodes = substituteSize(given.nodes, outer);
  bindLoops(type, { ...given, edges, nodes }, inner);
}

/** The checker calls the edges of a graph with self loops `E+loops`: one more for each node. */
function bindLoops(type: GraphType, given: GraphType, inner: Map<string, Size>): void {
  const edges = asSymbol(type.edges);
  if (edges !== undefined) inner.set(`${edges}+loops`, addSizes(given.edges, given.nodes));
}

function bind(pattern: Size, value: Size | undefined, inner: Map<string, Size>): void {
  if (value === undefined || pattern.terms.size !== 1) return;
  const [[symbol, factor]] = pattern.terms;
  if (factor === 1 && symbol !== "" && !symbol.includes("*") && !inner.has(symbol)) {
    inner.set(symbol, value);
  }
}
