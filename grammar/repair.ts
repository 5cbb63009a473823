/**
 * The slips that are repaired: a wrong symbol, a name in the wrong case, something missing, something too
 * many. Each is tried by the reader (read-rule.ts), which knows whether it helps.
 */
import type { TokenType } from "chevrotain";
import { virtualToken } from "./body.js";
import { describeExpected, describeFound } from "./errors.js";
import type { Failure } from "./errors.js";
import type { Token } from "./token.js";
import { spanOf } from "./lexer.js";
import type { ProblemList } from "./problems.js";
import { reportFailure } from "./failure.js";
import * as t from "./tokens.js";
import { retyped } from "./words.js";

export const openers = new Set<TokenType>([t.LeftParen, t.LeftSquare, t.LeftCurly, t.GenericOpen]);
export const closers = new Set<TokenType>([t.RightParen, t.RightSquare, t.RightCurly, t.Greater]);
/** Symbols that are put in when they are missing. */
const insertable = new Set<TokenType>([
  ...closers,
  t.LeftParen,
  t.LeftCurly,
  t.Comma,
  t.Colon,
  t.Equals,
  t.Arrow,
  t.FatArrow,
  t.words.over,
  t.words.when,
  t.words.on,
  t.words.to,
  t.words.by,
  t.words.from,
]);
/** What may be left out when it is in the way. */
const removable = new Set<TokenType>([
  ...closers,
  t.Comma,
  t.Colon,
  t.Equals,
  t.Semicolon,
  t.Dot,
  t.Arrow,
  t.Pipe,
]);
/** Wanted symbol, and those that are written in its place. */
const confusions = new Map<TokenType, readonly TokenType[]>([
  [t.Equals, [t.Colon, t.EqualEqual, t.Arrow, t.FatArrow]],
  [t.Colon, [t.Equals, t.EqualEqual]],
  [t.Arrow, [t.FatArrow, t.Colon, t.Minus, t.Greater, t.Pipe]],
  [t.FatArrow, [t.Arrow, t.Equals, t.Pipe]],
  [t.RightParen, [t.RightSquare, t.RightCurly, t.Greater]],
  [t.RightSquare, [t.RightParen, t.RightCurly, t.Greater]],
  [t.Greater, [t.RightParen, t.RightSquare]],
  [t.Comma, [t.Semicolon, t.Dot]],
]);
const typesByName = new Map(t.vocabulary.map((type) => [type.name, type] as const));

/** A change to the tokens that may let the parser go on. */
export interface Repair {
  readonly tokens: Token[];
  /** Tokens more (or fewer, when negative) than the author wrote before the place. */
  readonly added: number;
  readonly report: (problems: ProblemList) => void;
}

/** What can be tried at a failure, the likeliest first. */
export function* repairs(tokens: readonly Token[], failure: Failure): Generator<Repair> {
  const { at } = failure;
  const found = tokens[at] as Token | undefined;
  const before = tokens[at - 1] as Token | undefined;
  const expected = failure.kind === "mismatch" ? typesByName.get(failure.expected[0]) : undefined;
  if (found !== undefined) yield* replacements(tokens, failure, found, expected);
  if (before !== undefined) {
    const insertions = new Set<TokenType>();
    if (expected !== undefined && insertable.has(expected)) insertions.add(expected);
    if (expected !== undefined && closers.has(expected)) insertions.add(t.Comma);
    if (failure.kind === "leftover") insertions.add(t.Comma);
    for (const type of insertions) yield inserted(tokens, at, type, before);
  }
  if (found !== undefined && isRemovable(found)) yield removal(tokens, failure, found, before);
  const name = expected === t.Name || expected === t.TypeName ? expected : undefined;
  if (name !== undefined || failure.kind === "choice") {
    // A name without text: `Invalid` in the tree.
    const missing = virtualToken(name ?? t.Name, before?.end ?? found?.startOffset ?? 0);
    yield {
      tokens: [...tokens.slice(0, at), missing, ...tokens.slice(at)],
      added: 1,
      report: (problems) => reportFailure(tokens, failure, problems),
    };
  }
}

function* replacements(
  tokens: readonly Token[],
  failure: Failure,
  found: Token,
  expected: TokenType | undefined,
): Generator<Repair> {
  const { at } = failure;
  const type = found.tokenType;
  const span = spanOf(found);
  const confused = expected !== undefined && confusions.get(expected)?.includes(type) === true;
  if (confused && !isMissingType(failure, tokens)) {
    const wanted = String(expected.PATTERN);
    yield replaced(tokens, at, expected, (problems) =>
      problems.add("S016", span, { found: found.image, wanted }, edit(span, wanted)),
    );
  }
  const name = nameInstead(opensParameters(tokens, failure) ? t.Name : expected, found, failure);
  if (name !== undefined) yield replaced(tokens, at, name.type, name.report);
  if (type === t.Semicolon) {
    yield removed(tokens, at, (problems) => problems.add("S017", span, {}, edit(span, "")));
  }
}

function isRemovable(token: Token): boolean {
  const type = token.tokenType;
  return removable.has(type) || (type.CATEGORIES ?? []).includes(t.BinaryOperator);
}

function removal(
  tokens: readonly Token[],
  failure: Failure,
  found: Token,
  before: Token | undefined,
): Repair {
  const span = spanOf(found);
  const closer = closers.has(found.tokenType) && found.tokenType !== t.Greater;
  return removed(tokens, failure.at, (problems) => {
    if (closer) {
      problems.add("S019", span, { found: found.image }, edit(span, ""));
    } else {
      const expected = describeExpected(failure, before);
      problems.add("S001", span, { expected, found: describeFound(found) });
    }
  });
}

/** `param b = zeros`: the `=` is right, `:` and the type before it are missing. */
function isMissingType(failure: Failure, tokens: readonly Token[]): boolean {
  const rule = failure.rules.at(-1);
  if (rule !== "param" && rule !== "running") return false;
  return !tokens.slice(failure.at + 1).some((one) => one.tokenType === t.Equals);
}

/** `(data: real[N, 4])`: an empty list would do for the parser, the author began its first name. */
function opensParameters(tokens: readonly Token[], { at, rules }: Failure): boolean {
  if (rules.at(-1) !== "parameters" || tokens[at - 1]?.tokenType !== t.LeftParen) return false;
  return (tokens[at + 1] as Token | undefined)?.tokenType === t.Colon;
}

/** A name in the wrong case, or a reserved word as a name. */
function nameInstead(
  expected: TokenType | undefined,
  found: Token,
  failure: Failure,
): { type: TokenType; report: (problems: ProblemList) => void } | undefined {
  const type = found.tokenType;
  const span = spanOf(found);
  const name = found.image;
  if (expected === t.TypeName && (type === t.Name || isContextual(type))) {
    const wanted = camel(name);
    return {
      type: t.TypeName,
      report: (problems) =>
        problems.add(
          "S014",
          span,
          { name, what: whatIsNamed(failure), wanted },
          edit(span, wanted),
        ),
    };
  }
  const wantsName = expected === t.Name || (expected === undefined && failure.kind === "choice");
  if (wantsName && expected === t.Name && type === t.TypeName) {
    const wanted = name[0].toLowerCase() + name.slice(1);
    return {
      type: t.Name,
      report: (problems) =>
        problems.add(
          "S014",
          span,
          { name, what: whatIsNamed(failure), wanted },
          edit(span, wanted),
        ),
    };
  }
  const inList = failure.rules.at(-1) === "parameter" || failure.rules.at(-1) === "parameters";
  const mayBeName = !found.firstOnLine || inList;
  if ((wantsName || expected === t.TypeName) && t.isReserved(type) && mayBeName) {
    return {
      type: expected ?? t.Name,
      report: (problems) => problems.add("S015", span, { word: name }),
    };
  }
  return undefined;
}

function edit(
  span: { start: number; end: number },
  text: string,
): { edits: { span: { start: number; end: number }; text: string }[] } {
  return { edits: [{ span, text }] };
}

function isContextual(type: TokenType): boolean {
  return t.isWord(type) && !t.isReserved(type);
}

/** `graph_net` to `GraphNet`. */
function camel(name: string): string {
  const joined = name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
  return joined[0].toUpperCase() + joined.slice(1);
}

const named: Readonly<Record<string, string>> = {
  neuronHeader: "a neuron",
  layerHeader: "a layer",
  functionHeader: "a function",
  equilibriumHeader: "an equilibrium",
  modelHeader: "a model",
  variant: "a model",
  problemHeader: "a problem",
  convertHeader: "a model",
  dataHeader: "a data set",
  trainHeader: "a model or a data set",
  let: "a value",
  param: "a parameter",
  running: "a statistic",
  parameter: "a parameter",
  generic: "a generic",
  neuronField: "a state",
  assignment: "a state",
  suffix: "a feature",
  type: "a kind",
};

function whatIsNamed(failure: Failure): string {
  return named[failure.rules.at(-1) ?? ""] ?? "a value";
}

function replaced(
  tokens: readonly Token[],
  at: number,
  type: TokenType,
  report: (problems: ProblemList) => void,
): Repair {
  const copy = [...tokens];
  copy[at] = retyped(tokens[at], type);
  return { tokens: copy, added: 0, report };
}

function removed(
  tokens: readonly Token[],
  at: number,
  report: (problems: ProblemList) => void,
): Repair {
  const rest = [...tokens.slice(0, at), ...tokens.slice(at + 1)];
  return { tokens: rest, added: -1, report };
}

function inserted(tokens: readonly Token[], at: number, type: TokenType, before: Token): Repair {
  const missing = virtualToken(type, before.end);
  const rest = [...tokens.slice(0, at), missing, ...tokens.slice(at)];
  const place = { start: before.end, end: before.end };
  const opening = openingOf(type, tokens, at);
  return {
    tokens: rest,
    added: 1,
    report: (problems) => {
      if (opening === undefined) {
        const expected = t.describeTokenType(type.name);
        problems.add("S002", place, { expected, after: describeFound(before) });
      } else {
        const words = { opening: opening.image, closing: String(type.PATTERN) };
        const related = [{ span: spanOf(opening), role: "opening" as const }];
        problems.add("S003", place, words, { related });
      }
    },
  };
}

/** The bracket that a missing closing one belongs to. */
function openingOf(type: TokenType, tokens: readonly Token[], at: number): Token | undefined {
  if (!closers.has(type)) return undefined;
  let depth = 0;
  for (let k = at - 1; k >= 0; k--) {
    if (closers.has(tokens[k].tokenType)) depth++;
    else if (openers.has(tokens[k].tokenType) && depth-- === 0) return tokens[k];
  }
  return undefined;
}
