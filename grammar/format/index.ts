/**
 * The standard layout of a `.sgnn` file. Never throws; declarations that do not parse are left as they
 * are, and so is the whole file if formatting would change anything but its layout.
 */
import { bodies, declarations } from "../fields.js";
import type { Body } from "../fields.js";
import { tokenize } from "../lexer.js";
import type { Token } from "../token.js";
import { parse } from "../parse.js";
import { ProblemList } from "../problems.js";
import { splitDeclarations } from "../segments.js";
import * as t from "../tokens.js";
import type { Declaration, File, Span } from "../tree.js";
import type { AnyLine } from "./align.js";
import { print } from "./align.js";
import type { Item } from "./items.js";
import { itemsOf } from "./items.js";
import type { Outline } from "./outline.js";
import { layOut } from "./lines.js";

export interface FormatResult {
  readonly text: string;
  /** The parts of the source that were left alone because they do not parse, in source order. */
  readonly leftAlone: readonly Span[];
}

/** Formats a source. A byte-order mark and the kind of line ends stay. */
export function format(source: string): FormatResult {
  const mark = source.startsWith("\ufeff") ? "\ufeff" : "";
  const end = source.includes("\r\n") ? "\r\n" : "\n";
  const plain = source.slice(mark.length).replace(/\r\n?/g, "\n");
  const result = formatPlain(plain);
  const text = mark + (end === "\n" ? result.text : result.text.replaceAll("\n", end));
  if (plain === source) return { text, leftAlone: result.leftAlone };
  const offset = offsets(source, mark.length);
  const leftAlone = result.leftAlone.map((one) => ({
    start: offset(one.start),
    end: offset(one.end),
  }));
  return { text, leftAlone };
}

/** From offsets in the text with plain line ends to offsets in the source. */
function offsets(source: string, mark: number): (at: number) => number {
  const dropped = [...source.matchAll(/\r(?=\n)/g)].map((found, n) => found.index - n - mark);
  return (at) => at + mark + dropped.filter((one) => one < at).length;
}

function formatPlain(source: string): FormatResult {
  const { tokens, trivia } = tokenize(source, new ProblemList());
  const { file, problems } = parse(source);
  const outlines = new Outlines(file);
  const items = itemsOf(source, tokens, trivia);
  const lines: AnyLine[] = [];
  const leftAlone: Span[] = [];
  for (const piece of piecesOf(items, tokens)) {
    const span = { start: piece[0].start, end: piece[piece.length - 1].end };
    const broken =
      piece.some((item) => item.kind === "skipped") ||
      problems.some((one) => isWithin(one.span, span));
    if (!broken) {
      lines.push(...layOut(piece, outlines.of(piece)));
      continue;
    }
    leftAlone.push(span);
    const start = source.lastIndexOf("\n", span.start - 1) + 1;
    const raw = /^\s*$/.test(source.slice(start, span.start)) ? start : span.start;
    source
      .slice(raw, span.end)
      .trimEnd()
      .split("\n")
      .forEach((text, n) => lines.push({ raw: text, blankBefore: n === 0 && piece[0].blank }));
  }
  const printed = print(lines).join("\n").replace(/^\n+/, "");
  const text = printed === "" ? "" : `${printed}\n`;
  if (leftAlone.length === 0 && !sameMeaning(file, text, items)) {
    return { text: source, leftAlone: [{ start: 0, end: source.length }] };
  }
  return { text, leftAlone };
}

/** A problem without width stands at the end of what it is about. */
function isWithin(problem: Span, piece: Span): boolean {
  if (problem.start === 0 && piece.start === 0) return true;
  const isEmpty = problem.start === problem.end;
  return isEmpty
    ? problem.start > piece.start && problem.start <= piece.end
    : problem.start < piece.end && problem.end > piece.start;
}

/** One list of items per declaration: the comments above it, its tokens, a comment behind it. */
function piecesOf(items: readonly Item[], tokens: readonly Token[]): Item[][] {
  const starts = new Set(splitDeclarations(tokens).segments.map(({ start }) => tokens[start]));
  const pieces: Item[][] = [];
  let piece: Item[] = [];
  let comments: Item[] = [];
  for (const item of items) {
    if (item.token === undefined) {
      const trails = comments.length === 0 && !item.breaks && piece.length > 0;
      (trails ? piece : comments).push(item);
      continue;
    }
    if (starts.has(item.token) && piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
    piece.push(...comments, item);
    comments = [];
  }
  for (const last of [piece, comments]) if (last.length > 0) pieces.push(last);
  return pieces;
}

/** What the syntax tree knows about the declarations. */
class Outlines {
  private readonly signs = new Set<number>();
  private readonly byStart = new Map<number, Declaration>();

  constructor(file: File) {
    for (const declaration of file.declarations) {
      this.byStart.set(declaration.span.start, declaration);
    }
    collectSigns(file.declarations, this.signs);
  }

  of(piece: readonly Item[]): Outline {
    const head = piece.find((item) => item.token !== undefined);
    const declaration = this.byStart.get(head?.start ?? -1);
    const fields = new Set<number>();
    if (declaration !== undefined) addFields(declaration, fields, piece);
    return { body: bodyOf(head, declaration), fields, signs: this.signs };
  }
}

function bodyOf(head: Item | undefined, declaration: Declaration | undefined): Body | undefined {
  if (head?.token === undefined) return undefined;
  if (declaration?.type === "solver") return bodies.model;
  return declarations.get(head.token.tokenType);
}

/** Where fields begin: the parts of the declaration, and `return`. */
function addFields(declaration: Declaration, fields: Set<number>, piece: readonly Item[]): void {
  const parts = [
    ...("fields" in declaration ? declaration.fields : []),
    ...("items" in declaration ? declaration.items : []),
  ];
  for (const part of parts) fields.add(part.span.start);
  if (!("result" in declaration)) return;
  const { start } = declaration.result.span;
  const before = piece.findLast((item) => item.token !== undefined && item.start < start);
  const isReturn = before?.token?.tokenType === t.words.return;
  fields.add(isReturn ? before.start : start);
}

/** Finds the unary operators anywhere below a value of the tree. */
function collectSigns(value: unknown, signs: Set<number>): void {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const { type, span } = next as { type?: unknown; span?: Span };
    if (type === "unary" && span !== undefined) signs.add(span.start);
    for (const part of Object.values(next)) if (typeof part === "object") open.push(part);
  }
}

/** True when the text has the items of the source and parses to the same tree. */
function sameMeaning(file: File, text: string, items: readonly Item[]): boolean {
  const again = parse(text);
  const { tokens, trivia } = tokenize(text, new ProblemList());
  const now = itemsOf(text, tokens, trivia);
  return (
    again.problems.length === 0 &&
    now.length === items.length &&
    now.every((item, k) => item.text === items[k].text) &&
    withoutPlaces(again.file) === withoutPlaces(file)
  );
}

/** The tree as text, without spans and trivia. */
export function withoutPlaces(file: File): string {
  return JSON.stringify([file.imports, file.declarations], (key, value: unknown) =>
    key === "span" || key === "operatorSpan" ? undefined : value,
  );
}
