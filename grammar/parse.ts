/**
 * The way from text to tree: tokens, then declarations, then fields, each parsed on its own, so that an
 * error stays where it is.
 */
import type { CstNode, TokenType } from "chevrotain";
import { readBody, virtualToken } from "./body.js";
import type { BodyPieces } from "./body.js";
import { describeFound } from "./errors.js";
import { bodies, declarationWords, declarations } from "./fields.js";
import type { Body } from "./fields.js";
import { spanOf, tokenize } from "./lexer.js";
import type { Token } from "./token.js";
import { ProblemList } from "./problems.js";
import type { SyntaxProblem } from "./problems.js";
import { readRule } from "./read-rule.js";
import { muted, readFields, readResultBody } from "./read-fields.js";
import { splitDeclarations } from "./segments.js";
import type { Segment } from "./segments.js";
import { closest } from "./spelling.js";
import * as t from "./tokens.js";
import {
  buildGenerics,
  buildImport,
  buildParameters,
  buildResultType,
} from "./tree-builder-callables.js";
import { buildExpression, buildGenericArguments } from "./tree-builder-expressions.js";
import {
  buildConvertFields,
  buildEquilibriumFields,
  buildProblemFields,
  buildSolverBody,
} from "./tree-builder-physics.js";
import { buildDataFields, buildTrainFields } from "./tree-builder-data.js";
import { buildNeuronFields } from "./tree-builder-callables.js";
import { child, identifier, token } from "./tree-builder.js";
import type { Building } from "./tree-builder.js";
import type { Declaration, File, Identifier, Import, Span, Trivia } from "./tree.js";
import { retype } from "./words.js";

export interface ParseResult {
  readonly file: File;
  /** What the tree was built from; with the trivia of the file they are the whole source. */
  readonly tokens: readonly Token[];
  /** In source order; empty for a file without errors. */
  readonly problems: readonly SyntaxProblem[];
}

/**
 * Parses a whole file. Never throws and always gives a tree; every broken place is in `problems`, and is
 * `Invalid`, or a name without text, in the tree.
 */
export function parse(source: string): ParseResult {
  const problems = new ProblemList();
  const { tokens, trivia } = tokenize(source, problems);
  const reader = new FileReader(source, tokens, trivia, problems);
  reader.read();
  const { imports, declarations: found } = reader;
  const file = { source, imports, declarations: found, trivia };
  return { file, tokens, problems: problems.sorted() };
}

/** A part that was parsed by itself. */
interface Part {
  readonly cst: CstNode;
  /** False when it has a problem. */
  readonly complete: boolean;
  readonly building: Building;
}

class FileReader {
  readonly imports: Import[] = [];
  readonly declarations: Declaration[] = [];
  private readonly building: Building;
  private readonly docComments: readonly Trivia[];
  private nextDoc = 0;

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    trivia: readonly Trivia[],
    private readonly problems: ProblemList,
  ) {
    this.building = { problems, depths: new Map() };
    this.docComments = trivia.filter((one) => one.kind === "docComment");
  }

  read(): void {
    const { first, segments } = splitDeclarations(this.tokens);
    if (first > 0) this.reportLeftover(0);
    for (const segment of segments) this.readSegment(segment);
  }

  private readSegment(segment: Segment): void {
    const keyword = this.tokens[segment.start];
    const doc = this.docBefore(segment.start);
    if (!declarations.has(keyword.tokenType) && !this.respell(segment)) return;
    const type = keyword.tokenType;
    if (type === t.words.import) this.readImport(segment);
    else if (type === t.words.variant) this.readVariant(segment, doc);
    else this.readDeclaration(segment, doc);
  }

  /** Reports an unknown declaration keyword; true when it is clear which one was meant. */
  private respell(segment: Segment): boolean {
    const word = this.tokens[segment.start];
    const next = segment.start + 1 < segment.end ? this.tokens[segment.start + 1] : undefined;
    const suggestion = closest(word.image, declarationWords);
    const span = spanOf(word);
    const edits = suggestion === undefined ? [] : [{ span, text: suggestion }];
    this.problems.add("S008", span, { word: word.image, suggestion }, { edits });
    const type = suggestion === undefined ? undefined : t.wordTypes.get(suggestion);
    if (type === undefined || next === undefined) return false;
    if (!t.isWord(next.tokenType) && next.tokenType !== t.LeftCurly) return false;
    retype(word, type);
    return true;
  }

  private readImport(segment: Segment): void {
    const tokens = this.tokens.slice(segment.start, segment.end);
    if (this.declarations.length > 0) {
      this.problems.add("S021", spanOf(tokens[0]), { path: tokens.at(-1)?.image ?? "" });
    }
    const { cst } = readRule("import", tokens, this.problems);
    this.imports.push({ ...buildImport(cst), span: spanOfTokens(tokens) });
  }

  private readVariant(segment: Segment, doc: string | undefined): void {
    const tokens = this.tokens.slice(segment.start, segment.end);
    const { cst, building } = this.readPart("variant", tokens);
    const generics = child(cst, "genericArguments");
    this.declarations.push({
      type: "variant",
      name: identifier(token(cst, "TypeName"), cst),
      model: identifier(token(cst, "model"), cst),
      generics: generics === undefined ? [] : buildGenericArguments(generics, building),
      doc,
      span: spanOfTokens(tokens),
    });
  }

  private readDeclaration(segment: Segment, doc: string | undefined): void {
    const { start, end } = segment;
    const keyword = this.tokens[start];
    const info = declarations.get(keyword.tokenType) ?? bodies.layer;
    const split = this.findBody(segment, info);
    const headerTokens = this.tokens.slice(start, split.headerEnd);
    const rule = headerRules.get(keyword.tokenType) ?? "layerHeader";
    const header = this.readPart(rule, headerTokens);
    if (split.kind === "value") {
      const value = this.readPart("functionValue", this.tokens.slice(split.headerEnd, end));
      const result = buildExpression(child(value.cst, "expression"), value.cst, value.building);
      const span = spanOfTokens(this.tokens.slice(start, end));
      this.declarations.push({
        type: "function",
        ...this.callable(header, "Name", doc),
        items: [],
        result,
        span,
      });
      return;
    }
    if (split.kind === "none" && header.complete) {
      const last = headerTokens[headerTokens.length - 1];
      const place = { start: last.end, end: last.end };
      this.problems.add("S002", place, { expected: "`{`", after: describeFound(last) });
    }
    const opening = split.opening;
    const body: BodyPieces =
      opening === undefined
        ? { pieces: [], next: end, end: this.tokens[end - 1].end, close: undefined }
        : readBody(this.tokens, opening, split.bodyStart, end, info, this.problems);
    if (body.next < end) this.reportLeftover(body.next, body.close);
    const span = { start: keyword.startOffset, end: body.end };
    this.declarations.push(this.finish(keyword, header, body, opening, doc, span));
  }

  /** Where the header ends and what follows it. */
  private findBody(
    { start, end }: Segment,
    info: Body,
  ): {
    kind: "body" | "value" | "none";
    headerEnd: number;
    bodyStart: number;
    opening: Token | undefined;
  } {
    const isFunction = this.tokens[start].tokenType === t.words.function;
    let depth = 0;
    for (let k = start + 1; k < end; k++) {
      const token = this.tokens[k];
      const type = token.tokenType;
      if (type === t.LeftCurly) {
        return { kind: "body", headerEnd: k, bodyStart: k + 1, opening: token };
      }
      if (type === t.LeftParen || type === t.LeftSquare || type === t.GenericOpen) depth++;
      else if (type === t.RightParen || type === t.RightSquare || type === t.Greater) depth--;
      else if (isFunction && depth <= 0 && type === t.Equals) {
        return { kind: "value", headerEnd: k, bodyStart: k, opening: undefined };
      } else if (token.firstOnLine && info.fields.has(type) && this.fieldFollows(k, end)) {
        // The opening brace is missing: the first field shows where it belongs.
        const { end: at } = this.tokens[k - 1];
        const opening = {
          ...virtualToken(t.LeftCurly, at),
          indentation: this.tokens[start].indentation,
        };
        const words = { expected: "`{`", after: describeFound(this.tokens[k - 1]) };
        this.problems.add("S002", { start: at, end: at }, words);
        return { kind: "body", headerEnd: k, bodyStart: k, opening };
      }
    }
    return { kind: "none", headerEnd: end, bodyStart: end, opening: undefined };
  }

  private fieldFollows(at: number, end: number): boolean {
    const next = at + 1 < end ? this.tokens[at + 1].tokenType : undefined;
    if (t.isReserved(this.tokens[at].tokenType)) return true;
    return (
      next !== undefined && (t.isWord(next) || next === t.StringToken || next === t.NumberToken)
    );
  }

  /** Parses one rule; its tree is built without further problems when it has one. */
  private readPart(rule: Parameters<typeof readRule>[0], tokens: Token[]): Part {
    const { cst, stuckAt } = readRule(rule, tokens, this.problems);
    const complete = stuckAt === undefined;
    return { cst, complete, building: complete ? this.building : muted(this.building) };
  }

  private callable(
    { cst, building }: Part,
    nameType: "Name" | "TypeName",
    doc: string | undefined,
  ): {
    name: Identifier;
    generics: ReturnType<typeof buildGenerics>;
    parameters: ReturnType<typeof buildParameters>;
    resultType: ReturnType<typeof buildResultType>;
    doc: string | undefined;
  } {
    return {
      name: identifier(token(cst, nameType), cst),
      generics: buildGenerics(cst, building),
      parameters: buildParameters(cst, building),
      resultType: buildResultType(cst, building),
      doc,
    };
  }

  private finish(
    keyword: Token,
    header: Part,
    body: BodyPieces,
    opening: Token | undefined,
    doc: string | undefined,
    span: Span,
  ): Declaration {
    const { building } = this;
    const { cst } = header;
    const name = identifier(token(cst, "TypeName"), cst);
    const base = { name, doc, span };
    switch (keyword.tokenType) {
      case t.words.neuron: {
        const fields = readFields(bodies.neuron, "neuronFields", body, building, buildNeuronFields);
        return { type: "neuron", ...base, generics: buildGenerics(cst, header.building), fields };
      }
      case t.words.equilibrium: {
        const fields = readFields(
          bodies.equilibrium,
          "equilibriumFields",
          body,
          building,
          buildEquilibriumFields,
        );
        return { type: "equilibrium", ...this.callable(header, "TypeName", doc), fields, span };
      }
      case t.words.problem: {
        const fields = readFields(
          bodies.problem,
          "problemFields",
          body,
          building,
          buildProblemFields,
        );
        return { type: "problem", ...base, fields };
      }
      case t.words.convert: {
        const fields = readFields(
          bodies.convert,
          "convertFields",
          body,
          building,
          buildConvertFields,
        );
        return { type: "convert", ...base, model: identifier(token(cst, "model"), cst), fields };
      }
      case t.words.data: {
        const fields = readFields(bodies.data, "dataFields", body, building, buildDataFields);
        return { type: "data", ...base, fields };
      }
      case t.words.train: {
        const fields = readFields(bodies.train, "trainFields", body, building, buildTrainFields);
        const data = identifier(token(cst, "data"), cst);
        return {
          type: "train",
          model: identifier(token(cst, "model"), cst),
          data,
          doc,
          fields,
          span,
        };
      }
      case t.words.model:
        if (token(cst, "SolvesWord") !== undefined || (!header.complete && looksLikeSolver(body))) {
          return this.solver(header, body, base);
        }
        return this.withResult("model", header, body, opening, doc, span);
      case t.words.function:
        return this.withResult("function", header, body, opening, doc, span);
      default:
        return this.withResult("layer", header, body, opening, doc, span);
    }
  }

  private withResult(
    type: "layer" | "function" | "model",
    header: Part,
    body: BodyPieces,
    opening: Token | undefined,
    doc: string | undefined,
    span: Span,
  ): Declaration {
    const read = readResultBody(bodies[type], body, opening, this.building);
    const nameType = type === "function" ? "Name" : "TypeName";
    return { type, ...this.callable(header, nameType, doc), ...read, span };
  }

  private solver(
    { cst, building }: Part,
    body: BodyPieces,
    base: { name: Identifier; doc: string | undefined; span: Span },
  ): Declaration {
    const tokens = body.pieces.flat();
    const shared = {
      type: "solver" as const,
      ...base,
      generics: buildGenerics(cst, building),
      problem: identifier(token(cst, "problem"), cst),
    };
    if (tokens.length === 0) {
      const at = body.close?.startOffset ?? base.span.end;
      const words = { expected: "`over (x, t) { .. }` or `separable rank`", after: "`{`" };
      this.problems.add("S002", { start: at, end: at }, words);
      return { ...shared, separableRank: undefined, variables: [], stages: [] };
    }
    const reading = this.readPart("solverBody", tokens);
    return { ...shared, ...buildSolverBody(reading.cst, reading.building) };
  }

  /** One problem for everything that stands between declarations. */
  private reportLeftover(at: number, close?: Token): void {
    const token = this.tokens[at];
    const stray = [t.RightCurly, t.RightParen, t.RightSquare].includes(token.tokenType);
    const related = close === undefined ? [] : [{ span: spanOf(close), role: "closing" as const }];
    if (stray) {
      this.problems.add("S019", spanOf(token), { found: token.image }, { related });
    } else {
      this.problems.add("S020", spanOf(token), { found: describeFound(token) }, { related });
    }
  }

  /** The doc comment that ends above a declaration. */
  private docBefore(at: number): string | undefined {
    const from = at === 0 ? 0 : this.tokens[at - 1].end;
    const to = this.tokens[at].startOffset;
    const lines: string[] = [];
    for (; this.nextDoc < this.docComments.length; this.nextDoc++) {
      const { span } = this.docComments[this.nextDoc];
      if (span.start >= to) break;
      if (span.start >= from) lines.push(this.docText(span));
    }
    return lines.length === 0 ? undefined : lines.join("\n");
  }

  private docText(span: Span): string {
    return this.source
      .slice(span.start, span.end)
      .replace(/^\/\/\/ ?/, "")
      .trimEnd();
  }
}

/** A model whose header did not parse may still show that it solves a problem. */
function looksLikeSolver({ pieces }: BodyPieces): boolean {
  const first = pieces[0]?.[0]?.tokenType as TokenType | undefined;
  const second = pieces[0]?.[1]?.tokenType as TokenType | undefined;
  return first === t.words.separable || (first === t.words.over && second === t.LeftParen);
}

function spanOfTokens(tokens: readonly Token[]): Span {
  return { start: tokens[0].startOffset, end: tokens[tokens.length - 1].end };
}

const headerRules = new Map([
  [t.words.neuron, "neuronHeader"],
  [t.words.layer, "layerHeader"],
  [t.words.function, "functionHeader"],
  [t.words.equilibrium, "equilibriumHeader"],
  [t.words.model, "modelHeader"],
  [t.words.problem, "problemHeader"],
  [t.words.convert, "convertHeader"],
  [t.words.data, "dataHeader"],
  [t.words.train, "trainHeader"],
] as const);
