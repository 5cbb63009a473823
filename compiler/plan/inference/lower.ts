/**
 * From a planned model to its inference plan: layers and functions are inlined, time blocks become
 * counts of steps, every size that is not decided by the inputs becomes a number, and what is computed
 * twice with the same operands is computed once.
 */
import type { Program } from "../../ir/program.js";
import type {
  CallExpr,
  Expr,
  FunctionCallExpr,
  GraphRef,
  LayerIr,
  MemberIr,
  ModelIr,
  NeuronIr,
  OpExpr,
  OpName,
  Origin,
  Statement,
  TimeExpr,
} from "../../ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../../ir/types.js";
import { asSymbol, equalSizes } from "../../check/size.js";
import { isGraphRef, memberOf } from "../walk.js";
import type { Callable } from "../walk.js";
import { mergeChains, withoutUnused } from "./merge.js";
import { numberOf } from "./numbers.js";
import { packSigns } from "./pack.js";
import { isElementwise, resultOf, viewOf, type Shape } from "./operations.js";
import type {
  Dim,
  InferencePlan,
  PlanGraph,
  PlanGraphType,
  PlanNeuron,
  PlanSource,
  PlanStep,
  PlanType,
  PlanValue,
  Pointwise,
  Unsupported,
} from "./plan.js";
import { NoPlan, placeOf, refuse } from "./refusal.js";
import { accessOf, dimOf, type Numbers } from "./shapes.js";
import { joined, weightsOf } from "./weights.js";

/** The plan of a model of a planned program, or what in it has no place in a plan. */
export function inferencePlan(program: Program, model: ModelIr): InferencePlan | Unsupported {
  try {
    return new Lowering(program).model(model);
  } catch (error) {
    if (error instanceof NoPlan) return { what: error.message, place: error.place };
    throw error;
  }
}

/** True for a plan, false for the reason why there is none. */
export function isPlan(one: InferencePlan | Unsupported): one is InferencePlan {
  return "format" in one;
}

/** A graph input, with self loops or with the neighbours that the model found in place of its edges. */
interface BaseGraph {
  readonly input: string;
  readonly selfLoops: boolean;
  readonly near?: { readonly value: number; readonly count: number };
}

/** What the names of a callable mean at the call at hand. */
interface Frame {
  readonly owner: Callable;
  readonly path: string;
  readonly numbers: Numbers;
  /** What the names of graphs mean; a body adds those that it builds. */
  readonly graphs: Map<string, BaseGraph>;
  /** Numbers of values; time blocks add to a copy. */
  readonly locals: Map<string, number>;
}

/** Movements on a graph with the same number of neighbours everywhere. */
const NEAR_OPERATIONS: Readonly<Partial<Record<OpName, PlanStep["op"]>>> = {
  source: "nearSource",
  target: "nearTarget",
  aggregate: "nearAggregate",
};

class Lowering {
  private readonly values: PlanValue[] = [];
  private readonly steps: PlanStep[] = [];
  private readonly graphs: PlanGraph[] = [];
  /** For each graph the value that lists its neighbours, when the model builds it. */
  private readonly neighbourLists: (number | undefined)[] = [];
  private readonly known = new Map<string, number>();
  private readonly layers: ReadonlyMap<string, LayerIr>;
  private readonly graphTypes = new Map<string, GraphType>();

  constructor(program: Program) {
    this.layers = new Map(program.layers.map((layer) => [layer.name, layer]));
  }

  model(model: ModelIr): InferencePlan {
    const frame: Frame = {
      owner: model,
      path: "",
      numbers: new Map(),
      graphs: new Map(
        model.inputs.flatMap(({ name, type }) =>
          type.tag === "graph" ? [[name, { input: name, selfLoops: false }] as const] : [],
        ),
      ),
      locals: new Map(),
    };
    for (const { name, type } of model.inputs) {
      if (type.tag === "graph") {
        this.graphTypes.set(name, type);
        const fields = [...type.nodeFields.values()];
        const changes = fields.some(({ dims }) => !equalSizes(dims[0], type.nodes));
        if (changes) refuse("a feature with a table for each snapshot", model.origin);
        continue;
      }
      const source: PlanSource = { tag: "input", name };
      const dims = this.dims(type.dims, frame, model.origin);
      const value = this.leaf(source, { kind: type.kind, dims, steps: 1 });
      frame.locals.set(name, value);
    }
    const weights = weightsOf(model, "", frame.numbers, (member, outer) =>
      this.numbersIn(member, outer, model.origin),
    );
    if (weights === undefined) refuse("a weight whose shape depends on the input", model.origin);
    const result = this.block(model.body, model.result, frame);
    const inputs = model.inputs.map(({ name, type }) => [name, this.inputType(type, frame)]);
    const merged = mergeChains({
      format: "sgnn-plan-2",
      name: model.name,
      inputs: Object.fromEntries(inputs) as InferencePlan["inputs"],
      output: this.planType(model.result.type, frame, model.origin),
      graphs: this.graphs,
      weights,
      values: this.values,
      steps: this.steps,
      result,
    });
    return withoutUnused(packSigns(merged));
  }

  /* ------------------------------------------------------------ types */

  private inputType(type: TensorType | GraphType, frame: Frame): PlanType | PlanGraphType {
    const { origin } = frame.owner;
    if (type.tag === "tensor") return this.planType(type, frame, origin);
    const fields = (of: ReadonlyMap<string, TensorType>) =>
      Object.fromEntries(
        [...of].map(([name, field]) => [name, this.planType(field, frame, origin)]),
      );
    return { kind: "graph", nodes: fields(type.nodeFields), edges: fields(type.edgeFields) };
  }

  private planType(type: TensorType, frame: Frame, origin: Origin): PlanType {
    return { kind: type.kind, dims: this.dims(type.dims, frame, origin) };
  }

  private dims(sizes: readonly Size[], frame: Frame, origin: Origin): readonly Dim[] {
    return sizes.map((size) => this.dim(size, frame, origin));
  }

  private dim(size: Size, frame: Frame, origin: Origin): Dim {
    return dimOf(size, frame.numbers) ?? refuse("a size computed from sizes of the input", origin);
  }

  /** Values of a member's sizes and constants. */
  private numbersIn(member: MemberIr, outer: Numbers, origin: Origin): Numbers {
    const inner = new Map<string, Dim>();
    for (const [name, size] of member.sizes) {
      const dim = dimOf(size, outer);
      if (dim !== undefined) inner.set(name, dim);
    }
    this.constants(member.constants, outer, inner, origin);
    const { target } = member;
    if (target.tag === "layer") {
      for (const [name, value] of target.constants) {
        if (value !== undefined && !inner.has(name)) inner.set(name, value);
      }
    }
    return inner;
  }

  private constants(
    given: ReadonlyMap<string, number | Expr>,
    outer: Numbers,
    inner: Map<string, Dim>,
    origin: Origin,
  ): void {
    for (const [name, value] of given) {
      const number = typeof value === "number" ? value : numberOf(value, outer);
      inner.set(name, number ?? refuse("a constant that depends on the input", origin));
    }
  }

  /* ------------------------------------------------------------ values */

  private leaf(source: PlanSource, shape: Omit<PlanValue, "source">): number {
    return this.once(`leaf ${JSON.stringify(source)}`, () => this.add({ ...shape, source }));
  }

  private add(value: PlanValue): number {
    return this.values.push(value) - 1;
  }

  private once(key: string, make: () => number): number {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.known.set(key, made);
    return made;
  }

  /** The same numbers under other dims or another count of steps. */
  private view(of: number, shape: Pick<PlanValue, "kind" | "dims" | "steps">): number {
    const from = this.values[of];
    const { kind, dims, steps } = shape;
    if (from.steps === steps && from.dims.join() === dims.join()) return of;
    return this.once(`view ${of} ${steps} [${dims.join()}]`, () => {
      const root = from.of ?? of;
      return this.add({ kind, dims, steps, of: root });
    });
  }

  /** Inside a time block a value of T slices is T steps; outside, the steps are its first dim. */
  private enterTime(value: number, origin: Origin): number {
    const { kind, dims, steps } = this.values[value];
    if (steps !== 1) refuse("a time block inside another", origin);
    return this.view(value, { kind, dims: dims.slice(1), steps: dims[0] });
  }

  private leaveTime(value: number, steps: Dim, origin: Origin): number {
    const { kind, dims, steps: own } = this.values[value];
    if (own !== steps) refuse("a time block whose value does not change in time", origin);
    return this.view(value, { kind, dims: [steps, ...dims], steps: 1 });
  }

  /* ------------------------------------------------------------ expressions */

  private block(lets: readonly Statement[], result: Expr, frame: Frame): number {
    for (const { name, value } of lets) {
      if (value.tag === "op" && (value.op === "knn" || value.op === "radius")) {
        frame.graphs.set(name, this.neighbours(value, frame));
      } else frame.locals.set(name, this.value(value, frame));
    }
    return this.value(result, frame);
  }

  /** The graph that a model builds from its values: a list of neighbours of each node. */
  private neighbours(expr: OpExpr, frame: Frame): BaseGraph {
    const { op, args, attributes, origin } = expr;
    const [x] = args;
    if (op !== "knn") return refuse("a radius graph", origin);
    if (attributes.graph === undefined || attributes.count === undefined) {
      throw new Error("`knn` without a graph or a number of neighbours");
    }
    const count = this.dim(attributes.count, frame, origin);
    const { metric = "euclidean" } = attributes;
    if (typeof count !== "number") return refuse("a `knn` whose k depends on the input", origin);
    if (metric === "cosine") return refuse("`knn` by angle", origin);
    const base = this.graphOf(attributes.graph, frame);
    if (base.near !== undefined) return refuse("a `knn` on the graph of another", origin);
    const from = this.value(x, frame);
    const { dims, steps } = this.values[from];
    if (steps !== 1) return refuse("a `knn` at every time step", origin);
    const graph = this.graph(attributes.graph, frame);
    const result: Shape = { kind: "real", dims: [dims[0], count], steps: 1 };
    const value = this.step("knn", [from], result, { graph, count, metric }, origin);
    return { ...base, near: { value, count } };
  }

  private value(expr: Expr, frame: Frame): number {
    const number = numberOf(expr, frame.numbers);
    if (number !== undefined) return this.number(number);
    switch (expr.tag) {
      case "local": {
        const found = frame.locals.get(expr.name);
        if (found === undefined) throw new Error(`nothing is called ${expr.name}`);
        return found;
      }
      case "param": {
        const latent = this.weight(expr, frame);
        if (expr.type.kind !== "sign") return latent;
        const { dims } = this.values[latent];
        return this.pointwise(
          { op: "sign", attributes: {} },
          [latent],
          { kind: "sign", dims, steps: 1 },
          expr.origin,
        );
      }
      case "feature": {
        const graph = this.graph(expr.graph, frame);
        const type = this.graphTypes.get(this.graphs[graph].input);
        const fields = expr.on === "nodes" ? type?.nodeFields : type?.edgeFields;
        const own = fields?.get(expr.name) ?? expr.type;
        const [, ...rest] = this.dims(own.dims, frame, expr.origin);
        const space = expr.on === "nodes" ? this.graphs[graph].nodes : this.graphs[graph].edges;
        const { on, name } = expr;
        return this.leaf(
          { tag: "feature", graph, on, name },
          { kind: own.kind, dims: [space, ...rest], steps: 1 },
        );
      }
      case "op":
        return this.operation(expr, frame);
      case "call":
        return this.call(expr, frame);
      case "function":
        return this.callFunction(expr, frame);
      case "time":
        return this.leaveTime(
          this.timeBlock(expr, frame),
          this.dim(expr.steps, frame, expr.origin),
          expr.origin,
        );
      case "constant":
      case "size":
        return refuse("a number that depends on the input", expr.origin);
      case "gather":
      case "edge":
        throw new Error(`${expr.tag} was not lowered: plan the program first`);
      default:
        return refuse("a construct of a later version", (expr as Expr).origin);
    }
  }

  /** The stored value of a parameter; of one of kind `sign`, the latent one. */
  private weight(expr: Expr & { tag: "param" }, frame: Frame): number {
    const owner = expr.member === undefined ? frame.path : joined(frame.path, expr.member);
    const path = joined(owner, expr.name);
    const dims = this.dims(expr.type.dims, frame, expr.origin);
    return this.leaf({ tag: "weight", path }, { kind: "real", dims, steps: 1 });
  }

  private number(value: number): number {
    return this.leaf({ tag: "number", value }, { kind: "real", dims: [], steps: 1 });
  }

  /** The value of a time block with its steps. */
  private timeBlock(expr: TimeExpr, frame: Frame): number {
    const inside: Frame = { ...frame, locals: new Map(frame.locals) };
    if (expr.over !== undefined) {
      const whole = this.value(expr.over.value, frame);
      const value = this.enterTime(whole, expr.origin);
      inside.locals.set(expr.over.name, value);
    }
    const value = this.block(expr.lets, expr.body, inside);
    return this.held(value, this.dim(expr.steps, frame, expr.origin), expr.body);
  }

  /** An untimed value repeated at every step. */
  private held(value: number, steps: Dim, expr: Expr): number {
    const from = this.values[value];
    const { kind, dims } = from;
    if (from.steps !== 1 || steps === 1 || dims.length === 0) return value;
    return this.step("hold", [value], { kind, dims, steps }, {}, expr.origin);
  }

  private operation(expr: OpExpr, frame: Frame): number {
    const { op, attributes, origin } = expr;
    if (op === "rate") return this.rate(expr, frame);
    if (op === "latent") {
      const [x] = expr.args;
      return x.tag === "param" ? this.weight(x, frame) : this.value(x, frame);
    }
    const args = expr.args.map((arg) => this.value(arg, frame));
    const steps = attributes.steps === undefined ? 1 : this.dim(attributes.steps, frame, origin);
    const shapes = args.map((arg) => this.values[arg]);
    if (args.length > 0) {
      const view = viewOf(expr, shapes[0], steps);
      if (view !== undefined) return this.view(args[0], view);
    }
    const graph = attributes.graph === undefined ? undefined : this.graph(attributes.graph, frame);
    const known = graph === undefined ? undefined : this.graphs[graph];
    const count =
      attributes.count === undefined ? undefined : this.dim(attributes.count, frame, origin);
    const result = resultOf(expr, shapes, known, steps, count);
    if (result === undefined) return refuse(`\`${op}\` of these operands`, origin);
    if (isElementwise(op)) return this.pointwise(expr, args, result, origin);
    // Every node has neighbours, so there are no rows to be made 0.
    if (known?.near !== undefined && op === "reached") return args[0];
    if (known?.near !== undefined && graph !== undefined && op !== "pool") {
      const moved =
        NEAR_OPERATIONS[op] ?? refuse(`\`${op}\` on a graph built by the model`, origin);
      const list = this.neighbourLists[graph];
      const operands = op === "source" && list !== undefined ? [...args, list] : args;
      const { reduce } = attributes;
      return this.step(moved, operands, result, { graph, reduce, count: known.near }, origin);
    }
    const start =
      attributes.start === undefined ? undefined : this.dim(attributes.start, frame, origin);
    const slope = op === "attentionScores" ? attributes.slope : undefined;
    return this.step(op, args, result, { graph, reduce: attributes.reduce, start, slope }, origin);
  }

  private pointwise(
    { op, attributes }: Pick<OpExpr, "op" | "attributes">,
    args: readonly number[],
    result: Shape,
    origin: Origin,
  ): number {
    const { slope, low, high } = attributes;
    const operands: number[] = [];
    const parts = args.map((arg): Pointwise => {
      const { source } = this.values[arg];
      if (source?.tag === "number") return { tag: "number", value: Math.fround(source.value) };
      return { tag: "operand", index: operands.push(arg) - 1 };
    });
    const access = operands.map(
      (arg) => accessOf(this.values[arg], result) ?? refuse("this broadcasting", origin),
    );
    const expression: Pointwise = { tag: "op", op, args: parts, slope, low, high };
    return this.step("pointwise", operands, result, { pointwise: { expression, access } }, origin);
  }

  /** The mean over the steps of a timed value, or over the first dim of one that has left its block. */
  private rate(expr: OpExpr, frame: Frame): number {
    const [operand] = expr.args;
    const { origin } = expr;
    let value: number;
    if (operand.tag === "time") value = this.timeBlock(operand, frame);
    else {
      value = this.value(operand, frame);
      if (!operand.timed) value = this.enterTime(value, origin);
    }
    const from = this.values[value];
    if (from.steps === 1) return value;
    const result = resultOf(expr, [from], undefined, 1);
    if (result === undefined) return refuse("`rate` of this operand", origin);
    return this.step("rate", [value], result, {}, origin);
  }

  private step(
    op: PlanStep["op"],
    args: readonly number[],
    result: Pick<PlanValue, "kind" | "dims" | "steps">,
    attributes: Partial<PlanStep>,
    origin: Origin,
  ): number {
    const make = (): number => {
      const { kind, dims, steps } = result;
      const value = this.add({ kind, dims, steps });
      this.steps.push({ op, args, result: value, ...attributes, place: placeOf(origin) });
      return value;
    };
    if (op === "neuron") return make();
    return this.once(`${op} ${args.join()} ${result.steps} ${JSON.stringify(attributes)}`, make);
  }

  /* ------------------------------------------------------------ calls */

  private call(expr: CallExpr, frame: Frame): number {
    const { origin } = expr;
    const member = memberOf(frame.owner, expr.member);
    if (member === undefined) throw new Error(`${frame.owner.name} has no member ${expr.member}`);
    const path = joined(frame.path, member.path);
    const numbers = this.numbersIn(member, frame.numbers, origin);
    const { target } = member;
    if (target.tag === "neuron") return this.neuron(expr, target, path, numbers, frame);
    const layer = this.layers.get(target.name) ?? target;
    return this.body(layer, expr.args, path, numbers, frame);
  }

  private callFunction(expr: FunctionCallExpr, frame: Frame): number {
    const numbers = new Map<string, Dim>();
    for (const [name, size] of expr.sizes) {
      const dim = dimOf(size, frame.numbers);
      if (dim !== undefined) numbers.set(name, dim);
    }
    this.constants(expr.constants, frame.numbers, numbers, expr.origin);
    return this.body(expr.callee, expr.args, frame.path, numbers, frame);
  }

  private body(
    owner: Callable,
    args: readonly (Expr | GraphRef)[],
    path: string,
    numbers: Numbers,
    outer: Frame,
  ): number {
    const graphs = new Map<string, BaseGraph>();
    const locals = new Map<string, number>();
    owner.inputs.forEach(({ name }, k) => {
      const arg = args[k];
      if (isGraphRef(arg)) {
        const base = this.graphOf(arg, outer);
        graphs.set(name, { ...base, selfLoops: base.selfLoops || arg.selfLoops });
      } else locals.set(name, this.value(arg, outer));
    });
    return this.block(owner.body, owner.result, { owner, path, numbers, graphs, locals });
  }

  private neuron(
    expr: CallExpr,
    neuron: NeuronIr,
    path: string,
    numbers: Numbers,
    frame: Frame,
  ): number {
    const { origin } = expr;
    const args = expr.args.map((arg) => {
      if (isGraphRef(arg)) throw new Error("a neuron takes no graph");
      return this.value(arg, frame);
    });
    const steps = expr.steps === undefined ? 1 : this.dim(expr.steps, frame, origin);
    const channels = numbers.get("channels");
    if (typeof channels !== "number") {
      return refuse("a neuron whose channels depend on the input", origin);
    }
    const parameters = neuron.params.map(({ name, learn, per, initial }) => {
      if (learn) {
        const shape = { kind: "real" as Kind, dims: [per === "channel" ? channels : 1], steps: 1 };
        return { value: this.leaf({ tag: "weight", path: joined(path, name) }, shape), per };
      }
      const given = numbers.get(name) ?? fixedValue(initial.name, initial.args);
      if (typeof given !== "number") return refuse("a constant drawn at random", origin);
      // One number serves all channels.
      return { value: this.number(given), per: "shared" as const };
    });
    const held = args.map((arg) => steps !== 1 && this.values[arg].steps === 1);
    const about: PlanNeuron = {
      path,
      type: neuron.name,
      channels,
      parameters,
      held,
      states: neuron.states.length,
      spikes: neuron.spike !== undefined,
    };
    const { dims } = this.values[args[0]];
    return this.step(
      "neuron",
      args,
      { kind: neuron.emits, dims, steps },
      { neuron: about },
      origin,
    );
  }

  /* ------------------------------------------------------------ graphs */

  private graphOf(ref: GraphRef, frame: Frame): BaseGraph {
    return frame.graphs.get(ref.name) ?? refuse("a graph built by the model", frame.owner.origin);
  }

  /** Number of a graph of the plan. */
  private graph(ref: GraphRef, frame: Frame): number {
    const base = this.graphOf(ref, frame);
    const { input, near } = base;
    const selfLoops = base.selfLoops || ref.selfLoops;
    if (near !== undefined && selfLoops) {
      return refuse("self loops on a graph built by the model", frame.owner.origin);
    }
    const found = this.graphs.findIndex(
      (one, k) =>
        one.input === input &&
        one.selfLoops === selfLoops &&
        this.neighbourLists[k] === near?.value,
    );
    if (found >= 0) return found;
    const type = this.graphTypes.get(input);
    const nodes = type === undefined ? undefined : asSymbol(type.nodes);
    const edges = type === undefined ? undefined : asSymbol(type.edges);
    const graphs = type === undefined ? undefined : asSymbol(type.graphs);
    if (nodes === undefined || edges === undefined || graphs === undefined) {
      return refuse("a graph of fixed size", frame.owner.origin);
    }
    this.neighbourLists.push(near?.value);
    if (near !== undefined) {
      const space = `${nodes}*${near.count}`;
      const about = { input, selfLoops, nodes, edges: space, graphs, near: near.count };
      return this.graphs.push(about) - 1;
    }
    const space = selfLoops ? `${edges}+loops` : edges;
    return this.graphs.push({ input, selfLoops, nodes, edges: space, graphs }) - 1;
  }
}

function fixedValue(name: string, args: readonly number[]): number | undefined {
  if (name === "zeros") return 0;
  if (name === "ones") return 1;
  return name === "constant" ? args[0] : undefined;
}
