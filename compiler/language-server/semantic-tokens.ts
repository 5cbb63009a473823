/** What every word means, for colours that a line-based grammar cannot know. */
import type { Token } from "../../grammar/token.js";
import { matchBrackets } from "../../grammar/format/items.js";
import { Greater, tokenTable, isWord } from "../../grammar/tokens.js";
import type { Span } from "../../grammar/tree.js";
import type { Analysis } from "./analysis.js";
import type { Occurrence } from "./occurrences.js";
import { meaningOf } from "./symbols-at.js";

/** The types used, by their index in the protocol's legend. */
export const tokenTypes = [
  "keyword",
  "class",
  "function",
  "typeParameter",
  "parameter",
  "variable",
  "property",
  "type",
  "number",
  "string",
  "operator",
  "comment",
] as const;
export type SemanticType = (typeof tokenTypes)[number];
export const tokenModifiers = ["declaration", "defaultLibrary", "documentation"] as const;
export type SemanticModifier = (typeof tokenModifiers)[number];

export interface SemanticToken {
  readonly span: Span;
  readonly type: SemanticType;
  readonly modifiers: readonly SemanticModifier[];
}

const highlights = new Map(tokenTable.map((row) => [row.type, row.highlight]));

/** Every token and comment that has a colour, in source order. */
export function semanticTokens(analysis: Analysis): readonly SemanticToken[] {
  const names = new Map(analysis.occurrences.map((one) => [one.span.start, one]));
  const found: SemanticToken[] = [];
  const closers = matchBrackets(analysis.tokens.map((token) => ({ token })));
  for (const [at, token] of analysis.tokens.entries()) {
    if (token.tokenType === Greater && closers.has(at)) continue;
    const name = names.get(token.startOffset);
    const one = name === undefined ? plain(token) : named(analysis, name);
    const span = { start: token.startOffset, end: token.end };
    if (one !== undefined) found.push({ span, ...one });
  }
  for (const { kind, span } of analysis.trivia) {
    if (kind === "blankLine" || kind === "skipped") continue;
    const modifiers: SemanticModifier[] = kind === "docComment" ? ["documentation"] : [];
    found.push({ span, type: "comment", modifiers });
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

type Colour = Omit<SemanticToken, "span">;

/** A word that is no name in the tree is a keyword. */
function plain({ tokenType }: Token): Colour | undefined {
  const highlight = highlights.get(tokenType);
  if (highlight === "number" || highlight === "string" || highlight === "operator") {
    return { type: highlight, modifiers: [] };
  }
  return isWord(tokenType) && highlight === "keyword"
    ? { type: "keyword", modifiers: [] }
    : undefined;
}

const sorts: Readonly<Record<string, SemanticType>> = {
  generic: "typeParameter",
  parameter: "parameter",
  input: "parameter",
  axis: "parameter",
  "unknown field": "variable",
  feature: "property",
};

function named(analysis: Analysis, one: Occurrence): Colour {
  if (one.role === "kind") return { type: "type", modifiers: ["defaultLibrary"] };
  if (one.role === "member") return { type: "property", modifiers: [] };
  const declaring: SemanticModifier[] =
    one.role === "definition" || one.role === "declaration" ? ["declaration"] : [];
  const meaning = meaningOf(analysis, one);
  if (meaning?.tag === "primitive") return { type: "function", modifiers: ["defaultLibrary"] };
  if (meaning?.tag === "declaration") {
    const { file, declaration } = meaning.found;
    const type = declaration.type === "function" ? "function" : "class";
    return { type, modifiers: file.startsWith("sgnn:") ? ["defaultLibrary"] : declaring };
  }
  if (meaning?.tag === "local") {
    return { type: sorts[meaning.definition.sort ?? ""] ?? "variable", modifiers: declaring };
  }
  return { type: /^[A-Z]$/.test(one.text) ? "type" : "variable", modifiers: [] };
}
