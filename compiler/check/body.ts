/**
 * The state of checking one body: its names, sizes, surrounding blocks and members, and the few ways
 * in which every rule builds typed expressions.
 */
import type { Expression, Span } from "../../grammar/tree.js";
import type {
  DiagnosticEntry,
  RelatedPlace,
  Reporter,
  TextEdit,
} from "../diagnostics/diagnostic.js";
import type {
  CallExpr,
  Expr,
  GraphRef,
  MemberIr,
  NeuronIr,
  OpAttributes,
  OpExpr,
  OpName,
  Origin,
  Statement,
} from "../ir/ir.js";
import { printType } from "../ir/print.js";
import type { Size, TensorType } from "../ir/types.js";
import type { Facts } from "./facts.js";
import type { CallableRef, Services } from "./services.js";
import type { Entry, Place, Value } from "./scope.js";
import { Scope, isTensor } from "./scope.js";
import { isResident } from "./types.js";

export interface GatherContext {
  readonly graph: GraphRef;
  readonly edges: Size;
  readonly source: string;
  readonly target: string;
}
export interface TimeContext {
  readonly steps: Size;
  /** True for a layer that is called inside a block of its caller. */
  readonly implicit: boolean;
}

/** A member that has no path yet: paths depend on how many parametric calls a statement has. */
export interface PendingCall {
  readonly call: { -readonly [K in keyof CallExpr]: CallExpr[K] };
  readonly base: string;
  readonly callee: string;
  readonly member: Omit<MemberIr, "path" | "field">;
  readonly isParametric: boolean;
}

export type Owner = "layer" | "equilibrium" | "function" | "model" | "loss";

export interface BodyOptions {
  readonly services: Services;
  readonly reporter: Reporter;
  readonly file: string;
  readonly owner: Owner;
  readonly ownerName: string;
  /** Meaning of size names: themselves in a layer, numbers in a model. */
  readonly sizes: ReadonlyMap<string, Size>;
  /** Numeric generics that are no sizes; undefined when the number is not known here. */
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly callables: ReadonlyMap<string, CallableRef>;
  readonly time: TimeContext | undefined;
  /** True when the arguments have one slice per step of the caller's block. */
  readonly isCalledTimed: boolean;
  /** True when the graphs among the arguments are all snapshots of a graph side by side. */
  readonly isStacked?: boolean;
  readonly check: (body: Body, expression: Expression) => Value;
  /** Where an editor wants to know what was found out. */
  readonly facts?: Facts | undefined;
}

/** Deepest nesting of expressions; beyond it the checker says so instead of exhausting the stack. */
export const DEPTH_LIMIT = 400;

export class Body {
  readonly services: Services;
  readonly reporter: Reporter;
  readonly file: string;
  readonly owner: Owner;
  readonly ownerName: string;
  readonly sizes: ReadonlyMap<string, Size>;
  readonly constants: ReadonlyMap<string, number | undefined>;
  readonly callables: ReadonlyMap<string, CallableRef>;
  readonly isCalledTimed: boolean;
  readonly isStacked: boolean;
  readonly pending: PendingCall[] = [];
  /** Every `let` of the body with its value, in order: what the lints look at. */
  readonly statements: Statement[] = [];
  /** How many `let`s of the declaration have each name. */
  letCounts: ReadonlyMap<string, number> = new Map();
  /** The `let`s of the declaration itself, not of its blocks. */
  ownLets: ReadonlyMap<string, Span> = new Map();
  /** Graphs that were built while the current statement was checked: they come before it. */
  builtGraphs: Statement[] = [];
  readonly graphNames = new Set<string>();
  /** Fixed numbers that formulas may name: the parameters of an equilibrium's neuron. */
  readonly numbers = new Map<string, Expr>();
  readonly unused: { readonly name: string; readonly place: Place }[] = [];
  scope = new Scope(undefined);
  gather: GatherContext | undefined;
  time: TimeContext | undefined;
  /** Path of the statement that is being checked: the base name of its members. */
  base = "output";
  depth = 0;
  /** True once something needed the number of steps of the caller's block. */
  usedSteps = false;
  /** The first neuron that runs a single step, and where. */
  oneStep: { readonly neuron: NeuronIr; readonly place: Place } | undefined;
  private readonly facts: Facts | undefined;
  private readonly checker: (body: Body, expression: Expression) => Value;

  constructor(options: BodyOptions) {
    this.services = options.services;
    this.reporter = options.reporter;
    this.file = options.file;
    this.owner = options.owner;
    this.ownerName = options.ownerName;
    this.sizes = options.sizes;
    this.constants = options.constants;
    this.callables = options.callables;
    this.time = options.time;
    this.isCalledTimed = options.isCalledTimed;
    this.isStacked = options.isStacked === true;
    this.checker = options.check;
    this.facts = options.facts;
  }

  check(expression: Expression): Value {
    return this.checker(this, expression);
  }

  report<A>(
    row: DiagnosticEntry<A>,
    span: Span,
    args: A,
    more: { readonly related?: readonly RelatedPlace[]; readonly edits?: readonly TextEdit[] } = {},
  ): void {
    this.reporter.report(row, { file: this.file, span }, args, more);
  }

  origin(span: Span): Origin {
    return this.services.environment.origin(this.file, span);
  }

  /** "line 4", or "line 4 of sgnn:std/dense.sgnn" when it is another file. */
  lineWords(place: Place): string {
    const { line } = this.services.environment.origin(place.file, place.span);
    return place.file === this.file ? `line ${line}` : `line ${line} of ${place.file}`;
  }

  /** The span of a keyword at the beginning of an expression, which may stand in parentheses. */
  wordSpan(span: Span, word: string): Span {
    const source = this.services.environment.sourceOf(this.file) ?? "";
    const at = source.indexOf(word, span.start);
    const start = at < 0 || at >= span.end ? span.start : at;
    return { start, end: start + word.length };
  }

  /**
   * How a repair may name a value: by itself when it is a name, else as `h` with the hint to name it.
   */
  nameFor(value: Expr): { readonly name: string; readonly hint: string } {
    const text = this.snippet(value.origin.span);
    if (/^[A-Za-z_][\w.]*$/.test(text) && value.tag !== "call") return { name: text, hint: "" };
    return { name: "h", hint: "name it with `let h = ..`, then " };
  }

  /** The source text of a span on one line, shortened. */
  snippet(span: Span): string {
    const source = this.services.environment.sourceOf(this.file) ?? "";
    const text = source.slice(span.start, span.end).replace(/\s+/g, " ").trim();
    return text.length > 40 ? `${text.slice(0, 37)}...` : text;
  }

  /** "`x` is `real[N, 32]` from line 9": a value as messages name it. */
  describe(value: Expr): string {
    const type = `\`${printType(value.type)}\``;
    if (value.tag === "local" || value.tag === "param") {
      const entry = this.scope.find(value.name);
      const from = entry === undefined ? "" : ` from ${this.lineWords(entry.place)}`;
      return `\`${value.name}\` is ${type}${from}`;
    }
    const text = this.snippet(value.origin.span);
    return text === "" ? `this is ${type}` : `\`${text}\` is ${type}`;
  }

  /** The place that introduced a named value, as a related place of a diagnostic. */
  definedAt(...values: readonly Expr[]): RelatedPlace[] {
    return values.flatMap((value) => {
      if (value.tag !== "local" && value.tag !== "param") return [];
      const entry = this.scope.find(value.name);
      if (entry === undefined) return [];
      const message = `\`${value.name}\` is \`${printType(value.type)}\``;
      return [{ file: entry.place.file, span: entry.place.span, message }];
    });
  }

  op(
    op: OpName,
    args: readonly Expr[],
    type: TensorType,
    span: Span,
    attributes: OpAttributes = {},
  ): OpExpr {
    const origin = this.origin(span);
    if (attributes.graph?.isStacked === true) {
      const held = args.map((arg) => this.onGraph(arg, attributes.graph));
      return { tag: "op", op, args: held, attributes, type, timed: true, origin };
    }
    const timed = args.some((a) => a.timed);
    return { tag: "op", op, args, attributes, type, timed, origin };
  }

  /** A value that meets a graph: with all snapshots side by side it needs its rows in each of them. */
  onGraph(value: Expr, graph: GraphRef | undefined): Expr {
    return graph?.isStacked === true && isResident(value.type) ? this.hold(value) : value;
  }

  constant(value: number, span: Span): Expr {
    const type: TensorType = { tag: "tensor", kind: "real", dims: [] };
    return { tag: "constant", value, type, timed: false, origin: this.origin(span) };
  }

  /** The number of steps of the surrounding block; remembers that it was needed. */
  steps(): Size | undefined {
    if (this.time?.implicit === true) this.usedSteps = true;
    return this.time?.steps;
  }

  /** An untimed value repeated at every step of the surrounding block. */
  hold(value: Expr): Expr {
    const steps = this.steps();
    if (value.timed || steps === undefined) return value;
    const origin = value.origin;
    return {
      tag: "op",
      op: "hold",
      args: [value],
      attributes: { steps },
      type: value.type,
      timed: true,
      origin,
    };
  }

  /** Arguments of one operation: when some are timed, those that live on an index space are held. */
  alignTime(values: readonly Expr[]): readonly Expr[] {
    if (!values.some((v) => v.timed)) return values;
    return values.map((v) => (!v.timed && isResident(v.type) ? this.hold(v) : v));
  }

  /** The graphs built since the last call, as statements. */
  takeBuilt(): readonly Statement[] {
    const { builtGraphs } = this;
    this.builtGraphs = [];
    return builtGraphs;
  }

  /** Graphs in scope by name, innermost first. */
  graphs(): GraphRef[] {
    const found: GraphRef[] = [];
    const seen = new Set<string>();
    for (const [name, entry] of this.scope.all()) {
      if (entry.tag === "graph" && !seen.has(name)) found.push(entry.ref);
      seen.add(name);
    }
    return found;
  }

  /** Defines a name for the rest of the block. */
  define(name: string, entry: Entry): void {
    if (entry.tag !== "error") {
      const type = entry.tag === "graph" ? entry.ref.type : entry.type;
      const timed = entry.tag === "tensor" && entry.timed;
      this.facts?.add({ ...entry.place, type, sort: "name", timed, sizes: new Map() });
    }
    this.scope.define(name, entry);
  }

  /** What a name holds once `value` is given to it. */
  entryOf(value: Value, place: Place, sort: Entry["sort"]): Entry {
    if (value.tag === "error") return { tag: "error", sort, place, used: true };
    if (value.tag === "graph") return { tag: "graph", ref: value.ref, sort, place, used: false };
    return { tag: "tensor", type: value.type, timed: value.timed, sort, place, used: false };
  }

  /** Tells an editor what an expression or a stage of a pipeline was found to be. */
  note(value: Value, span: Span, sort: "expression" | "stage"): void {
    if (this.facts === undefined || value.tag === "error" || value.tag === "constant") return;
    const { file } = this;
    if (value.tag === "graph") {
      this.facts.add({ file, span, type: value.ref.type, sort, timed: false, sizes: new Map() });
      return;
    }
    const member = this.pending.find((one) => one.call === value)?.member;
    const sizes = value.tag === "function" ? value.sizes : member?.sizes;
    this.facts.add({
      file,
      span,
      type: value.type,
      sort,
      timed: value.timed,
      sizes: sizes ?? new Map(),
    });
  }

  /** Runs `inside` with a fresh inner block. */
  inBlock<R>(inside: () => R): R {
    const outer = this.scope;
    this.scope = new Scope(outer);
    try {
      return inside();
    } finally {
      for (const [name, entry] of this.scope.own()) {
        if (entry.sort === "let" && !entry.used && !name.startsWith("_")) {
          this.unused.push({ name, place: entry.place });
        }
      }
      this.scope = outer;
    }
  }

  /** The tensor, or undefined after a report that a graph stands where a tensor belongs. */
  asTensor(value: Value): Expr | undefined {
    return isTensor(value) ? value : undefined;
  }
}
