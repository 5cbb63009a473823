/** The symbols of a document and the parts of it that fold. */
import { matchBrackets } from "../../grammar/format/items.js";
import type { Span } from "../../grammar/tree.js";
import type { Analysis } from "./analysis.js";
import { nameSpan } from "./symbols-at.js";
import { sortOf } from "./texts.js";

export interface DocumentSymbol {
  readonly name: string;
  /** The keyword: `model`, `let`, `state`. */
  readonly sort: string;
  readonly detail: string;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly children: readonly DocumentSymbol[];
}

/** Every declaration with the names it introduces. */
export function documentSymbols(analysis: Analysis): readonly DocumentSymbol[] {
  const { tree, occurrences, source } = analysis;
  return tree.declarations.map((declaration, index) => {
    const children = occurrences
      .filter((one) => one.declaration === index && one.role === "definition")
      .filter((one) => one.sort !== "index" && one.sort !== "variable")
      .map((one) => ({
        name: one.text,
        sort: one.sort ?? "",
        detail: one.sort ?? "",
        span: one.span,
        nameSpan: one.span,
        children: [],
      }));
    const span = nameSpan(declaration);
    const name =
      declaration.type === "train"
        ? `train ${declaration.model.text} on ${declaration.data.text}`
        : source.slice(span.start, span.end);
    const sort = sortOf(declaration);
    return {
      name: name || sort,
      sort,
      detail: sort,
      span: declaration.span,
      nameSpan: span,
      children,
    };
  });
}

export interface FoldingRange {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: "region" | "comment" | "imports";
}

/** Brackets over several lines, runs of comments, the imports. Lines count from 0. */
export function foldingRanges(analysis: Analysis): readonly FoldingRange[] {
  const { source, tokens, trivia, tree } = analysis;
  const starts = lineStarts(source);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const ranges: FoldingRange[] = [];
  for (const [from, to] of matchBrackets(tokens.map((token) => ({ token })))) {
    if (to < from) continue;
    const startLine = lineOf(tokens[from].startOffset);
    const endLine = lineOf(tokens[to].startOffset) - 1;
    if (endLine > startLine) ranges.push({ startLine, endLine, kind: "region" });
  }
  let first = -1;
  let last = -1;
  const close = (): void => {
    if (last > first) ranges.push({ startLine: first, endLine: last, kind: "comment" });
    first = -1;
  };
  for (const { kind, span } of trivia) {
    if (kind === "blankLine" || kind === "skipped") continue;
    const line = lineOf(span.start);
    if (first < 0 || line > last + 1) {
      close();
      first = line;
    }
    last = lineOf(span.end);
  }
  if (first >= 0) close();
  const { imports } = tree;
  if (imports.length > 1) {
    const startLine = lineOf(imports[0].span.start);
    const endLine = lineOf(imports[imports.length - 1].span.end);
    if (endLine > startLine) ranges.push({ startLine, endLine, kind: "imports" });
  }
  return ranges.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1))
    starts.push(at + 1);
  return starts;
}
