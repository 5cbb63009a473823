/**
 * Prints the body of a layer, function or model: one statement per let and per stage of a pipeline,
 * each with the tensor's type and its source line in a trailing comment.
 *
 * Nested expressions become calls of the runtime. A part gets a statement of its own when it calls a
 * member, stands on another line of the source, or nests deeper than a reader can follow.
 */
import type {
  CallExpr,
  Expr,
  FixpointExpr,
  GraphRef,
  MemberIr,
  OpExpr,
  Origin,
  Statement,
  TimeExpr,
} from "../ir/ir.js";
import { printType } from "../ir/print.js";
import type { Size } from "../ir/types.js";
import { equalSizes } from "../check/size.js";
import { Names } from "../neurons/names.js";
import { isGraphRef, isOnlyRated, memberOf, rootsOf, visit } from "../plan/walk.js";
import type { Callable } from "../plan/walk.js";
import { LAYER_FIELDS, fieldsOf } from "./fields.js";
import { gradientText, neuronsText, readsOf, solveText } from "./fixpoint.js";
import { literal, objectOf } from "./literals.js";
import type { Module } from "./module.js";
import { isNumeric, numberText, sizeText } from "./numbers.js";
import { symbolText } from "./symbols.js";

/** Operations whose value is a graph. */
const BUILDS: ReadonlySet<string> = new Set(["snapshots", "sampleNeighbours"]);

/** Calls nested deeper than this go into statements of their own. */
const DEEPEST = 3;

interface Line {
  /** Code up to the semicolon. */
  readonly code: string;
  readonly type: string;
  readonly place: string;
}

interface Printed {
  readonly text: string;
  readonly depth: number;
}

/** How a name of the source is read at this point. */
interface Binding {
  readonly text: string;
  /** Holds the result of a time block as time-major rows instead of [T, ..]. */
  readonly joined: boolean;
}

export interface Body {
  /** Identifiers of the inputs, in order. */
  readonly inputs: readonly string[];
  /** Identifiers of the sizes that are handed to `forward`. */
  readonly runtimeSizes: readonly string[];
  readonly statements: readonly string[];
}

/** Prints the body. `fieldOf` names the fields of the class that hold members and parameters. */
export function bodyOf(
  callable: Callable,
  module: Module,
  fieldOf: (name: string) => string,
): Body {
  return new BodyPrinter(callable, module, fieldOf).print();
}

class BodyPrinter {
  private readonly names: Names;
  private readonly bindings = new Map<string, Binding>();
  private readonly identifiers = new Map<Statement, string>();
  private readonly lines: Line[] = [];
  private readonly running = new Map<string, string>();
  readonly inputs = new Map<string, string>();
  readonly runtimeSizes = new Map<string, string>();
  private readonly looped = new Map<string, string>();
  /** Graphs built in the body that get a name for their form with self loops once they are there. */
  private readonly loopedLater = new Map<string, GraphRef>();
  /** What weights are called inside the map of a fixpoint. */
  private readonly params = new Map<string, string>();
  private base = "out";
  private line = 0;
  private parts = 0;

  constructor(
    private readonly callable: Callable,
    private readonly module: Module,
    private readonly fieldOf: (name: string) => string,
  ) {
    this.names = new Names(["run", "size", "constants", ...module.functionNames()]);
  }

  print(): Body {
    const { callable } = this;
    const inputs = callable.inputs.map((input) => {
      const text = this.names.fresh(input.name);
      this.bindings.set(input.name, { text, joined: false });
      this.inputs.set(input.name, text);
      return text;
    });
    const runtimeSizes = this.module.needsOf(callable).runtimeSizes.map((name) => {
      const text = this.names.fresh(name);
      this.runtimeSizes.set(name, text);
      return text;
    });
    this.nameStatements(callable.body);
    this.nameLoopedGraphs();
    for (const root of rootsOf(callable)) {
      visit(root, (part) => {
        if (part.tag === "time") this.nameStatements(part.lets);
      });
    }
    callable.body.forEach((statement) => this.statement(statement));
    this.start("out", callable.result.origin);
    const result = this.asTensor(callable.result, this.value(callable.result).text);
    this.push(`return ${result};`, callable.result);
    const used = (name: string): boolean =>
      this.lines.some(({ code }) => new RegExp(`\\b${name}\\b`).test(code));
    return {
      // An input that nothing reads (the graph of an ablation) says so by its name.
      inputs: inputs.map((name) => (used(name) ? name : this.names.fresh(`_${name}`))),
      runtimeSizes,
      statements: this.texts(),
    };
  }

  private nameStatements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (!this.identifiers.has(statement)) {
        this.identifiers.set(statement, this.names.fresh(statement.name));
      }
    }
  }

  /** Comments in one column after the code: the places line up within a body. */
  private texts(): readonly string[] {
    const width = Math.max(0, ...this.lines.map((line) => line.type.length));
    return this.lines.map((line) =>
      line.place === "" ? line.code : `${line.code} // ${line.type.padEnd(width)}   ${line.place}`,
    );
  }

  /* ------------------------------------------------------------ statements */

  private start(base: string, origin: Origin): void {
    this.base = base;
    this.line = origin.line;
    this.parts = 0;
  }

  private statement(statement: Statement): void {
    const name = this.identifiers.get(statement) ?? statement.name;
    this.start(name, statement.origin);
    const { value } = statement;
    if (value.tag === "time" && isOnlyRated(this.callable, statement.name)) {
      const { text, shown } = this.timeBlock(value);
      this.push(`const ${name} = ${text};`, shown);
      this.bindings.set(statement.name, { text: name, joined: true });
      return;
    }
    const { text } = this.value(value);
    this.push(`const ${name} = ${text};`, value, statement.origin);
    this.bindings.set(statement.name, { text: name, joined: false });
    const built = this.loopedLater.get(statement.name);
    if (built !== undefined) this.pushLooped(statement.name, built, statement.origin);
  }

  private push(code: string, expr: Expr, origin: Origin = expr.origin): void {
    this.lines.push({ code, type: this.typeText(expr), place: this.module.places.of(origin) });
  }

  /** A statement of its own for a part of the current one; returns its name. */
  private spill(expr: Expr, text: string): string {
    const name = this.names.fresh(this.nextPart());
    this.push(`const ${name} = ${text};`, expr);
    return name;
  }

  private nextPart(): string {
    let wanted: string;
    do wanted = `${this.base}${++this.parts}`;
    while (this.names.has(wanted));
    return wanted;
  }

  private typeText(expr: Expr): string {
    const { type } = expr;
    if (expr.tag === "op" && BUILDS.has(expr.op)) return "graph";
    if (!expr.timed) return printType(type);
    const time: Size = { terms: new Map([["T", 1]]) };
    return printType({ ...type, dims: [time, ...type.dims] });
  }

  /* ------------------------------------------------------------ expressions */

  /** An argument: what deserves a statement gets one. */
  private argument(expr: Expr): Printed {
    const outer = this.line;
    this.line = expr.origin.line;
    const printed = this.value(expr);
    this.line = outer;
    const isStage = expr.tag === "call" || (expr.tag === "time" && printed.depth > 0);
    const isElsewhere = expr.origin.line !== this.line && printed.depth > 1;
    if (isStage || isElsewhere || printed.depth >= DEEPEST) {
      return { text: this.spill(expr, printed.text), depth: 0 };
    }
    return printed;
  }

  private value(expr: Expr): Printed {
    const leaf = (text: string): Printed => ({ text, depth: 0 });
    if (isNumeric(expr))
      return leaf(numberText(expr, (symbol) => symbolText(symbol, this.callable, this)));
    switch (expr.tag) {
      case "constant":
      case "size":
        return leaf(numberText(expr, (symbol) => symbolText(symbol, this.callable, this)));
      case "local":
        return leaf(this.binding(expr.name).text);
      case "param":
        return leaf(
          expr.member === undefined
            ? this.parameter(expr.name)
            : this.parameterOf(expr.member, expr.name),
        );
      case "feature":
        return leaf(`${this.graph(expr.graph)}.${expr.on}.${expr.name}`);
      case "op":
        return this.operation(expr);
      case "call":
        return this.memberCall(expr);
      case "function": {
        const needs = this.module.needsOf(expr.callee);
        const args = expr.args.map((arg) => this.passed(arg));
        const sizes = needs.sizes.map(
          (name) => [name, this.size(expr.sizes.get(name) ?? { terms: new Map() })] as const,
        );
        const constants = needs.constants.map(
          (name) => [name, this.number(expr.constants.get(name) ?? 0)] as const,
        );
        const texts = args.map((arg) => arg.text);
        if (sizes.length > 0) texts.push(objectOf(sizes));
        if (constants.length > 0) texts.push(objectOf(constants));
        if (needs.run) texts.push("run");
        const callee = this.module.nameOf(expr.callee);
        return { text: `${callee}(${texts.join(", ")})`, depth: 1 + deepest(args) };
      }
      case "time": {
        const joined = this.joinedResult(expr);
        return { text: `sg.splitTime(${joined}, ${this.size(expr.steps)})`, depth: 1 };
      }
      case "fixpoint":
        return this.fixpoint(expr);
      case "gather":
      case "edge":
        throw new Error(`${expr.tag} was not lowered: plan the program before emitting it`);
    }
  }

  private operation(expr: OpExpr): Printed {
    if (expr.op === "rate") return this.rate(expr);
    if (expr.op === "latent") return { text: this.latent(expr.args[0]), depth: 0 };
    const args = expr.args.map((arg) => this.argument(arg));
    const texts = this.withAttributes(
      expr,
      args.map((arg) => arg.text),
    );
    return { text: `sg.${expr.op}(${texts.join(", ")})`, depth: 1 + deepest(args) };
  }

  private withAttributes(expr: OpExpr, args: readonly string[]): readonly string[] {
    const { attributes } = expr;
    const graph = attributes.graph === undefined ? "" : this.graph(attributes.graph);
    const steps = attributes.steps === undefined ? [] : [this.size(attributes.steps)];
    const [first, ...more] = args;
    switch (expr.op) {
      case "source":
      case "target":
      case "edgeSoftmax":
      case "reached":
        return [graph, first];
      case "attentionScores":
        return [graph, ...args, String(attributes.slope ?? 0)];
      case "aggregate":
        return [graph, first, literal(attributes.reduce ?? []), ...steps];
      case "pool":
        return [graph, first, literal(attributes.reduce ?? [])];
      case "propagate":
        return [graph, first, literal(attributes.reduce?.[0]), ...more];
      case "symmetricNorm":
      case "degree":
        return [graph];
      case "leakyRelu":
        return attributes.slope === undefined ? args : [first, String(attributes.slope)];
      case "clip":
        return [first, bound(attributes.low, "-Infinity"), bound(attributes.high, "Infinity")];
      case "rows":
        return [
          first,
          this.size(attributes.start ?? { terms: new Map() }),
          this.size(attributes.count ?? { terms: new Map() }),
        ];
      case "expand":
        return [first, String(attributes.axes ?? 1)];
      case "hold":
        return [first, ...steps];
      case "oneHot":
        return attributes.classes === undefined ? args : [first, this.size(attributes.classes)];
      case "dropout":
        return [first, this.number(attributes.rate ?? 0), "run"];
      case "sign":
        return [first, "run"];
      case "knn": {
        const count = attributes.count === undefined ? "1" : this.size(attributes.count);
        return [graph, first, count, literal(attributes.metric ?? "euclidean"), "run"];
      }
      case "radius":
        return [graph, first, this.number(attributes.radius ?? 0), "run"];
      case "spikeRate":
        return ["run"];
      case "sampleNeighbours": {
        const count = attributes.count === undefined ? "1" : this.size(attributes.count);
        return [graph, count, this.number(attributes.recent ?? 0), "run"];
      }
      case "last":
      case "flattenTime":
        return [first];
      case "snapshots": {
        const { nodes, nodeFields } = attributes.graph?.type ?? {};
        const own = [...(nodeFields ?? [])].filter(
          ([, { dims }]) => nodes !== undefined && !equalSizes(dims[0], nodes),
        );
        return own.length === 0 ? [graph] : [graph, literal(own.map(([name]) => name))];
      }
      default:
        return args;
    }
  }

  /** rate wants time-major rows: the result of a block as it is, before its time is split off. */
  private rate(expr: OpExpr): Printed {
    const [operand] = expr.args;
    const steps = expr.attributes.steps === undefined ? "1" : this.size(expr.attributes.steps);
    if (operand.tag === "time") {
      return { text: `sg.rate(${this.joinedResult(operand)}, ${steps})`, depth: 1 };
    }
    const isJoined = operand.tag === "local" && this.binding(operand.name).joined;
    const printed = this.argument(operand);
    const text = isJoined || operand.timed ? printed.text : `sg.joinTime(${printed.text})`;
    return { text: `sg.rate(${text}, ${steps})`, depth: 1 + printed.depth };
  }

  private memberCall(expr: CallExpr): Printed {
    const args = expr.args.map((arg) => this.passed(arg));
    const texts = args.map((arg) => arg.text);
    const { field: name, target, sizes } = this.member(expr.member);
    const field = `this.${this.fieldOf(name)}`;
    const depth = 1 + deepest(args);
    if (target.tag !== "neuron") {
      const needs = this.module.needsOf(target);
      if (needs.run) texts.push("run");
      for (const size of needs.runtimeSizes) {
        texts.push(this.size(sizes.get(size) ?? { terms: new Map() }));
      }
      return { text: `${field}.forward(${texts.join(", ")})`, depth };
    }
    const options: (readonly [string, string])[] = [];
    if (expr.steps !== undefined) {
      options.push(["steps", this.size(expr.steps)]);
      const held = expr.args.map((arg) => !isGraphRef(arg) && !arg.timed);
      if (held.includes(true)) options.push(["held", literal(held)]);
    }
    const last = options.length === 0 ? [] : [objectOf(options)];
    return {
      text: `${field}.forward(${[`[${texts.join(", ")}]`, "run", ...last].join(", ")})`,
      depth,
    };
  }

  /** The result of a block as a name. */
  private joinedResult(expr: TimeExpr): string {
    const { text, shown } = this.timeBlock(expr);
    return /^\w+$/.test(text) ? text : this.spill(shown, text);
  }

  /** Prints the lets of a block; `text` is its result as time-major rows, `shown` has their type. */
  private timeBlock(expr: TimeExpr): { readonly text: string; readonly shown: Expr } {
    const { base, line, parts } = this;
    const outside = new Map(this.bindings);
    if (expr.over !== undefined) {
      const { name, value } = expr.over;
      const { text } = this.argument(value);
      const joined = this.names.fresh(name);
      this.push(`const ${joined} = sg.joinTime(${text});`, value);
      this.bindings.set(name, { text: joined, joined: false });
    }
    expr.lets.forEach((statement) => this.statement(statement));
    this.base = base;
    this.line = line;
    this.parts = parts;
    const { text } = this.value(expr.body);
    // Names of the block are forgotten: the slices of `over time x` are called like x itself.
    outside.forEach((binding, name) => this.bindings.set(name, binding));
    const joined = expr.body.timed ? text : `sg.hold(${text}, ${this.size(expr.steps)})`;
    return { text: joined, shown: { ...expr.body, timed: true } };
  }

  /**
   * The equations as one function of the states and of everything they read, then the call that
   * solves them. Inside the function, names mean the values of one snapshot.
   */
  private fixpoint(expr: FixpointExpr): Printed {
    const { equations, fed, solve, gradient, carry } = expr;
    const reads = readsOf(expr);
    const graph = expr.graph === undefined ? "undefined" : this.graph(expr.graph);
    const locals = reads.locals.map((name) => this.binding(name).text);
    const params = reads.params.map((name) => [name, this.parameter(name)] as const);
    const outside = new Map(this.bindings);
    const looped = new Map(this.looped);
    this.looped.clear();
    for (const [name] of params) this.params.set(name, this.names.fresh(name));
    const states = fed.map((name) => this.bind(name));
    if (reads.previous) states.push(this.bind("previous"));
    const isRate = equations.some(({ neuron }) => neuron !== undefined);
    const given = [...params.map(([name]) => this.params.get(name) ?? name), ...locals];
    const args = [`{ ${states.join(", ")} }`, `[${given.join(", ")}]`];
    if (reads.graph || isRate) args.push(reads.graph ? graph : "_graph");
    if (isRate) args.push("fire");
    const map = this.names.fresh("map");
    const isEmpty = given.length === 0 && args.length === 2;
    const head = isEmpty ? args.slice(0, 1) : args;
    this.push(`const ${map}: sg.EquilibriumMap = (${head.join(", ")}) => {`, expr);
    const results: (readonly [string, string])[] = [];
    for (const { name, value, neuron, origin } of equations) {
      const next = this.names.fresh(fed.includes(name) ? `${name}Next` : name);
      this.start(next, origin);
      const { text } = this.value(value);
      const code = neuron === undefined ? text : `fire(${literal(name)}, ${text})`;
      this.push(`const ${next} = ${code};`, value, origin);
      this.bindings.set(name, { text: next, joined: false });
      if (fed.includes(name)) results.push([name, next]);
    }
    this.lines.push({ code: `return ${objectOf(results)};\n};`, type: "", place: "" });
    outside.forEach((binding, name) => this.bindings.set(name, binding));
    looped.forEach((text, name) => this.looped.set(name, text));
    this.params.clear();
    const shape = [this.rowsOf(expr), ...expr.type.dims.slice(1).map((dim) => this.size(dim))];
    const fields: (readonly [string, string])[] = [
      ["path", "this.scope.path"],
      ["run", "run"],
      ["graph", graph],
      ["solve", solveText(solve)],
      ["gradient", gradientText(gradient)],
      ["carry", literal(carry)],
      ["states", objectOf(fed.map((name) => [name, `[${shape.join(", ")}]`] as const))],
      ["neurons", neuronsText(equations, (value) => this.number(value))],
      ["reads", `[${[...params.map(([, text]) => text), ...locals].join(", ")}]`],
      ["map", map],
    ];
    return { text: `sg.equilibrium(${objectOf(fields)})`, depth: 1 };
  }

  private bind(name: string): string {
    const text = this.names.fresh(name);
    this.bindings.set(name, { text, joined: false });
    return text === name ? name : `${name}: ${text}`;
  }

  /** How many rows the states have: those of an input, which may hold several snapshots. */
  private rowsOf(expr: FixpointExpr): string {
    const [rows] = expr.type.dims;
    for (const { name, type } of this.callable.inputs) {
      const isLike =
        type.tag === "tensor" && type.dims.length > 0 && equalSizes(type.dims[0], rows);
      if (isLike) return `${this.inputs.get(name) ?? name}.shape[0]`;
    }
    return this.size(rows);
  }

  /** A value or graph handed to a layer or function. */
  private passed(arg: Expr | GraphRef): Printed {
    return isGraphRef(arg) ? { text: this.graph(arg), depth: 0 } : this.argument(arg);
  }

  /* ------------------------------------------------------------ names */

  private binding(name: string): Binding {
    const found = this.bindings.get(name);
    if (found === undefined) throw new Error(`${this.callable.name}: nothing is called ${name}`);
    return found;
  }

  private graph(ref: GraphRef): string {
    const { text } = this.binding(ref.name);
    return ref.selfLoops ? (this.looped.get(ref.name) ?? `${text}.withSelfLoops()`) : text;
  }

  /** A graph that is used with self loops more than once gets a name for that. */
  private nameLoopedGraphs(): void {
    const uses = new Map<string, GraphRef[]>();
    const use = (ref: GraphRef | undefined): void => {
      if (ref?.selfLoops === true) uses.set(ref.name, [...(uses.get(ref.name) ?? []), ref]);
    };
    for (const root of rootsOf(this.callable)) {
      // Inside a fixpoint the graph is one snapshot, of which the loops are added there.
      if (root.tag === "fixpoint") continue;
      visit(root, (part) => {
        if (part.tag === "op") use(part.attributes.graph);
        if (part.tag === "feature" && part.on === "edges") use(part.graph);
        if (part.tag === "call" || part.tag === "function")
          part.args.filter(isGraphRef).forEach(use);
      });
    }
    for (const [name, refs] of uses) {
      if (refs.length < 2) continue;
      if (this.bindings.has(name)) this.pushLooped(name, refs[0], this.callable.origin);
      else this.loopedLater.set(name, refs[0]);
    }
  }

  private pushLooped(name: string, ref: GraphRef, origin: Origin): void {
    const { text } = this.binding(name);
    const looped = this.names.fresh(`${text}Looped`);
    this.looped.set(name, looped);
    const code = `const ${looped} = ${text}.withSelfLoops();`;
    this.lines.push({ code, type: printType(ref.type), place: this.module.places.of(origin) });
  }

  private member(path: string): MemberIr {
    const found = memberOf(this.callable, path);
    if (found === undefined) throw new Error(`${this.callable.name} has no member ${path}`);
    return found;
  }

  /** The value of a parameter of a member, read from its field. */
  private parameterOf(path: string, name: string): string {
    const { field, target } = this.member(path);
    const own = target.tag === "layer" ? fieldsOf(target, LAYER_FIELDS).get(name) : name;
    return `this.${this.fieldOf(field)}.${own ?? name}.value`;
  }

  /** The real value behind a weight of kind `sign`; what is real already is itself. */
  private latent(expr: Expr): string {
    return expr.tag === "param" ? `this.${this.fieldOf(expr.name)}.value` : this.value(expr).text;
  }

  /** The current value of a parameter; a statistic is brought up to date where it is first read. */
  private parameter(name: string): string {
    const params = this.callable.tag === "function" ? [] : this.callable.params;
    const inside = this.params.get(name);
    if (inside !== undefined) return inside;
    const param = params.find((candidate) => candidate.name === name);
    const field = `this.${this.fieldOf(name)}`;
    if (param?.running === undefined) {
      return param?.type.kind === "sign" ? `sg.signs(${field}, run)` : `${field}.value`;
    }
    const known = this.running.get(name);
    if (known !== undefined) return known;
    const followed = this.value(param.running.follows).text;
    const local = this.names.fresh(name);
    this.running.set(name, local);
    const code = `const ${local} = ${field}.follow(() => ${followed}, run);`;
    const place = this.module.places.of(param.origin);
    this.lines.push({ code, type: printType(param.type), place });
    return local;
  }

  private size(size: Size): string {
    return sizeText(size, (symbol) => symbolText(symbol, this.callable, this));
  }

  private number(value: number | Expr): string {
    if (typeof value === "number") return String(value);
    return numberText(value, (symbol) => symbolText(symbol, this.callable, this));
  }

  private asTensor(expr: Expr, text: string): string {
    return isNumeric(expr) ? `sg.add(${text}, 0)` : text;
  }
}

function deepest(parts: readonly Printed[]): number {
  return Math.max(0, ...parts.map((part) => part.depth));
}

function bound(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : String(value);
}
