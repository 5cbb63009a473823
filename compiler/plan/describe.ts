/**
 * What a planned model is made of: one row per layer and neuron, with its weights and the operations of
 * one forward pass as polynomials in the index spaces (N nodes, E edges, G graphs, T steps).
 *
 * The rules of counting are those of operations.ts (and runtime/energy/README.md, which measures). The counts
 * are upper bounds: every unit fires at every step, and no zero is skipped. Self loops count as N further edges.
 * Bytes are what the row holds and writes: 4 per weight and 4 per element of its result.
 */
import {
  addSizes,
  asSymbol,
  constantSize,
  divideSizes,
  multiplySizes,
  substituteSize,
} from "../check/size.js";
import { planForTensors } from "./index.js";
import type { Program } from "../ir/program.js";
import type {
  CallExpr,
  Expr,
  FunctionCallExpr,
  Initialiser,
  InputIr,
  LayerIr,
  ModelIr,
  NeuronIr,
} from "../ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../ir/types.js";
import {
  addCounts,
  elements,
  kindOf,
  neuronCounts,
  NOTHING,
  noCounts,
  ONE,
  opCounts,
  type Bindings,
  type Counts,
  type Kinds,
} from "./operations.js";
import { isGraphRef, memberOf, partsOf, rootsOf, visit } from "./walk.js";
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
  /** Words of 32 bits read and written. */
  readonly reads: Size;
  readonly writes: Size;
  readonly bytes: Size;
}

/** Steps of the surrounding time block. */
interface Time {
  readonly steps: Size;
  /** True in a layer whose code does not mention time although its caller runs it at every step. */
  readonly always: boolean;
}

/** What was counted of a callable so far, and the kinds of the names that its body knows. */
interface Total {
  counts: Counts;
  readonly kinds: Map<string, Kind>;
}

/** The rows of one model or variant of a planned program, in the order of the calls. */
export function describe(planned: Program, modelName: string): readonly LayerRow[] {
  const program = planForTensors(planned);
  const model = program.models.find((candidate) => candidate.name === modelName);
  if (model === undefined) throw new Error(`there is no model ${modelName}`);
  const layers = new Map(program.layers.map((layer) => [layer.name, layer]));
  const describer = new Describer(layers);
  const bindings = new Map<string, Size>();
  for (const { type } of model.inputs) {
    if (type.tag === "graph") bindLoops(type, type, bindings);
  }
  const time = { steps: ONE, always: false };
  const kinds = new Map<string, Kind>();
  for (const { name, type } of model.inputs) if (type.tag === "tensor") kinds.set(name, type.kind);
  describer.callable(model, "", model.declaredName, model.result.type, bindings, time, kinds);
  return describer.rows;
}

/** The sum of a column over rows. */
export function total(rows: readonly LayerRow[], column: keyof Counts | "bytes"): Size {
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
    given: Kinds,
  ): void {
    const total: Total = { counts: noCounts, kinds: new Map(given) };
    const members: (() => void)[] = [];
    const opened = new Set<string>();
    const parameters = callable.params.map((param) => ({
      path: joined(path, param.name),
      shape: param.type.dims.map((dim) => substituteSize(dim, bindings)),
      initial: param.initial,
      learned: param.running === undefined,
    }));
    const at = this.rows.length;
    const found = (call: CallExpr, current: Time): void => {
      const kinds = new Map(total.kinds);
      members.push(() => this.member(call, callable, path, bindings, current, kinds));
    };
    for (const root of rootsOf(callable)) {
      visit(root, (part) => {
        if (part.tag !== "param" || part.member === undefined || opened.has(part.member)) return;
        opened.add(part.member);
        const { member } = part;
        members.push(() => this.opened(member, callable, path, bindings));
      });
    }
    for (const { name, value } of callable.body) {
      this.count(value, callable, bindings, time, total, found);
      total.kinds.set(name, kindOf(value, total.kinds));
    }
    this.count(callable.result, callable, bindings, time, total, found);
    const weights = parameters
      .map((parameter) => elements(parameter.shape))
      .reduce(addSizes, NOTHING);
    const held = multiplySizes(weights, constantSize(4));
    const own = { path, layer, resultType, parameters, ...total.counts };
    const written = multiplySizes(elements(resultType.dims), constantSize(4));
    this.rows.splice(at, 0, { ...own, bytes: addSizes(held, path === "" ? NOTHING : written) });
    members.forEach((describe) => describe());
  }

  /** The row of a layer that its owner computes: it holds its weights and counts nothing. */
  private opened(
    memberPath: string,
    owner: LayerIr | ModelIr,
    path: string,
    bindings: Bindings,
  ): void {
    const member = memberOf(owner, memberPath);
    if (member?.target.tag !== "layer") return;
    const { target } = member;
    const at = joined(path, memberPath);
    const sizes = new Map(bindings);
    for (const [name, size] of member.sizes) sizes.set(name, substituteSize(size, bindings));
    const parameters = target.params.map((param) => ({
      path: joined(at, param.name),
      shape: param.type.dims.map((dim) => substituteSize(dim, sizes)),
      initial: param.initial,
      learned: true,
    }));
    const weights = parameters.map(({ shape }) => elements(shape)).reduce(addSizes, NOTHING);
    this.rows.push({
      path: at,
      layer: target.declaredName,
      resultType: substituted(member.resultType, bindings),
      parameters,
      ...noCounts,
      bytes: multiplySizes(weights, constantSize(4)),
    });
  }

  private member(
    call: CallExpr,
    owner: LayerIr | ModelIr,
    path: string,
    bindings: Bindings,
    time: Time,
    kinds: Kinds,
  ): void {
    const member = memberOf(owner, call.member);
    if (member === undefined) throw new Error(`${owner.name} has no member ${call.member}`);
    const at = joined(path, member.path);
    const repeat = call.timed || time.always ? time.steps : ONE;
    const resultType = timedType(substituted(call.type, bindings), repeat);
    const { target } = member;
    if (target.tag === "neuron") {
      this.neuron(
        target,
        member.sizes,
        at,
        resultType,
        bindings,
        call.steps === undefined ? ONE : repeat,
      );
      return;
    }
    const layer = this.layers.get(target.name) ?? target;
    const inner = new Map<string, Size>();
    for (const [name, size] of member.sizes) inner.set(name, substituteSize(size, bindings));
    bindInputs(layer.inputs, call.args, bindings, inner);
    const always = repeat !== ONE && !layer.result.timed;
    const passed = passedKinds(layer.inputs, call.args, kinds);
    this.callable(
      layer,
      at,
      layer.declaredName,
      resultType,
      inner,
      { steps: repeat, always },
      passed,
    );
  }

  private neuron(
    neuron: NeuronIr,
    sizes: ReadonlyMap<string, Size>,
    path: string,
    resultType: TensorType,
    bindings: Bindings,
    steps: Size,
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
    const perStep = divideSizes(units, steps) ?? units;
    const weights = parameters.map((p) => elements(p.shape)).reduce(addSizes, NOTHING);
    this.rows.push({
      path,
      layer: neuron.name,
      resultType,
      parameters,
      ...neuronCounts(neuron, perStep, steps),
      bytes: multiplySizes(addSizes(weights, units), constantSize(4)),
    });
  }

  /** Adds the operations of an expression; calls of members are handed to `found`. */
  private count(
    expr: Expr,
    owner: Callable,
    bindings: Bindings,
    time: Time,
    total: Total,
    found: (call: CallExpr, time: Time) => void,
  ): void {
    if (expr.tag === "time") {
      const inside = { steps: substituteSize(expr.steps, bindings), always: false };
      if (expr.over !== undefined) {
        this.count(expr.over.value, owner, bindings, time, total, found);
        total.kinds.set(expr.over.name, kindOf(expr.over.value, total.kinds));
      }
      for (const { name, value } of expr.lets) {
        this.count(value, owner, bindings, inside, total, found);
        total.kinds.set(name, kindOf(value, total.kinds));
      }
      this.count(expr.body, owner, bindings, inside, total, found);
      return;
    }
    for (const part of partsOf(expr)) this.count(part, owner, bindings, time, total, found);
    if (expr.tag === "call") found(expr, time);
    if (expr.tag === "op") {
      const repeat = expr.timed || time.always ? time.steps : ONE;
      total.counts = addCounts(total.counts, opCounts(expr, bindings, total.kinds, repeat));
    }
    if (expr.tag === "function") this.countFunction(expr, bindings, time, total, found);
  }

  private countFunction(
    expr: FunctionCallExpr,
    bindings: Bindings,
    time: Time,
    total: Total,
    found: (call: CallExpr, time: Time) => void,
  ): void {
    const { callee } = expr;
    const inner = new Map<string, Size>();
    for (const [name, size] of expr.sizes) inner.set(name, substituteSize(size, bindings));
    bindInputs(callee.inputs, expr.args, bindings, inner);
    const always = time.always || (expr.timed && !callee.result.timed);
    const kinds = new Map(passedKinds(callee.inputs, expr.args, total.kinds));
    const own: Total = { counts: noCounts, kinds };
    for (const root of [...callee.body.map((statement) => statement.value), callee.result]) {
      this.count(root, callee, inner, { steps: time.steps, always }, own, found);
    }
    total.counts = addCounts(total.counts, own.counts);
  }
}

/** Kinds of what is handed to the inputs of a callee. */
function passedKinds(inputs: readonly InputIr[], args: CallExpr["args"], kinds: Kinds): Kinds {
  const passed = new Map<string, Kind>();
  inputs.forEach(({ name }, k) => {
    const arg = args[k];
    if (arg !== undefined && !isGraphRef(arg)) passed.set(name, kindOf(arg, kinds));
  });
  return passed;
}

/* ---------------------------------------------------------------- sizes */

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
