/** What can stand at a place: what fits the type of the pipeline first. */
import { bodies, declarations, declarationWords } from "../../grammar/fields.js";
import { matchBrackets } from "../../grammar/format/items.js";
import type { Token } from "../../grammar/token.js";
import { tokenize } from "../../grammar/lexer.js";
import { ProblemList } from "../../grammar/problems.js";
import * as t from "../../grammar/tokens.js";
import type { Declaration } from "../../grammar/tree.js";
import type { Fact } from "../check/facts.js";
import { SURROGATE_DEFAULTS } from "../neurons/surrogate.js";
import { PRIMITIVE_NAMES, primitiveNamed } from "../check/primitives.js";
import { metrics, optimisers, schedules } from "../check/training-tables.js";
import type { Host } from "../compile.js";
import { printType } from "../ir/print.js";
import type { TensorType } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import { analyse } from "./analysis.js";
import type { Analysis } from "./analysis.js";
import { takes } from "./fits.js";
import { docWords, headOf, kindNames, sortOf } from "./texts.js";

export type CompletionSort =
  "keyword" | "layer" | "neuron" | "function" | "model" | "value" | "field" | "type" | "word";

export interface Completion {
  readonly label: string;
  readonly sort: CompletionSort;
  /** Inserted text; `${1:name}` marks what the author fills in. */
  readonly insert: string;
  readonly detail: string;
  readonly documentation: string;
  /** 0 for what fits the type here, 1 for the rest. */
  readonly rank: number;
}

const PLACEHOLDER = "complete_";

/** Proposals at an offset, best first. */
export function completionAt(
  file: string,
  source: string,
  offset: number,
  host: Host,
): readonly Completion[] {
  const word = /[A-Za-z_][A-Za-z0-9_]*$/.exec(source.slice(0, offset))?.[0] ?? "";
  const start = offset - word.length;
  const rest = source.slice(offset);
  // Without a word at the cursor the pipeline before it would not parse.
  const text = word === "" ? source.slice(0, offset) + PLACEHOLDER + rest : source;
  if (isInComment(text, start)) return [];
  const analysis = analyse(file, text, host, { start: offset, end: offset });
  const found = new Completer(analysis, start).run();
  return [...found].sort((a, b) => a.rank - b.rank);
}

function isInComment(source: string, offset: number): boolean {
  const { tokens, trivia } = tokenize(source, new ProblemList());
  const inside = (from: number, to: number): boolean => from < offset && offset < to;
  return (
    trivia.some((one) => one.kind.endsWith("Comment") && inside(one.span.start, one.span.end)) ||
    tokens.some((one) => one.tokenType === t.StringToken && inside(one.startOffset, one.end))
  );
}

class Completer {
  private readonly before: readonly Token[];
  private readonly previous: Token | undefined;

  constructor(
    private readonly analysis: Analysis,
    private readonly start: number,
  ) {
    this.before = analysis.tokens.filter((token) => token.end <= start);
    this.previous = this.before.at(-1);
  }

  run(): readonly Completion[] {
    const { previous } = this;
    const declaration = this.declaration();
    const opened = this.openedBrackets();
    if (declaration === undefined || opened.length === 0) {
      if (previous === undefined || this.isFirstOnLine()) return declarationWords.map(keyword);
    }
    if (previous === undefined) return declarationWords.map(keyword);
    const type = previous.tokenType;
    if (type === t.Dot) return this.features();
    if (type === t.Pipe) return this.stages();
    if (this.isField(declaration, opened)) return this.fields(declaration, opened);
    if (type === t.Colon || type === t.Arrow) {
      const inner = opened.at(-1)?.tokenType;
      if (inner === t.GenericOpen) return this.callables(undefined);
      const isArgument = inner === t.LeftParen && this.isCallBracket(opened.at(-1));
      if (!isArgument) return this.types();
    }
    if (type === t.GenericOpen) return [...this.generics(), ...this.callables(undefined)];
    return this.words(previous) ?? this.expressions(opened);
  }

  private isFirstOnLine(): boolean {
    return /(^|\n)[ \t]*$/.test(this.analysis.source.slice(0, this.start));
  }

  private declaration(): Declaration | undefined {
    return this.analysis.tree.declarations.find(
      ({ span }) => span.start <= this.start && this.start <= span.end,
    );
  }

  /** The brackets that are open at the cursor, in this declaration. */
  private openedBrackets(): readonly Token[] {
    const from = this.before.findLastIndex(
      (token) => declarations.has(token.tokenType) && token.firstOnLine && token.indentation === 0,
    );
    const tokens = this.before.slice(Math.max(from, 0));
    const partners = matchBrackets(tokens.map((token) => ({ token })));
    return tokens.filter((token, k) => !partners.has(k) && isOpener(token));
  }

  private isField(declaration: Declaration | undefined, opened: readonly Token[]): boolean {
    if (declaration === undefined || opened.length === 0) return false;
    if (opened.some((token) => token.tokenType !== t.LeftCurly)) return false;
    const after = this.previous?.tokenType;
    const starts = this.isFirstOnLine() || after === t.LeftCurly || after === t.Semicolon;
    const hasFields = opened.length === 1 || this.graphBody(opened) !== undefined;
    return starts && (hasFields || bodyOf(declaration)?.hasResult === true);
  }

  /** Inside `graph g { .. }` of a data set. */
  private graphBody(opened: readonly Token[]): typeof bodies.graph | undefined {
    if (opened.length !== 2) return undefined;
    const at = this.before.indexOf(opened[1]);
    return this.before[at - 2]?.tokenType === t.words.graph ? bodies.graph : undefined;
  }

  private fields(declaration: Declaration | undefined, opened: readonly Token[]): Completion[] {
    const body = this.graphBody(opened) ?? bodyOf(declaration);
    if (body === undefined) return [];
    const words = opened.length > 1 && body.hasResult ? ["let", "return"] : body.valid;
    const fields = words.map(keyword);
    return body.hasResult ? [...fields, ...this.expressions(opened)] : fields;
  }

  private features(): Completion[] {
    const object = this.before.at(-2)?.image ?? "";
    const graph = this.namedFacts().find(
      (fact) => fact.type.tag === "graph" && this.textOf(fact) === object,
    )?.type;
    const all = this.graphs();
    const isEdge = object === "e" && graph === undefined;
    const types = graph === undefined ? all.map((fact) => fact.type) : [graph];
    return types.flatMap((type) => {
      if (type.tag !== "graph") return [];
      const fields = isEdge ? type.edgeFields : type.nodeFields;
      return [...fields].map(([name, field]) => ({
        ...plain(name, "field"),
        detail: printType(field),
        rank: 0,
      }));
    });
  }

  private namedFacts(): readonly Fact[] {
    const declaration = this.declaration();
    return this.analysis.facts.filter(
      ({ sort, span }) =>
        sort === "name" &&
        span.end <= this.start &&
        declaration !== undefined &&
        span.start >= declaration.span.start,
    );
  }

  private textOf({ span }: Fact): string {
    return this.analysis.source.slice(span.start, span.end);
  }

  private graphs(): readonly Fact[] {
    return this.namedFacts().filter((fact) => fact.type.tag === "graph");
  }

  private stages(): Completion[] {
    const end = this.before.at(-2)?.end ?? 0;
    const input = this.analysis.facts
      .filter(({ sort, span }) => sort !== "name" && span.end === end)
      .sort((a, b) => b.span.end - b.span.start - (a.span.end - a.span.start))[0];
    return this.callables(input?.type.tag === "tensor" ? input.type : undefined);
  }

  /** Everything that can be called; with a type, what takes it comes first. */
  private callables(input: TensorType | undefined): Completion[] {
    const { environment, file } = this.analysis;
    const graph = this.graphs()[0];
    const graphName = graph === undefined ? undefined : this.textOf(graph);
    const found = environment.visible(file).flatMap(({ name }) => {
      const one = environment.lookup(name, file);
      return one === undefined ? [] : [one];
    });
    const generics = this.analysis.occurrences
      .filter((one) => one.sort === "generic" && /^[A-Z]/.test(one.text))
      .filter((one) => this.analysis.tree.declarations[one.declaration] === this.declaration())
      .map((one) => ({ ...plain(one.text, "neuron"), detail: "generic", rank: 0 }));
    const declared = found
      .filter(({ declaration }) => ["layer", "neuron", "function"].includes(declaration.type))
      .filter(({ declaration }) => declaration !== this.declaration())
      .map((one) => this.callable(one, input, graphName));
    const primitives = PRIMITIVE_NAMES.map((name) => ({
      ...plain(name, "function"),
      detail: `${name}(${primitiveNamed(name)?.parameters.join(", ") ?? ""})`,
      rank: primitiveRank(name, input),
    }));
    return [...generics, ...declared, ...primitives];
  }

  private callable(
    found: Found,
    input: TensorType | undefined,
    graph: string | undefined,
  ): Completion {
    const { declaration } = found;
    const sort = sortOf(declaration) as CompletionSort;
    const name = declaration.type === "train" ? "" : declaration.name.text;
    const fits = input === undefined || takes(declaration, input, graph !== undefined);
    return {
      label: name,
      sort,
      insert: input === undefined ? name : insertOf(declaration, name, graph),
      detail: declaration.type === "neuron" ? `neuron ${name}` : headOf(found),
      documentation: docWords(declaration.doc),
      rank: fits ? 0 : 1,
    };
  }

  private types(): Completion[] {
    const kinds = kindNames.map(([kind, words]) => ({
      ...plain(kind, "type"),
      insert: `${kind}[\${1:N}, \${2:16}]`,
      documentation: words,
    }));
    return [...kinds, { ...plain("graph", "type"), documentation: "a graph and its features" }];
  }

  /** Names of the generics of what is called. */
  private generics(): Completion[] {
    const callee = this.before.at(-2)?.image ?? "";
    const found = this.analysis.environment.lookup(callee, this.analysis.file);
    const declaration = found?.declaration;
    if (declaration === undefined || !("generics" in declaration)) return [];
    return declaration.generics.flatMap((one) => {
      if (!("learn" in one)) return [];
      const { text } = one.name;
      return [{ ...plain(text, "word"), insert: `${text}: `, detail: "generic", rank: 0 }];
    });
  }

  /** Words of a table after the keyword that names it. */
  private words(previous: Token): Completion[] | undefined {
    const tables: readonly (readonly [string, readonly string[]])[] = [
      ["surrogate", Object.keys(SURROGATE_DEFAULTS)],
      ["optimize", Object.keys(optimisers)],
      ["then", Object.keys(optimisers)],
      ["schedule", Object.keys(schedules)],
      ["report", metrics],
      ["select", metrics],
      ["gather", ["sum", "mean", "max", "min", "std", "softmax-weighted"]],
      ["pool", ["sum", "mean", "max", "min", "std", "softmax-weighted"]],
    ];
    const table = tables.find(([word]) => word === previous.image);
    return table?.[1].map((word) => ({ ...plain(word, "word"), rank: 0 }));
  }

  /** Values of the declaration, then what can be called. */
  private expressions(opened: readonly Token[]): Completion[] {
    const declaration = this.declaration();
    const index =
      declaration === undefined ? -1 : this.analysis.tree.declarations.indexOf(declaration);
    const typed = new Map(this.namedFacts().map((fact) => [fact.span.start, fact]));
    const values = this.analysis.occurrences
      .filter((one) => one.declaration === index && one.role === "definition")
      .filter((one) => one.sort !== "feature" && one.span.end <= this.start)
      .filter((one) => one.scope.start <= this.start && this.start <= one.scope.end)
      .map((one) => {
        const fact = typed.get(one.span.start);
        const detail = fact === undefined ? (one.sort ?? "") : printType(fact.type);
        return { ...plain(one.text, "value"), detail, rank: 0 };
      });
    const call = this.isCallBracket(opened.at(-1)) ? this.argumentNames(opened.at(-1)) : [];
    const unique = new Map([...call, ...values].map((one) => [one.label, one]));
    return [...unique.values(), ...this.callables(undefined).map((one) => ({ ...one, rank: 1 }))];
  }

  private isCallBracket(bracket: Token | undefined): boolean {
    if (bracket === undefined) return false;
    return this.analysis.occurrences.some(
      (one) =>
        one.role === "callee" &&
        one.span.end <= bracket.startOffset &&
        this.follows(one.span.end, bracket),
    );
  }

  private follows(end: number, bracket: Token): boolean {
    const between = this.analysis.source.slice(end, bracket.startOffset);
    return between === "" || /^<[^<>]*>$/.test(between);
  }

  private argumentNames(bracket: Token | undefined): Completion[] {
    if (bracket === undefined) return [];
    const callee = this.analysis.occurrences.find(
      (one) =>
        one.role === "callee" &&
        one.span.end <= bracket.startOffset &&
        this.follows(one.span.end, bracket),
    );
    const table = optimisers[callee?.text ?? ""] ?? schedules[callee?.text ?? ""] ?? {};
    return Object.keys(table).map((name) => ({
      ...plain(name, "word"),
      insert: `${name}: `,
      rank: 0,
    }));
  }
}

function isOpener({ tokenType }: Token): boolean {
  return [t.LeftParen, t.LeftSquare, t.LeftCurly, t.GenericOpen].includes(tokenType);
}

function bodyOf(
  declaration: Declaration | undefined,
): (typeof bodies)[keyof typeof bodies] | undefined {
  if (declaration === undefined) return undefined;
  const type = declaration.type === "solver" ? "model" : declaration.type;
  return type in bodies ? bodies[type as keyof typeof bodies] : undefined;
}

function plain(label: string, sort: CompletionSort): Completion {
  return { label, sort, insert: label, detail: "", documentation: "", rank: 1 };
}

function keyword(label: string): Completion {
  return { ...plain(label, "keyword"), insert: `${label} `, rank: 0 };
}

/** A stage with what has to be given: `GCN<${1:out}>(g)`. */
function insertOf(declaration: Declaration, name: string, graph: string | undefined): string {
  if (declaration.type !== "layer" && declaration.type !== "function") return name;
  let marks = 0;
  const mark = (text: string): string => `\${${++marks}:${text}}`;
  const required = declaration.generics.filter((one) => one.initial === undefined);
  const generics = required.map((one) => mark(one.name.text));
  const isTensor = (at: number): boolean =>
    declaration.parameters[at].declaredType.type === "tensorType";
  const piped = declaration.parameters.findIndex((_, at) => isTensor(at));
  const rest = declaration.parameters.filter((_, at) => at !== piped);
  const args = rest.map((one) =>
    one.declaredType.type === "graphType" && graph !== undefined ? graph : mark(one.name.text),
  );
  return [
    name,
    generics.length === 0 ? "" : `<${generics.join(", ")}>`,
    args.length === 0 ? "" : `(${args.join(", ")})`,
  ].join("");
}

/** A function of one argument takes any number; class numbers go into hardly any. */
function primitiveRank(name: string, input: TensorType | undefined): number {
  if (input === undefined) return 0;
  return primitiveNamed(name)?.rule === "unary" && input.kind !== "label" ? 0 : 1;
}
