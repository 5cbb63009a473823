/** Tokens and comments of a source as one list, with the line breaks that the author put before them. */
import type { Token } from "../token.js";
import * as t from "../tokens.js";
import type { Trivia } from "../tree.js";

/** One thing that stands in the formatted text. */
export interface Item {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Undefined for a comment. */
  readonly token: Token | undefined;
  readonly kind: "token" | "lineComment" | "blockComment" | "skipped";
  /** The source has a line break before it. */
  readonly breaks: boolean;
  /** The source has an empty line before it. */
  readonly blank: boolean;
}

/** In source order. `source` has `\n` line ends only. */
export function itemsOf(
  source: string,
  tokens: readonly Token[],
  trivia: readonly Trivia[],
): Item[] {
  const parts = [
    ...tokens.map((token) => ({
      start: token.startOffset,
      end: token.end,
      token,
      kind: "token" as const,
    })),
    ...trivia
      .filter((one) => one.kind !== "blankLine" && one.span.end > one.span.start)
      .map(({ kind, span }) => ({ ...span, token: undefined, kind: commentKind(kind) })),
  ].sort((a, b) => a.start - b.start);
  let at = 0;
  return parts.map((part) => {
    const gap = source.slice(at, part.start);
    const lines = gap.split("\n").length - 1;
    at = part.end;
    const text = source.slice(part.start, part.end);
    return {
      ...part,
      text: part.kind === "lineComment" ? text.trimEnd() : text,
      breaks: lines > 0,
      blank: lines > 1,
    };
  });
}

function commentKind(kind: Trivia["kind"]): Item["kind"] {
  if (kind === "blockComment" || kind === "skipped") return kind;
  return "lineComment";
}

/** What brackets are matched in: items, or bare tokens as `{ token }`. */
interface HasToken {
  readonly token: Token | undefined;
}

const opens = new Set([t.LeftParen, t.LeftSquare, t.LeftCurly, t.GenericOpen]);
const closes = new Set([t.RightParen, t.RightSquare, t.RightCurly]);

/** For each bracket the index of its partner. Ranges such as `[0, inf)` may mix their brackets. */
export function matchBrackets(items: readonly HasToken[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  items.forEach(({ token }, k) => {
    if (token === undefined) return;
    const top = open.at(-1);
    const inGenerics = top !== undefined && items[top].token?.tokenType === t.GenericOpen;
    if (opens.has(token.tokenType)) {
      open.push(k);
    } else if (closes.has(token.tokenType) || (inGenerics && token.tokenType === t.Greater)) {
      open.pop();
      if (top === undefined) return;
      partners.set(top, k);
      partners.set(k, top);
    }
  });
  return partners;
}

/** True for `(`, `[`, `{` and the `<` of generic arguments. */
export function isOpening(item: Item | undefined): boolean {
  return item?.token !== undefined && opens.has(item.token.tokenType);
}

/** True for symbols that join what stands on both sides: a line after or before one goes on. */
export function joinsSides(item: Item | undefined): boolean {
  const type = item?.token?.tokenType;
  if (type === undefined) return false;
  return joining.has(type) || (type.CATEGORIES ?? []).some((category) => operators.has(category));
}
const operators = new Set([t.BinaryOperator, t.ComparisonOperator]);
const joining = new Set([t.Pipe, t.Equals, t.Arrow, t.FatArrow, t.Dot, t.Colon, t.SlashBelow]);
