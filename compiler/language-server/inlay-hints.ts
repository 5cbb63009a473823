/** The inferred type after every stage of a pipeline and after every `let`. */
import type { Span } from "../../grammar/tree.js";
import { printType } from "../ir/print.js";
import type { Analysis } from "./analysis.js";

export interface InlayHint {
  readonly offset: number;
  readonly text: string;
}

/** The hints between two offsets, in source order. */
export function inlayHints(analysis: Analysis, range: Span): readonly InlayHint[] {
  const stages = analysis.facts.filter(({ sort }) => sort === "stage");
  const lets = new Set(
    analysis.occurrences.filter((one) => one.sort === "let").map((one) => one.span.start),
  );
  const names = analysis.facts.filter(({ sort, span }) => sort === "name" && lets.has(span.start));
  return [...stages, ...names]
    .filter(({ span }) => span.end >= range.start && span.end <= range.end)
    .sort((a, b) => a.span.end - b.span.end)
    .map(({ span, type }) => ({ offset: span.end, text: `: ${printType(type)}` }));
}
