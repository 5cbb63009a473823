/** The stages of a model and the wires between them, as a reader of the source thinks of them. */
import { asSymbol } from "../check/size.js";
import type { Expr, GraphRef, ModelIr } from "../ir/ir.js";
import { printSize, printType } from "../ir/print.js";
import type { Kind, TensorType } from "../ir/types.js";
import { subExpressions } from "../ir/walk.js";

/** Where the rows of a value live. */
export type Residency = "nodes" | "edges" | "graphs" | "other";

export interface Stage {
  /** What it is: `SAGE`, `LIF`, `pool mean`, `+`. */
  readonly title: string;
  /** Path of its weights, the name of the `let`, or of the input. */
  readonly name: string;
  readonly type: TensorType;
  readonly residency: Residency;
  readonly role: "input" | "output" | "layer" | "neuron" | "operation";
}
export interface Wire {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}
/** A time block: a frame around its stages. */
export interface Block {
  readonly label: string;
  readonly stages: readonly number[];
}
export interface ModelGraph {
  readonly stages: readonly Stage[];
  readonly wires: readonly Wire[];
  readonly blocks: readonly Block[];
}

/** @param model before the plan passes: as written */
export function modelGraph(model: ModelIr): ModelGraph {
  return new Builder(model).run();
}

/** Names that an expression sees, and those of the block around it. */
interface Scope {
  readonly values: ReadonlyMap<string, Expr>;
  readonly outer: Scope | undefined;
}

class Builder {
  private readonly stages: Stage[] = [];
  private readonly wires: Wire[] = [];
  private readonly blocks: Block[] = [];
  /** By expression; undefined for what is no stage of its own, such as a number. */
  private readonly known = new Map<Expr, number | undefined>();
  private readonly inputs = new Map<string, number>();
  /** The dynamic graph behind all of its snapshots side by side. */
  private readonly dynamic = new Map<string, string>();

  constructor(private readonly model: ModelIr) {}

  run(): ModelGraph {
    const scope = scopeOf(this.model.body, undefined);
    // In the order of the source, also what the result does not need.
    for (const { name, value } of this.model.body) this.stageOf(value, scope, name);
    const { result } = this.model;
    const last = this.stageOf(result, scope, "");
    this.add("output", "output", result, "output", last === undefined ? [] : [last]);
    return { stages: this.stages, wires: this.wires, blocks: this.blocks };
  }

  private add(
    title: string,
    name: string,
    expr: Expr,
    role: Stage["role"],
    from: readonly number[],
  ): number {
    const to = this.stages.length;
    this.stages.push({ title, name, type: expr.type, residency: residencyOf(expr.type), role });
    for (const one of new Set(from)) {
      this.wires.push({ from: one, to, kind: this.stages[one].type.kind });
    }
    return to;
  }

  private stageOf(expr: Expr, scope: Scope, name: string): number | undefined {
    if (this.known.has(expr)) return this.known.get(expr);
    const made = this.newStage(expr, scope, name);
    this.known.set(expr, made);
    return made;
  }

  private newStage(expr: Expr, scope: Scope, name: string): number | undefined {
    switch (expr.tag) {
      case "local": {
        for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
          const value = at.values.get(expr.name);
          if (value !== undefined) return this.stageOf(value, at, expr.name);
        }
        return this.input(expr.name, expr);
      }
      case "feature": {
        const graph = this.dynamic.get(expr.graph.name) ?? expr.graph.name;
        return this.input(`${graph}.${expr.on === "edges" ? "e." : ""}${expr.name}`, expr);
      }
      case "constant":
      case "size":
      case "param":
        return undefined;
      case "call": {
        const member = this.model.members.find(({ path }) => path === expr.member);
        const { target } = member ?? {};
        const role = target?.tag === "neuron" ? "neuron" : "layer";
        const title = target?.tag === "layer" ? target.declaredName : (target?.name ?? "");
        return this.add(title, expr.member, expr, role, this.sources(expr.args, scope));
      }
      case "function":
        return this.add(
          expr.callee.declaredName,
          name,
          expr,
          "operation",
          this.sources(expr.args, scope),
        );
      case "gather": {
        const title = `gather ${expr.reduce.join(", ")}`;
        return this.add(title, name, expr, "operation", this.outside(expr, scope));
      }
      case "edge":
        return this.stageOf(expr.operand, scope, name);
      case "time":
        return this.time(expr, scope, name);
      case "fixpoint":
        return this.add("equilibrium", name, expr, "operation", this.outside(expr, scope));
      case "op":
        return this.operation(expr, scope, name);
    }
  }

  private input(name: string, expr: Expr): number {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    const made = this.add("input", name, expr, "input", []);
    this.inputs.set(name, made);
    return made;
  }

  private sources(args: readonly (Expr | GraphRef)[], scope: Scope): number[] {
    return args.flatMap((arg) => {
      const stage = "tag" in arg ? this.stageOf(arg, scope, "") : undefined;
      return stage === undefined ? [] : [stage];
    });
  }

  /** The values from outside that an expression with names of its own reads. */
  private outside(expr: Expr, scope: Scope): number[] {
    const found: number[] = [];
    const inner = new Set<string>();
    const visit = (one: Expr): void => {
      if (one.tag === "gather" || one.tag === "time")
        one.lets.forEach(({ name }) => inner.add(name));
      if (one.tag === "fixpoint") one.equations.forEach(({ name }) => inner.add(name));
      if ((one.tag === "local" && !inner.has(one.name)) || one.tag === "feature") {
        const stage = this.stageOf(one, scope, "");
        if (stage !== undefined) found.push(stage);
      }
      subExpressions(one).forEach(visit);
    };
    visit(expr);
    return found;
  }

  private time(
    expr: Extract<Expr, { tag: "time" }>,
    scope: Scope,
    name: string,
  ): number | undefined {
    const before = new Map(
      expr.over === undefined ? [] : [[expr.over.name, expr.over.value] as const],
    );
    const snapshots = expr.lets.flatMap(({ name: side, value }) => {
      const graph =
        value.tag === "op" && value.op === "snapshots" ? value.attributes.graph : undefined;
      return graph === undefined ? [] : [[side, graph.name] as const];
    });
    for (const [side, graph] of snapshots) this.dynamic.set(side, graph);
    // The stages that feed the block stand outside of its frame.
    if (expr.over !== undefined) this.stageOf(expr.over.value, scope, expr.over.name);
    this.outside(expr, scope);
    const first = this.stages.length;
    const inner = scopeOf(expr.lets, { values: before, outer: scope });
    for (const one of expr.lets) this.stageOf(one.value, inner, one.name);
    const last = this.stageOf(expr.body, inner, name);
    const stages = Array.from({ length: this.stages.length - first }, (_, k) => first + k).filter(
      (k) => this.stages[k].role !== "input",
    );
    const source = expr.over?.name ?? snapshots[0]?.[1];
    const each = snapshots.length > 0 ? "snapshot" : "slice";
    const over = source === undefined ? "" : `, one ${each} of ${source} each`;
    if (stages.length > 0) {
      const steps = printSize(expr.steps);
      this.blocks.push({ label: `${steps} ${steps === "1" ? "step" : "steps"}${over}`, stages });
    }
    return last;
  }

  private operation(
    expr: Extract<Expr, { tag: "op" }>,
    scope: Scope,
    name: string,
  ): number | undefined {
    const { attributes, args } = expr;
    if (expr.op === "snapshots") return undefined;
    const from = this.sources(args, scope);
    // Repeating or reshaping is no stage of its own.
    if (silent.has(expr.op) && from.length === 1) return from[0];
    if (from.length === 0 && attributes.graph === undefined) return undefined;
    const symbol = symbols[expr.op] ?? expr.op;
    const small = args.flatMap((arg) => textOf(arg));
    const words = [symbol, ...(attributes.reduce ?? []), ...small];
    return this.add(words.join(" "), name, expr, "operation", from);
  }
}

const silent: ReadonlySet<string> = new Set(["hold", "expand", "flatten", "latent"]);
const symbols: Readonly<Record<string, string>> = {
  add: "+",
  sub: "−",
  mul: "×",
  div: "÷",
  pow: "^",
  matMul: "@",
  neg: "−",
  leakyRelu: "leaky_relu",
  logSoftmax: "log_softmax",
  symmetricNorm: "norm",
  oneHot: "one_hot",
};

/** A number or weight that stands inside another stage. */
function textOf(expr: Expr): string[] {
  if (expr.tag === "constant") return [String(Number(expr.value.toPrecision(4)))];
  if (expr.tag === "size") return [printSize(expr.size)];
  return expr.tag === "param" ? [expr.name] : [];
}

function scopeOf(
  lets: readonly { readonly name: string; readonly value: Expr }[],
  outer: Scope | undefined,
): Scope {
  return { values: new Map(lets.map(({ name, value }) => [name, value])), outer };
}

function residencyOf(type: TensorType): Residency {
  const spaces: Readonly<Record<string, Residency>> = { N: "nodes", E: "edges", G: "graphs" };
  for (const dim of type.dims) {
    const space = spaces[(asSymbol(dim) ?? "").charAt(0)];
    if (space !== undefined && /^[NEG]('|$)/.test(asSymbol(dim) ?? "")) return space;
  }
  return "other";
}

/** The type as it stands in the picture. */
export function typeText(stage: Stage): string {
  return printType(stage.type);
}
