/**
 * A planned model as an ONNX graph (opset 18).
 *
 * Inputs: every tensor input by its name; of a graph its node features by their names, `edge_index` [2, E]
 * (row 0 where a message comes from, row 1 where it goes to), edge features by their names, and `batch` [N]
 * (the graph of each node) when the model pools. Dropout is the identity, running statistics are numbers.
 */
import { asInteger } from "../../check/size.js";
import { printSize } from "../../ir/print.js";
import type {
  Expr,
  FunctionIr,
  GraphRef,
  LayerIr,
  ModelIr,
  OpExpr,
  Statement,
  TimeExpr,
} from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import type { Size } from "../../ir/types.js";
import type { Weights } from "../unsupported.js";
import { Unsupported } from "../unsupported.js";
import { OnnxGraph } from "./graph.js";
import type { Dims } from "./graph.js";
import { degree, reduceSegments, softmax } from "./segments.js";
import type { Segments } from "./segments.js";

/** What stands for signs in the stage of a conversion that trained the weights. */
export interface SignStage {
  readonly activations: "sign" | "tanh" | "real";
  readonly weights: "sign" | "real";
}

/** What the file says of itself; `binary` is the stage of a conversion, fully binary unless given. */
export interface OnnxAbout {
  readonly version: string;
  readonly scale: string;
  readonly binary?: SignStage | undefined;
}

/** The bytes of an `.onnx` file. @throws Unsupported for time, neurons and what else ONNX has no words for */
export function toOnnx(
  program: Program,
  model: ModelIr,
  weights: Weights,
  about: OnnxAbout,
): Uint8Array {
  return new Lowering(program, weights, about.binary).run(model, about);
}

/** What names mean while one callable is lowered. */
interface Frame {
  /** Path of the callable in the model, with a dot behind it; empty for the model. */
  readonly path: string;
  readonly owner: LayerIr | ModelIr | FunctionIr;
  readonly locals: Map<string, string>;
  readonly graphs: ReadonlyMap<string, string>;
  readonly sizes: ReadonlyMap<string, Size>;
  readonly constants: ReadonlyMap<string, number>;
}

/** Names of the values that say where messages begin and end, and how many nodes there are, `[1]`. */
interface Ends {
  readonly source: string;
  readonly target: string;
  readonly nodes: string;
}
interface GraphInputs extends Ends {
  readonly features: ReadonlyMap<string, string>;
}

const unary: Readonly<Partial<Record<OpExpr["op"], string>>> = {
  relu: "Relu",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  elu: "Elu",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  abs: "Abs",
  sin: "Sin",
  cos: "Cos",
  erf: "Erf",
  neg: "Neg",
};
const binary: Readonly<Partial<Record<OpExpr["op"], string>>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  pow: "Pow",
  maximum: "Max",
  minimum: "Min",
};

class Lowering {
  private readonly graph = new OnnxGraph("sgnn");
  private readonly graphs = new Map<string, GraphInputs>();
  private readonly withLoops = new Map<GraphInputs, Ends>();
  private readonly stored = new Set<string>();
  private batch: string | undefined;

  constructor(
    private readonly program: Program,
    private readonly weights: Weights,
    private readonly stage: SignStage = { activations: "sign", weights: "sign" },
  ) {}

  run(model: ModelIr, about: OnnxAbout): Uint8Array {
    const locals = new Map<string, string>();
    const graphs = new Map<string, string>();
    for (const { name, type } of model.inputs) {
      if (type.tag === "graph") {
        graphs.set(name, name);
        this.graphInput(name, type);
      } else {
        locals.set(name, this.graph.input(name, "float", dimsOf(type.dims)));
      }
    }
    const constants = numbersOf(model.constants);
    const frame: Frame = { path: "", owner: model, locals, graphs, sizes: new Map(), constants };
    const result = this.callable(frame, model.body, model.result);
    this.graph.output("output", result, "float", dimsOf(model.result.type.dims));
    const notes = `${model.name}; edge_index row 0 is the source of a message, row 1 its target`;
    return this.graph.encode({ name: "sgnn", ...about }, notes);
  }

  private graphInput(name: string, type: GraphRef["type"]): void {
    const features = new Map<string, string>();
    for (const [feature, { dims }] of type.nodeFields) {
      features.set(feature, this.graph.input(feature, "float", dimsOf(dims)));
    }
    const edges = this.graph.input("edge_index", "int64", [2, "E"]);
    for (const [feature, { dims }] of type.edgeFields) {
      features.set(`e.${feature}`, this.graph.input(feature, "float", dimsOf(dims)));
    }
    const [nodes] = [...type.nodeFields.keys()];
    if (nodes === undefined) throw new Unsupported("a graph without node features", "ONNX");
    const row = (at: number): string =>
      this.graph.node("Gather", [edges, this.graph.constant("int64", [at], true)], { axis: 0 });
    this.graphs.set(name, {
      nodes: this.graph.node("Shape", [features.get(nodes) ?? ""], { start: 0, end: 1 }),
      source: row(0),
      target: row(1),
      features,
    });
  }

  private callable(frame: Frame, body: readonly Statement[], result: Expr): string {
    for (const { name, value } of body) frame.locals.set(name, this.lower(value, frame));
    return this.lower(result, frame);
  }

  private lower(expr: Expr, frame: Frame): string {
    switch (expr.tag) {
      case "constant":
        return this.graph.number(expr.value);
      case "size":
        return this.graph.number(this.sizeValue(expr.size, frame));
      case "local": {
        const known = frame.locals.get(expr.name);
        if (known === undefined)
          throw new Unsupported(`\`${expr.name}\``, "ONNX", expr.origin.line);
        return known;
      }
      case "param":
        // A pass computes here what a member would; its weights keep their path.
        return this.param(
          expr.member === undefined ? expr.name : `${expr.member}.${expr.name}`,
          frame,
        );
      case "feature": {
        const inputs = this.graphOf(expr.graph, frame);
        return inputs.features.get(expr.on === "nodes" ? expr.name : `e.${expr.name}`) ?? "";
      }
      case "call":
        return this.call(expr, frame);
      case "function": {
        const { callee } = expr;
        const sizes = new Map(
          [...expr.sizes].map(([name, size]) => [name, this.bound(size, frame)]),
        );
        const inner = {
          ...frame,
          owner: callee,
          sizes,
          constants: this.constantsOf(callee.constants, expr.constants, frame),
        };
        return this.inner(inner, callee, expr.args, frame);
      }
      case "op":
        return this.op(expr, frame);
      case "time":
        return this.time(expr, frame);
      default:
        throw new Unsupported(`\`${expr.tag}\``, "ONNX", expr.origin.line);
    }
  }

  /** One step is the body itself, with the dimension of time in front. */
  private time(expr: TimeExpr, frame: Frame): string {
    if (this.sizeValue(expr.steps, frame) !== 1 || expr.over !== undefined) {
      throw new Unsupported("`over time` with more than one step", "ONNX", expr.origin.line);
    }
    const inner = { ...frame, locals: new Map(frame.locals) };
    const body = this.callable(inner, expr.lets, expr.body);
    return this.graph.node("Unsqueeze", [body, this.graph.constant("int64", [0])]);
  }

  /** Lowers the body of a layer or function with its arguments. */
  private inner(
    inner: Omit<Frame, "locals" | "graphs">,
    callee: LayerIr | FunctionIr,
    args: readonly (Expr | GraphRef)[],
    outer: Frame,
  ): string {
    const locals = new Map<string, string>();
    const graphs = new Map<string, string>();
    callee.inputs.forEach(({ name }, k) => {
      const arg = args[k];
      if (arg === undefined) return;
      if ("tag" in arg) locals.set(name, this.lower(arg, outer));
      else graphs.set(name, outer.graphs.get(arg.name) ?? arg.name);
    });
    return this.callable({ ...inner, locals, graphs }, callee.body, callee.result);
  }

  private call(expr: Extract<Expr, { tag: "call" }>, frame: Frame): string {
    const members = frame.owner.tag === "function" ? [] : frame.owner.members;
    const member = members.find((one) => one.path === expr.member || one.field === expr.member);
    if (member === undefined) throw new Unsupported(`\`${expr.member}\``, "ONNX", expr.origin.line);
    const { target } = member;
    if (target.tag === "neuron") {
      throw new Unsupported(`the neuron \`${target.name}\``, "ONNX", expr.origin.line);
    }
    const layer = this.program.layers.find((one) => one.name === target.name) ?? target;
    const sizes = new Map([...member.sizes].map(([name, size]) => [name, this.bound(size, frame)]));
    const constants = this.constantsOf(layer.constants, member.constants, frame);
    const path = `${frame.path}${member.path}.`;
    return this.inner({ path, owner: layer, sizes, constants }, layer, expr.args, frame);
  }

  private constantsOf(
    defaults: ReadonlyMap<string, number | undefined>,
    given: ReadonlyMap<string, number | Expr>,
    frame: Frame,
  ): ReadonlyMap<string, number> {
    const values = new Map(numbersOf(defaults));
    for (const [name, value] of given) {
      values.set(name, typeof value === "number" ? value : this.constantValue(value, frame));
    }
    return values;
  }

  private constantValue(expr: Expr, frame: Frame): number {
    if (expr.tag === "constant") return expr.value;
    if (expr.tag === "size") return this.sizeValue(expr.size, frame);
    throw new Unsupported("a computed constant", "ONNX", expr.origin.line);
  }

  private sizeValue(size: Size, frame: Frame): number {
    const value = asInteger(this.bound(size, frame));
    if (value !== undefined) return value;
    const constant = frame.constants.get(printSize(size));
    if (constant !== undefined) return constant;
    throw new Unsupported(`the size \`${printSize(size)}\``, "ONNX");
  }

  private bound(size: Size, frame: Frame): Size {
    const terms = new Map<string, number>();
    for (const [key, factor] of size.terms) {
      let number = factor;
      const rest: string[] = [];
      for (const symbol of key === "" ? [] : key.split("*")) {
        const known = frame.sizes.get(symbol);
        const value = known === undefined ? undefined : asInteger(known);
        if (value === undefined) rest.push(symbol);
        else number *= value;
      }
      const name = rest.join("*");
      terms.set(name, (terms.get(name) ?? 0) + number);
    }
    return { terms };
  }

  /** What the stage has for a sign of an activation. */
  private sign(x: string): string {
    const { activations } = this.stage;
    if (activations === "real") return x;
    return activations === "tanh" ? this.graph.node("Tanh", [x]) : this.graph.sign(x);
  }

  /** @param latent the numbers behind a sign weight */
  private param(name: string, frame: Frame, latent = false): string {
    const path = `${frame.path}${name}`;
    const weight = this.weights.get(path);
    if (weight === undefined)
      throw new Unsupported(`the weight \`${path}\`, which is not saved`, "ONNX");
    if (!this.stored.has(path)) this.graph.weight(path, weight.shape, weight.data);
    this.stored.add(path);
    const { owner } = frame;
    const params = owner.tag === "function" ? [] : owner.params;
    const isSign = params.some((one) => one.name === name && one.type.kind === "sign");
    return isSign && !latent && this.stage.weights === "sign" ? this.graph.sign(path) : path;
  }

  private graphOf(ref: GraphRef, frame: Frame): GraphInputs {
    const graph = this.graphs.get(frame.graphs.get(ref.name) ?? ref.name);
    if (graph === undefined) throw new Unsupported(`the graph \`${ref.name}\``, "ONNX");
    return graph;
  }

  /* ------------------------------------------------------------ operations */

  private op(expr: OpExpr, frame: Frame): string {
    const { graph } = this;
    const { attributes } = expr;
    const simple = unary[expr.op];
    if (simple !== undefined) return graph.node(simple, [this.lower(expr.args[0], frame)]);
    const pair = binary[expr.op];
    if (pair !== undefined)
      return graph.node(
        pair,
        expr.args.map((arg) => this.lower(arg, frame)),
      );
    const args = (): string[] => expr.args.map((arg) => this.lower(arg, frame));
    const axes = (values: readonly number[]): string => graph.constant("int64", values);
    switch (expr.op) {
      case "leakyRelu":
        return graph.node("LeakyRelu", args(), { alpha: { float: attributes.slope ?? 0.01 } });
      case "square": {
        const [x] = args();
        return graph.node("Mul", [x, x]);
      }
      case "silu": {
        const [x] = args();
        return graph.node("Mul", [x, graph.node("Sigmoid", [x])]);
      }
      case "gelu": {
        const [x] = args();
        const inner = graph.node("Erf", [graph.node("Mul", [x, this.graph.number(Math.SQRT1_2)])]);
        const half = graph.node("Mul", [x, this.graph.number(0.5)]);
        return graph.node("Mul", [half, graph.node("Add", [inner, this.graph.number(1)])]);
      }
      case "sign":
        return this.sign(args()[0]);
      case "clip": {
        const limits = [attributes.low ?? 0, attributes.high ?? 1].map((value) =>
          this.graph.number(value),
        );
        return graph.node("Clip", [args()[0], ...limits]);
      }
      case "matMul":
        return this.matMul(expr, frame);
      case "dot":
        return graph.node("ReduceSum", [graph.node("Mul", args()), axes([-1])], { keepdims: 0 });
      case "concat":
        return graph.node("Concat", args(), { axis: -1 });
      case "flatten":
        return graph.node("Reshape", [args()[0], axes([0, -1])]);
      case "expand":
        return this.graph.expand(args()[0], attributes.axes ?? 0, expr.args[0].type.dims.length);
      case "softmax":
        return graph.node("Softmax", args(), { axis: -1 });
      case "logSoftmax":
        return graph.node("LogSoftmax", args(), { axis: -1 });
      case "rowSum":
        return graph.node("ReduceSum", [args()[0], axes([-1])], { keepdims: 1 });
      case "rowMean":
        return graph.node("ReduceMean", [args()[0], axes([-1])], { keepdims: 1 });
      case "latent": {
        const [weight] = expr.args;
        return weight.tag === "param"
          ? this.param(weight.name, frame, true)
          : this.lower(weight, frame);
      }
      case "columnMean":
        return this.columnMean(args()[0], expr.args[0].type.dims.length);
      case "columnVariance": {
        const [x] = args();
        const rank = expr.args[0].type.dims.length;
        const centred = graph.node("Sub", [x, this.columnMean(x, rank)]);
        return this.columnMean(graph.node("Mul", [centred, centred]), rank);
      }
      case "sum":
        return graph.node("ReduceSum", [args()[0]], { keepdims: 0 });
      case "mean":
        return graph.node("ReduceMean", [args()[0]], { keepdims: 0 });
      case "rows": {
        const [start, count] = [attributes.start, attributes.count].map((size) =>
          size === undefined ? 0 : this.sizeValue(size, frame),
        );
        return graph.node("Slice", [args()[0], axes([start]), axes([start + count]), axes([0])]);
      }
      case "rowVariance": {
        const [x] = args();
        const centred = graph.node("Sub", [
          x,
          graph.node("ReduceMean", [x, axes([-1])], { keepdims: 1 }),
        ]);
        return graph.node("ReduceMean", [graph.node("Mul", [centred, centred]), axes([-1])], {
          keepdims: 1,
        });
      }
      case "dropout":
      case "hold":
        return args()[0];
      case "rate":
        return graph.node("ReduceMean", [args()[0], axes([0])], { keepdims: 0 });
      case "source":
      case "target": {
        const ends = this.ends(expr, frame);
        return graph.node("Gather", [args()[0], expr.op === "source" ? ends.source : ends.target], {
          axis: 0,
        });
      }
      case "aggregate":
        return this.aggregate(args()[0], expr, frame, expr.args[0].type.dims.length);
      case "attentionScores":
        return this.attentionScores(expr, frame);
      case "propagate":
        return this.propagate(expr, frame);
      case "edgeSoftmax":
        return this.edgeSoftmax(args()[0], expr, frame);
      case "reached": {
        const { target, nodes } = this.ends(expr, frame);
        const rank = expr.args[0].type.dims.length;
        const entering = graph.expand(degree(graph, target, nodes), rank - 1, 1);
        const isAlone = graph.node("Equal", [entering, this.graph.number(0)]);
        return graph.node("Where", [isAlone, this.graph.number(0), args()[0]]);
      }
      case "symmetricNorm": {
        const { source, target, nodes } = this.ends(expr, frame);
        const entering = degree(graph, target, nodes);
        const root = graph.node("Pow", [entering, this.graph.number(-0.5)]);
        const isAlone = graph.node("Equal", [entering, this.graph.number(0)]);
        const factor = graph.node("Where", [isAlone, this.graph.number(0), root]);
        return graph.node("Mul", [
          graph.node("Gather", [factor, source], { axis: 0 }),
          graph.node("Gather", [factor, target], { axis: 0 }),
        ]);
      }
      case "degree": {
        const { target, nodes } = this.ends(expr, frame);
        return degree(graph, target, nodes);
      }
      case "pool": {
        const batch = (this.batch ??= graph.input("batch", "int64", ["N"]));
        const last = graph.node("ReduceMax", [batch], { keepdims: 1 });
        const groups = graph.node("Add", [last, axes([1])]);
        const [x] = args();
        const parts = (attributes.reduce ?? []).map((reduce) =>
          this.reduced(
            { x, index: batch, groups, rank: expr.args[0].type.dims.length },
            reduce,
            expr,
          ),
        );
        return parts.length === 1 ? parts[0] : graph.node("Concat", parts, { axis: -1 });
      }
      default:
        throw new Unsupported(`\`${expr.op}\``, "ONNX", expr.origin.line);
    }
  }

  /** Mean over all dimensions but the last. */
  private columnMean(x: string, rank: number): string {
    const axes = this.graph.constant(
      "int64",
      Array.from({ length: rank - 1 }, (_, k) => k),
    );
    return this.graph.node("ReduceMean", [x, axes], { keepdims: 0 });
  }

  /** Contracts the last dimension with the first of a weight, whatever its rank. */
  private matMul(expr: OpExpr, frame: Frame): string {
    const [x, w] = expr.args;
    const [left, right] = [this.lower(x, frame), this.lower(w, frame)];
    const rank = w.type.dims.length;
    if (rank === 2) return this.graph.node("MatMul", [left, right]);
    const sizes = w.type.dims.map((dim) => this.sizeValue(dim, frame));
    if (rank === 1) {
      const column = this.graph.node("Unsqueeze", [right, this.graph.constant("int64", [1])]);
      const product = this.graph.node("MatMul", [left, column]);
      return this.graph.node("Squeeze", [product, this.graph.constant("int64", [-1])]);
    }
    const flat = this.graph.node("Reshape", [right, this.graph.constant("int64", [sizes[0], -1])]);
    const product = this.graph.node("MatMul", [left, flat]);
    const shape = this.graph.constant("int64", [-1, ...sizes.slice(1)]);
    if (x.type.dims.length !== 2)
      throw new Unsupported("this product of tensors", "ONNX", expr.origin.line);
    return this.graph.node("Reshape", [product, shape]);
  }

  /** Where the messages of a graph begin and end, self loops included, and the number of nodes. */
  private ends(expr: OpExpr, frame: Frame): Ends {
    const ref = expr.attributes.graph;
    if (ref === undefined) throw new Unsupported(`\`${expr.op}\` without a graph`, "ONNX");
    const inputs = this.graphOf(ref, frame);
    return ref.selfLoops ? this.looped(inputs) : inputs;
  }

  /** Exactly one self loop per node: loops that are there are dropped, then each node gets one at the end. */
  private looped(inputs: GraphInputs): Ends {
    const known = this.withLoops.get(inputs);
    if (known !== undefined) return known;
    const { graph } = this;
    const isLoop = graph.node("Equal", [inputs.source, inputs.target]);
    const others = graph.node("NonZero", [graph.node("Not", [isLoop])]);
    const kept = graph.node("Squeeze", [others, graph.constant("int64", [0])]);
    const count = graph.node("Squeeze", [inputs.nodes]);
    const zero = graph.constant("int64", [0], true);
    const loops = graph.node("Range", [zero, count, graph.constant("int64", [1], true)]);
    const withLoops = (rows: string): string =>
      graph.node("Concat", [graph.node("Gather", [rows, kept], { axis: 0 }), loops], { axis: 0 });
    const [source, target] = [withLoops(inputs.source), withLoops(inputs.target)];
    const made = { source, target, nodes: inputs.nodes };
    this.withLoops.set(inputs, made);
    return made;
  }

  private reduced(segments: Segments, reducer: string, expr: OpExpr): string {
    const made = reduceSegments(this.graph, segments, reducer);
    if (made === undefined)
      throw new Unsupported(`the aggregator \`${reducer}\``, "ONNX", expr.origin.line);
    return made;
  }

  /** Softmax over the edges that enter one node. */
  private edgeSoftmax(scores: string, expr: OpExpr, frame: Frame): string {
    const { target, nodes } = this.ends(expr, frame);
    return softmax(this.graph, {
      x: scores,
      index: target,
      groups: nodes,
      rank: expr.args[0].type.dims.length,
    });
  }

  private aggregate(x: string, expr: OpExpr, frame: Frame, rank: number): string {
    const { target, nodes } = this.ends(expr, frame);
    const parts = (expr.attributes.reduce ?? []).map((reduce) =>
      this.reduced({ x, index: target, groups: nodes, rank }, reduce, expr),
    );
    return parts.length === 1 ? parts[0] : this.graph.node("Concat", parts, { axis: -1 });
  }

  /** Scores of attention: gather both ends, add, rectify, contract. */
  private attentionScores(expr: OpExpr, frame: Frame): string {
    const { graph } = this;
    const [t, s, weight] = expr.args.map((arg) => this.lower(arg, frame));
    const { source, target } = this.ends(expr, frame);
    const sum = graph.node("Add", [
      graph.node("Gather", [t, target], { axis: 0 }),
      graph.node("Gather", [s, source], { axis: 0 }),
    ]);
    const rectified = graph.node("LeakyRelu", [sum], {
      alpha: { float: expr.attributes.slope ?? 0 },
    });
    const product = graph.node("Mul", [rectified, weight]);
    return graph.node("ReduceSum", [product, graph.constant("int64", [-1])], { keepdims: 0 });
  }

  /** A weighted sum over neighbours: gather, weigh, scatter. */
  private propagate(expr: OpExpr, frame: Frame): string {
    const [x, weight] = expr.args;
    const rank = x.type.dims.length;
    const { source } = this.ends(expr, frame);
    const rows = this.graph.node("Gather", [this.lower(x, frame), source], { axis: 0 });
    if (weight === undefined) return this.aggregate(rows, expr, frame, rank);
    const own = weight.type.dims.length;
    const factor = this.graph.expand(this.lower(weight, frame), rank - own, own);
    return this.aggregate(this.graph.node("Mul", [rows, factor]), expr, frame, rank);
  }
}

function dimsOf(dims: readonly Size[]): Dims {
  return dims.map((dim) => asInteger(dim) ?? printSize(dim));
}

function numbersOf(
  constants: ReadonlyMap<string, number | undefined>,
): ReadonlyMap<string, number> {
  const known = [...constants].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return new Map(known);
}
