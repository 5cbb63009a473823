/** The space between two neighbours on one line. */
import * as t from "../tokens.js";
import type { Item } from "./items.js";
import { isOpening, joinsSides } from "./items.js";

export interface SpacingContext {
  /** Offsets of the signs that stand before one operand. */
  readonly signs: ReadonlySet<number>;
  /** True for a closing bracket, the `>` of generic arguments included. */
  closes(item: Item): boolean;
  /** True for a word that begins a field or a declaration. */
  isKeyword(item: Item): boolean;
}

/** Words that begin a clause of their own, set apart from the expression before. */
const clauses = new Set([t.words.surrogate, t.words.contraction]);
const never = new Set([t.Comma, t.Semicolon, t.Dot]);

/** Blanks between `before` and `item`: "", " " or "  ". */
export function spaceBetween(before: Item, item: Item, context: SpacingContext): string {
  const left = before.token;
  const right = item.token;
  if (left === undefined || right === undefined) {
    if (right !== undefined && never.has(right.tokenType)) return "";
    return isOpening(before) && left?.tokenType !== t.LeftCurly ? "" : " ";
  }
  if (never.has(right.tokenType) || left.tokenType === t.Dot) return "";
  if (left.tokenType === t.LeftCurly) return right.tokenType === t.RightCurly ? "" : " ";
  if (right.tokenType === t.LeftCurly || right.tokenType === t.RightCurly) return " ";
  if (isOpening(before) || context.closes(item)) return "";
  if (context.signs.has(left.startOffset)) return "";
  if (right.tokenType === t.Colon) return t.isWord(left.tokenType) ? "" : " ";
  if (isOpening(item)) return spaceBeforeBracket(before, item, context);
  return clauses.has(right.tokenType) ? "  " : " ";
}

function spaceBeforeBracket(before: Item, item: Item, context: SpacingContext): string {
  const left = before.token;
  const right = item.token;
  if (left === undefined || right === undefined) return " ";
  if (right.tokenType === t.GenericOpen || context.closes(before)) return "";
  if (joinsSides(before) || !t.isWord(left.tokenType)) return " ";
  if (context.isKeyword(before) || t.isReserved(left.tokenType)) return " ";
  // `in` is a size only as an operand of its own: before a bracket it announces a range.
  if (left.tokenType === t.words.in) return " ";
  // `f(x)` and `softmax over i (x)`: whether a word is called is the author's to say.
  return right.joined ? "" : " ";
}
