/**
 * Cuts the tokens of a file into declarations before anything is parsed, so that no error in one of them
 * can hide the next. A declaration begins at its keyword, first on a line or after a closed body.
 */
import { declarations } from "./fields.js";
import type { Token } from "./token.js";
import * as t from "./tokens.js";

/** Tokens `start` to `end` (exclusive); the first is the keyword, or a word in its place. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}

export interface Segments {
  /** Tokens before the first declaration that belong to none: `0` to `first`. */
  readonly first: number;
  readonly segments: readonly Segment[];
}

export function splitDeclarations(tokens: readonly Token[]): Segments {
  const starts: number[] = [];
  let depth = 0;
  /** Inside the segment a body was opened and closed again. */
  let closed = true;
  for (let k = 0; k < tokens.length; k++) {
    if (beginsDeclaration(tokens, k, depth, closed, tokens[starts.at(-1) ?? -1])) {
      starts.push(k);
      depth = 0;
      closed = false;
      continue;
    }
    const type = tokens[k].tokenType;
    if (type === t.LeftCurly) depth++;
    else if (type === t.RightCurly) {
      depth = Math.max(0, depth - 1);
      if (depth === 0) closed = true;
    }
  }
  const segments = starts.map((start, k) => ({ start, end: starts[k + 1] ?? tokens.length }));
  return { first: starts[0] ?? tokens.length, segments };
}

function beginsDeclaration(
  tokens: readonly Token[],
  at: number,
  depth: number,
  closed: boolean,
  current: Token | undefined,
): boolean {
  const token = tokens[at];
  const previous = tokens[at - 1] as Token | undefined;
  const next = tokens[at + 1] as Token | undefined;
  const type = token.tokenType;
  const nextWord = next !== undefined && t.isWord(next.tokenType);
  if (declarations.has(type)) {
    if (!token.firstOnLine) {
      if (depth > 0) return false;
      const short = current?.tokenType === t.words.variant || current?.tokenType === t.words.import;
      return closed || previous?.tokenType === t.RightCurly || (short && nextWord);
    }
    const inEquilibrium = current?.tokenType === t.words.equilibrium && (depth > 0 || !closed);
    if (type === t.words.neuron && inEquilibrium) return opensBody(tokens, at + 1);
    // `(x: real[N], data: real[N])` over several lines: a parameter, whatever it is called.
    if (next?.tokenType === t.Colon && previous !== undefined && isInList(previous)) return false;
    if (depth === 0) return true;
    if (type === t.words.import) return next?.tokenType === t.LeftCurly;
    return nextWord;
  }
  if (depth > 0 || (type !== t.Name && type !== t.TypeName)) return false;
  if (closed) return token.firstOnLine || previous === undefined || isEnd(previous);
  // A misspelt keyword below a declaration without a body, or below a broken header.
  return token.firstOnLine && nextWord && !next.firstOnLine && type === t.Name;
}

function isInList({ tokenType }: Token): boolean {
  return tokenType === t.LeftParen || tokenType === t.Comma;
}

function isEnd(token: Token): boolean {
  return token.tokenType === t.RightCurly;
}

/** `LIF<..> {`: a neuron declaration, not the neuron of an equilibrium. */
function opensBody(tokens: readonly Token[], from: number): boolean {
  let depth = 0;
  for (let k = from; k < tokens.length && k < from + 200; k++) {
    const type = tokens[k].tokenType;
    if (type === t.LeftCurly) return true;
    if (type === t.GenericOpen || type === t.LeftParen) depth++;
    else if (type === t.Greater || type === t.RightParen) depth--;
    else if (depth === 0 && k > from) return false;
  }
  return false;
}
