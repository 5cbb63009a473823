/**
 * A feed-forward spiking network as a NIR graph (Pedersen et al. 2024, doi 10.1038/s41467-024-52259-9):
 * nodes with arrays, edges between names, and a report of what is said exactly, nearly, or not.
 */
import { asInteger } from "../../check/size.js";
import type { Expr, LayerIr, MemberIr, ModelIr } from "../../ir/ir.js";
import type { Weights } from "../unsupported.js";
import { DT, neuronNodes } from "./neuron.js";
import type { Faith, Fidelity, NirArray, NirGraph, NirNode } from "./types.js";
import { sizes } from "./types.js";

/**
 * Walks from the result to the input. What NIR has no words for is in the report as `not expressible`;
 * the graph is then not the model, and must not be written.
 * @param model before the plan passes
 * @param exact say resets that subtract by a loop of three nodes instead of by NIR's LIF
 */
export function toNir(model: ModelIr, weights: Weights, exact: boolean): NirGraph {
  return new NirBuilder(model, weights, exact).run();
}

/** Names that an expression sees, and those of the block around it. */
interface Scope {
  readonly values: ReadonlyMap<string, Expr>;
  readonly outer: Scope | undefined;
}
/** The nodes whose sum is a value, and its width. */
interface Value {
  readonly from: readonly string[];
  readonly width: number;
}

class NirBuilder {
  private readonly nodes = new Map<string, NirNode>();
  private readonly edges: [string, string][] = [];
  private readonly report: Fidelity[] = [];
  private readonly known = new Map<Expr, Value>();

  constructor(
    private readonly model: ModelIr,
    private readonly weights: Weights,
    private readonly exact: boolean,
  ) {}

  run(): NirGraph {
    const values = new Map(this.model.body.map(({ name, value }) => [name, value] as const));
    const result = this.value(this.model.result, { values, outer: undefined });
    this.add("output", { type: "Output", arrays: { shape: sizes([result.width]) } }, result);
    return { nodes: this.nodes, edges: this.edges, dt: DT, report: this.report };
  }

  private add(name: string, node: NirNode, input?: Value): string {
    this.nodes.set(name, node);
    for (const from of input?.from ?? []) this.edges.push([from, name]);
    return name;
  }

  private say(node: string, part: string, how: Faith, why: string): void {
    this.report.push({ node, part, how, why });
  }

  /** A part that NIR has no words for; the walk goes on, so that the report names all of them. */
  private refuse(expr: Expr, part: string, why: string, input: Value = nothing): Value {
    this.say(`line ${expr.origin.line}`, part, "not expressible", why);
    return { from: input.from, width: widthOf(expr) };
  }

  private value(expr: Expr, scope: Scope): Value {
    const known = this.known.get(expr);
    if (known !== undefined) return known;
    const value = this.newValue(expr, scope);
    this.known.set(expr, value);
    return value;
  }

  private newValue(expr: Expr, scope: Scope): Value {
    switch (expr.tag) {
      case "local": {
        for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
          const value = at.values.get(expr.name);
          if (value !== undefined) return this.value(value, at);
        }
        return this.input(expr.name, expr);
      }
      case "feature":
        return this.input(expr.name, expr);
      case "time": {
        const values = new Map(expr.lets.map(({ name, value }) => [name, value] as const));
        const outside = new Map(
          expr.over === undefined ? [] : [[expr.over.name, expr.over.value] as const],
        );
        const outer = { values: outside, outer: scope };
        return this.value(expr.body, { values, outer });
      }
      case "call":
        return this.call(expr, scope);
      case "op":
        return this.operation(expr, scope);
      default:
        return this.refuse(expr, `\`${expr.tag}\``, "NIR has dense products and neurons");
    }
  }

  private input(name: string, expr: Expr): Value {
    const width = widthOf(expr);
    const node = this.nodes.has(name) ? name : this.add(name, inputOf(width));
    return { from: [node], width };
  }

  private operation(expr: Extract<Expr, { tag: "op" }>, scope: Scope): Value {
    const args = expr.args.map((arg) => this.value(arg, scope));
    const [first = nothing, second = nothing] = args;
    switch (expr.op) {
      case "hold":
        return first;
      case "dropout":
        this.say(`line ${expr.origin.line}`, "dropout", "left out", "it acts in training only");
        return first;
      case "rate":
        this.say(
          "output",
          "rate",
          "left out",
          "the output is every step; take the mean over steps",
        );
        return first;
      case "add": {
        const isSum = first.width === second.width && first.width === widthOf(expr);
        const twice = first.from.some((name) => second.from.includes(name));
        if (!isSum || twice || first.from.length === 0 || second.from.length === 0) break;
        return { from: [...first.from, ...second.from], width: first.width };
      }
    }
    const isOnGraph = expr.attributes.graph !== undefined;
    const why = isOnGraph ? "NIR's nodes know no graph of samples" : "NIR has no node for it";
    return this.refuse(expr, `\`${expr.op}\``, why, first);
  }

  private call(expr: Extract<Expr, { tag: "call" }>, scope: Scope): Value {
    const member = this.model.members.find(({ path }) => path === expr.member);
    const [arg] = expr.args;
    const input = arg !== undefined && "tag" in arg ? this.value(arg, scope) : nothing;
    if (member === undefined) return this.refuse(expr, `\`${expr.member}\``, "it is no member");
    const { target } = member;
    if (expr.args.length !== 1) {
      const part = `\`${target.tag === "layer" ? target.declaredName : target.name}\``;
      return this.refuse(expr, part, "it has more than one input", input);
    }
    return target.tag === "neuron"
      ? this.neuron(expr, member, input)
      : this.layer(expr, member, target, input);
  }

  /** `x @ w + b`, `x @ w`, or a layer whose result is its input when it is applied. */
  private layer(expr: Expr, member: MemberIr, layer: LayerIr, input: Value): Value {
    const { result } = layer;
    const name = nodeName(member);
    if (layer.body.length === 0 && result.tag === "op" && result.op === "dropout") {
      this.say(name, layer.declaredName, "left out", "it acts in training only");
      return input;
    }
    const affine = layer.body.length === 0 ? affineOf(result) : undefined;
    if (affine === undefined) {
      return this.refuse(
        expr,
        `\`${layer.declaredName}\``,
        "it is no product with a weight",
        input,
      );
    }
    const weight = this.weight(`${member.path}.${affine.weight}`);
    const bias =
      affine.bias === undefined ? undefined : this.weight(`${member.path}.${affine.bias}`);
    if (weight === undefined || (affine.bias !== undefined && bias === undefined)) {
      return this.refuse(expr, `\`${layer.declaredName}\``, "its weights are not saved", input);
    }
    const width = weight.shape[1];
    const arrays = { weight: transposed(weight), ...(bias === undefined ? {} : { bias }) };
    this.add(name, { type: bias === undefined ? "Linear" : "Affine", arrays }, input);
    this.say(name, layer.declaredName, "exact", "the same product");
    return { from: [name], width };
  }

  private neuron(expr: Expr, member: MemberIr, input: Value): Value {
    const { target } = member;
    if (target.tag !== "neuron") return nothing;
    const name = nodeName(member);
    const values = (channel: number): ReadonlyMap<string, number> =>
      this.parameters(member, channel);
    const made = neuronNodes(target, input.width, values, this.exact);
    if (typeof made === "string") return this.refuse(expr, `\`${target.name}\``, made, input);
    made.nodes.forEach(([ending, node], k) =>
      this.add(`${name}${ending}`, node, k === 0 ? input : undefined),
    );
    for (const [from, to] of made.edges) this.edges.push([`${name}${from}`, `${name}${to}`]);
    for (const { part, how, why } of made.report) this.say(name, part, how, why);
    return { from: [`${name}${made.output}`], width: input.width };
  }

  private weight(path: string): NirArray | undefined {
    const weight = this.weights.get(path);
    return weight === undefined ? undefined : { shape: weight.shape, data: weight.data };
  }

  /** Values of a neuron's parameters: learned, given, or as declared. */
  private parameters(member: MemberIr, channel: number): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    if (member.target.tag !== "neuron") return values;
    for (const { name, initial } of member.target.params) {
      const learned = this.weights.get(`${member.path}.${name}`)?.data;
      const given = member.constants.get(name);
      if (learned !== undefined) values.set(name, learned[learned.length === 1 ? 0 : channel]);
      else if (typeof given === "number") values.set(name, given);
      else if (given?.tag === "constant") values.set(name, given.value);
      else values.set(name, initialValue(initial.name, initial.args));
    }
    return values;
  }
}

const nothing: Value = { from: [], width: 0 };

function inputOf(width: number): NirNode {
  return { type: "Input", arrays: { shape: sizes([width]) } };
}

/** HDF5 separates groups by `/`; a path of ours has dots, which nodes of NIR may not have everywhere. */
function nodeName(member: MemberIr): string {
  return member.path.replaceAll(".", "_");
}

function widthOf(expr: Expr): number {
  const last = expr.type.dims.at(-1);
  return (last === undefined ? undefined : asInteger(last)) ?? 0;
}

function affineOf(result: Expr): { weight: string; bias: string | undefined } | undefined {
  const [product, bias] =
    result.tag === "op" && result.op === "add" ? result.args : [result, undefined];
  if (product.tag !== "op" || product.op !== "matMul") return undefined;
  const [x, weight] = product.args;
  if (x.tag !== "local" || weight.tag !== "param") return undefined;
  if (bias !== undefined && bias.tag !== "param") return undefined;
  return { weight: weight.name, bias: bias?.name };
}

/** NIR multiplies from the left: [out, in]. */
function transposed({ shape: [rows, columns], data }: NirArray): NirArray {
  const turned = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let o = 0; o < columns; o++) turned[o * rows + i] = Number(data[i * columns + o]);
  }
  return { shape: [columns, rows], data: turned };
}

function initialValue(name: string, args: readonly number[]): number {
  if (name === "ones") return 1;
  return name === "constant" ? args[0] : 0;
}
