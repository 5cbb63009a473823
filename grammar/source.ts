/**
 * What is settled before lexing: size, byte-order mark, merge conflicts and nesting depth. Parts that
 * cannot be read are replaced by blanks of the same length, so every offset stays true.
 */
import type { ProblemList } from "./problems.js";
import type { Span, Trivia } from "./tree.js";

/** Longest file in UTF-16 code units (about 4 MB). */
export const maximumSize = 4_000_000;
/** Deepest nesting of brackets. */
export const maximumNesting = 200;
/** Most operators in one chain, and most levels of a tree of expressions. */
export const maximumOperators = 1000;

export interface ReadableSource {
  /** Same length as the source. */
  readonly text: string;
  /** The parts that were blanked. */
  readonly skipped: readonly Trivia[];
}

const declarationStart =
  /^(?:import|neuron|layer|function|equilibrium|model|variant|problem|convert|data|train)\b/gm;

/** The source with unreadable parts blanked and reported. Linear in the length. */
export function prepareSource(source: string, problems: ProblemList): ReadableSource {
  const skipped: Trivia[] = [];
  if (source.length > maximumSize) {
    problems.add("S011", { start: 0, end: 0 }, { limit: maximumSize, size: source.length });
    skipped.push({ kind: "skipped", span: { start: 0, end: source.length } });
    return { text: "", skipped };
  }
  const holes: Span[] = [];
  if (source.startsWith("\ufeff")) holes.push({ start: 0, end: 1 });
  if (source.includes("<<<<<<<") || source.includes(">>>>>>>") || source.includes("=======")) {
    holes.push(...findConflicts(source, problems));
  }
  let text = blank(source, holes);
  const deep = findDeepDeclarations(text, problems);
  text = blank(text, deep);
  for (const span of merge([...holes, ...deep])) skipped.push({ kind: "skipped", span });
  return { text, skipped };
}

/** Keeps the first side of each conflict; the markers and the other side are holes. */
function findConflicts(source: string, problems: ProblemList): Span[] {
  const holes: Span[] = [];
  const marker = /^(<{7}|\|{7}|={7}|>{7})(?![<|=>])[^\r\n]*/gm;
  let ours: number | undefined;
  let other: number | undefined;
  for (let found = marker.exec(source); found !== null; found = marker.exec(source)) {
    const start = found.index;
    const end = start + found[0].length;
    const kind = found[1][0];
    if (kind === "<") {
      if (other !== undefined) holes.push({ start: other, end: other + 7 });
      problems.add("S007", { start, end: start + 7 }, { marker: found[1] });
      holes.push({ start, end });
      ours = start;
      other = undefined;
    } else if (ours === undefined) {
      problems.add("S007", { start, end: start + 7 }, { marker: found[1] });
      holes.push({ start, end });
    } else if (kind === ">") {
      holes.push({ start: other ?? start, end });
      ours = undefined;
      other = undefined;
    } else {
      other ??= start;
    }
  }
  // Never closed: only the separator line is no text of the author.
  if (other !== undefined) holes.push({ start: other, end: lineEnd(source, other) });
  return holes;
}

/** Declarations (from their keyword at the start of a line to the next) that nest too deeply. */
function findDeepDeclarations(text: string, problems: ProblemList): Span[] {
  const holes: Span[] = [];
  const starts = [...text.matchAll(declarationStart)].map((match) => match.index);
  let upcoming = 0;
  let current = 0;
  let depth = 0;
  for (let k = 0; k < text.length; k++) {
    for (; upcoming < starts.length && starts[upcoming] <= k; upcoming++) {
      if (starts[upcoming] !== k) continue;
      // A new declaration: what the one before left open does not nest this one.
      depth = 0;
      current = k;
    }
    const code = text.charCodeAt(k);
    if (code === 0x28 || code === 0x5b || code === 0x7b) {
      if (++depth <= maximumNesting) continue;
      problems.add("S010", { start: k, end: k + 1 }, { limit: maximumNesting });
      const end = starts[upcoming] ?? text.length;
      holes.push({ start: current, end });
      current = end;
      k = end - 1;
      depth = 0;
    } else if (code === 0x29 || code === 0x5d || code === 0x7d) {
      if (depth > 0) depth--;
    } else if (code === 0x22) {
      k = stringEnd(text, k);
    } else if (code === 0x2f && text.charCodeAt(k + 1) === 0x2f) {
      k = lineEnd(text, k);
    } else if (code === 0x2f && text.charCodeAt(k + 1) === 0x2a) {
      const end = text.indexOf("*/", k + 2);
      k = end < 0 ? text.length : end + 1;
    }
  }
  return holes;
}

function stringEnd(text: string, opening: number): number {
  for (let k = opening + 1; k < text.length; k++) {
    const character = text[k];
    if (character === '"' || character === "\n" || character === "\r") return k;
    if (character === "\\" && text[k + 1] !== "\n" && text[k + 1] !== "\r") k++;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end < 0) return text.length;
  return end > from && text[end - 1] === "\r" ? end - 1 : end;
}

/** Replaces everything in the spans but line ends by blanks. */
function blank(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const span of merge(spans)) {
    parts.push(text.slice(at, span.start));
    parts.push(
      text.slice(span.start, span.end).replace(/[^\r\n]+/g, (part) => " ".repeat(part.length)),
    );
    at = span.end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** Sorted, without overlaps. */
function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else if (span.end > span.start) {
      merged.push(span);
    }
  }
  return merged;
}
