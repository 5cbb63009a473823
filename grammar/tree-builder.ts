/**
 * Reading concrete syntax: the small helpers that every tree builder uses. A child that is missing (the
 * parser gave up there, and a problem says so) becomes an `Invalid` node or a name without text.
 */
import type { CstElement, CstNode, IToken } from "chevrotain";
import type { ProblemList } from "./problems.js";
import type { Expression, Identifier, Invalid, Span, StringLiteral } from "./tree.js";

/** What builders need beside the concrete syntax. */
export interface Building {
  readonly problems: ProblemList;
  /** Depth of the tree below an expression, where it is more than 1. */
  readonly depths: Map<Expression, number>;
}

function isNode(element: CstElement): element is CstNode {
  return "children" in element;
}

/** Child rule number `index` of that name. */
export function child(parent: CstNode, name: string, index = 0): CstNode | undefined {
  const element = parent.children[name]?.[index];
  return element !== undefined && isNode(element) ? element : undefined;
}

/** All child rules of that name, in source order. */
export function all(parent: CstNode, name: string): CstNode[] {
  return (parent.children[name] ?? []).filter(isNode);
}

/** Child token number `index` of that name; tokens that recovery made up count as missing. */
export function token(parent: CstNode, name: string, index = 0): IToken | undefined {
  return tokens(parent, name)[index];
}

/** All child tokens of that name, in source order. */
export function tokens(parent: CstNode, name: string): IToken[] {
  const found: IToken[] = [];
  for (const element of parent.children[name] ?? []) {
    if (!isNode(element) && element.isInsertedInRecovery !== true) found.push(element);
  }
  return found;
}

/** From the first to the last token of a rule; empty when it has none. */
export function spanOfNode(node: CstNode): Span {
  const { location } = node;
  const start = location?.startOffset ?? NaN;
  const end = location?.endOffset ?? NaN;
  if (Number.isNaN(start)) return { start: 0, end: 0 };
  return { start, end: Number.isNaN(end) ? start : end + 1 };
}

export function spanOfToken(of: IToken): Span {
  return { start: of.startOffset, end: of.startOffset + of.image.length };
}

export function join(first: Span, last: Span): Span {
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

/** A part that did not parse. */
export function invalid(span: Span): Invalid {
  return { type: "invalid", span };
}

/** An empty place at the end of `parent`. */
export function endOf(parent: CstNode): Span {
  const { end } = spanOfNode(parent);
  return { start: end, end };
}

/** A name; without text (and empty) when it is missing. */
export function identifier(from: IToken | undefined, parent: CstNode): Identifier {
  if (from === undefined) return { text: "", span: endOf(parent) };
  return { text: from.image, span: spanOfToken(from) };
}

/** Names by token type or label, without the missing ones. */
export function identifiers(parent: CstNode, name: string): Identifier[] {
  const written = tokens(parent, name).filter((one) => one.image !== "");
  return written.map((one) => identifier(one, parent));
}

const escapes = new Map([
  ["n", "\n"],
  ['"', '"'],
  ["\\", "\\"],
]);

/** The value of a string token; unknown escapes (reported by the lexer) stand for themselves. */
export function stringLiteral(from: IToken | undefined, parent: CstNode): StringLiteral {
  if (from === undefined) return { type: "string", value: "", span: endOf(parent) };
  const { image } = from;
  const straight = image.startsWith('"');
  const closed = !straight || (image.length > 1 && image.endsWith('"'));
  const inside = image.slice(1, closed ? -1 : undefined);
  const value = straight
    ? inside.replace(/\\(.)/gsu, (all, escaped: string) => escapes.get(escaped) ?? all)
    : inside;
  return { type: "string", value, span: spanOfToken(from) };
}
