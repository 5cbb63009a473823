/**
 * Runs a parser rule on a piece of the tokens, and repairs what is clearly a slip: a wrong symbol, a
 * missing comma or bracket, a token too many. A repair counts only when the parser then gets further, so
 * one slip is one problem and the rest of the piece is still read.
 */
import type { CstNode, TokenType } from "chevrotain";
import { virtualToken } from "./body.js";
import { describeExpected, describeFound, readFailure } from "./errors.js";
import type { Failure } from "./errors.js";
import type { Token } from "./lexer.js";
import { spanOf } from "./lexer.js";
import { getParser } from "./parser.js";
import type { SgnnParser } from "./parser.js";
import type { ProblemList } from "./problems.js";
import { maximumNesting } from "./source.js";
import * as t from "./tokens.js";
import { retype } from "./words.js";

type RuleName = {
  [K in keyof SgnnParser]: SgnnParser[K] extends () => CstNode ? K : never;
}[keyof SgnnParser];

export interface Reading {
  readonly cst: CstNode;
  /** The first token in the way, when it could not be repaired: an index into `tokens`. */
  readonly stuckAt: number | undefined;
  /** The tokens after repairs. */
  readonly tokens: readonly Token[];
}

const mostRepairs = 10;
/** Longer pieces are not repaired: each try reads the piece again. */
const longestRepaired = 5000;

/** One failure and the repair that got the parser past it. */
interface Step {
  readonly tokens: Token[];
  readonly cst: CstNode;
  readonly failure: Failure;
  readonly report: (problems: ProblemList) => void;
}

/**
 * Parses all of `piece` as one rule. Never throws.
 *
 * Repairs are trusted when nothing on their line fails after them; otherwise the line is given up at its
 * first failure, which is then the one problem of the line.
 */
export function readRule(rule: RuleName, piece: readonly Token[], problems: ProblemList): Reading {
  let tokens = dropTrailingCommas(piece);
  const deep = findDeepToken(tokens);
  if (deep !== undefined) {
    problems.add("S010", spanOf(deep), { limit: maximumNesting });
    return { cst: unreadable(rule, tokens), stuckAt: tokens.length, tokens };
  }
  const steps: Step[] = [];
  for (;;) {
    const { cst, failure, tooDeep } = tryRule(rule, tokens);
    if (tooDeep) {
      problems.add("S010", spanOf(tokens[0]), { limit: maximumNesting });
      return { cst, stuckAt: tokens.length, tokens };
    }
    if (failure === undefined) {
      for (const step of steps) step.report(problems);
      return { cst, stuckAt: undefined, tokens };
    }
    const repairable = steps.length < mostRepairs && tokens.length <= longestRepaired;
    const repaired = repairable ? repair(rule, tokens, failure) : undefined;
    if (repaired === undefined) {
      const line = lineOf(tokens, failure);
      const first = steps.findIndex((step) => lineOf(step.tokens, step.failure) === line);
      const trusted = first < 0 ? steps : steps.slice(0, first);
      for (const step of trusted) step.report(problems);
      const stop = first < 0 ? { tokens, cst, failure } : steps[first];
      reportFailure(stop.tokens, stop.failure, problems);
      return { cst: stop.cst, stuckAt: stop.failure.at, tokens: stop.tokens };
    }
    steps.push({ tokens, cst, failure, report: repaired.report });
    tokens = repaired.tokens;
  }
}

/** Number of the line of a failure, counted from the start of the tokens. */
function lineOf(tokens: readonly Token[], { at }: Failure): number {
  const found = tokens[at] as Token | undefined;
  // What is missing at the end of a line belongs to that line.
  const last = found === undefined || found.firstOnLine ? at - 1 : at;
  let line = 0;
  for (let k = 1; k <= last; k++) if (tokens[k].firstOnLine) line++;
  return line;
}

interface Attempt {
  readonly cst: CstNode;
  readonly failure: Failure | undefined;
  readonly tooDeep: boolean;
}

function tryRule(rule: RuleName, tokens: Token[]): Attempt {
  // Recovery takes time and stack for each of the errors, of which only the first is used.
  const parser = getParser(tokens.length > longestRepaired ? "strict" : "recovering");
  parser.input = tokens;
  try {
    const cst = (parser[rule]() as CstNode | undefined) ?? unreadable(rule, tokens);
    const error = parser.errors[0];
    const failure = error === undefined ? undefined : readFailure(error, tokens);
    return { cst, failure, tooDeep: false };
  } catch (error) {
    // The nesting limit keeps the stack far from its end; a host with a small stack still gets an answer.
    if (!(error instanceof RangeError)) throw error;
    return { cst: unreadable(rule, tokens), failure: undefined, tooDeep: true };
  }
}

function unreadable(rule: RuleName, tokens: readonly Token[]): CstNode {
  const startOffset = tokens[0]?.startOffset ?? 0;
  const endOffset = (tokens.at(-1)?.end ?? startOffset) - 1;
  return { name: rule, children: {}, recoveredNode: true, location: { startOffset, endOffset } };
}

/** The first bracket beyond the limit; angle brackets are known as such only among tokens. */
function findDeepToken(tokens: readonly Token[]): Token | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (openers.has(token.tokenType) && ++depth > maximumNesting) return token;
    if (closers.has(token.tokenType) && depth > 0) depth--;
  }
  return undefined;
}

/** A comma before the bracket that closes a list, or at the end of a field, is allowed everywhere. */
function dropTrailingCommas(piece: readonly Token[]): Token[] {
  /** For each open bracket: does it hold a list? Blocks and ranges do not. */
  const lists: boolean[] = [];
  return piece.filter((token, k) => {
    const type = token.tokenType;
    const before = piece[k - 1]?.tokenType as TokenType | undefined;
    if (type === t.LeftCurly) lists.push(before === t.words.import || before === t.StringToken);
    else if (openers.has(type)) lists.push(before !== t.words.in);
    else if (closers.has(type)) lists.pop();
    if (type !== t.Comma || before === undefined || before === t.Comma) return true;
    if (openers.has(before)) return true;
    const next = piece[k + 1] as Token | undefined;
    if (next === undefined) return false;
    return !closers.has(next.tokenType) || lists.at(-1) === false;
  });
}

const openers = new Set<TokenType>([t.LeftParen, t.LeftSquare, t.LeftCurly, t.GenericOpen]);
const closers = new Set<TokenType>([t.RightParen, t.RightSquare, t.RightCurly, t.Greater]);
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

/** The first repair that gets the parser further, or undefined. */
function repair(rule: RuleName, tokens: readonly Token[], failure: Failure): Candidate | undefined {
  const found = tokens[failure.at] as Token | undefined;
  const before = tokens[failure.at - 1] as Token | undefined;
  for (const candidate of candidates(failure, found, before, tokens)) {
    const after = tryRule(rule, candidate.tokens);
    if (after.tooDeep) continue;
    if (after.failure !== undefined && after.failure.at < candidate.least) continue;
    return candidate;
  }
  return undefined;
}

interface Candidate {
  readonly tokens: Token[];
  /** The parser must get to this token. */
  readonly least: number;
  readonly report: (problems: ProblemList) => void;
}

function* candidates(
  failure: Failure,
  found: Token | undefined,
  before: Token | undefined,
  tokens: readonly Token[],
): Generator<Candidate> {
  const { at } = failure;
  const expected = failure.kind === "mismatch" ? typesByName.get(failure.expected[0]) : undefined;
  if (found !== undefined) {
    const type = found.tokenType;
    const confused = expected !== undefined && confusions.get(expected)?.includes(type) === true;
    if (confused && !isMissingType(failure, tokens)) {
      yield replaced(tokens, at, expected, (problems) => {
        const wanted = String(expected.PATTERN);
        const edits = [{ span: spanOf(found), text: wanted }];
        problems.add("S016", spanOf(found), { found: found.image, wanted }, { edits });
      });
    }
    const name = nameInstead(expected, found, failure);
    if (name !== undefined) yield replaced(tokens, at, name.type, name.report);
    if (type === t.Semicolon) {
      yield removed(tokens, at, (problems) => {
        const edits = [{ span: spanOf(found), text: "" }];
        problems.add("S017", spanOf(found), {}, { edits });
      });
    }
  }
  if (before !== undefined) {
    const insertions = new Set<TokenType>();
    if (expected !== undefined && insertable.has(expected)) insertions.add(expected);
    if (expected !== undefined && closers.has(expected)) insertions.add(t.Comma);
    if (failure.kind === "leftover") insertions.add(t.Comma);
    for (const type of insertions) yield inserted(tokens, at, type, before);
  }
  if (found !== undefined && removable.has(found.tokenType)) {
    yield removed(tokens, at, (problems) => {
      const edits = [{ span: spanOf(found), text: "" }];
      if (closers.has(found.tokenType) && found.tokenType !== t.Greater) {
        problems.add("S019", spanOf(found), { found: found.image }, { edits });
      } else {
        const words = { expected: describeExpected(failure, before), found: describeFound(found) };
        problems.add("S001", spanOf(found), words);
      }
    });
  }
}

/** `param b = zeros`: the `=` is right, `:` and the type before it are missing. */
function isMissingType(failure: Failure, tokens: readonly Token[]): boolean {
  const rule = failure.rules.at(-1);
  if (rule !== "param" && rule !== "running") return false;
  return !tokens.slice(failure.at + 1).some((one) => one.tokenType === t.Equals);
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
  if ((wantsName || expected === t.TypeName) && t.isReserved(type) && !found.firstOnLine) {
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
): Candidate {
  const copy = [...tokens];
  copy[at] = { ...tokens[at] };
  retype(copy[at], type);
  return { tokens: copy, least: at + 1, report };
}

function removed(
  tokens: readonly Token[],
  at: number,
  report: (problems: ProblemList) => void,
): Candidate {
  const rest = [...tokens.slice(0, at), ...tokens.slice(at + 1)];
  // At the end of the piece there is no further token to get to.
  return { tokens: rest, least: Math.min(at + 1, rest.length), report };
}

function inserted(tokens: readonly Token[], at: number, type: TokenType, before: Token): Candidate {
  const missing = virtualToken(type, before.end);
  const rest = [...tokens.slice(0, at), missing, ...tokens.slice(at)];
  const place = { start: before.end, end: before.end };
  const opening = openingOf(type, tokens, at);
  return {
    tokens: rest,
    least: Math.min(at + 2, rest.length),
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

/** A failure that has no repair: something missing, or something in the way. */
function reportFailure(tokens: readonly Token[], failure: Failure, problems: ProblemList): void {
  const { at } = failure;
  const found = tokens[at] as Token | undefined;
  const before = tokens[at - 1] as Token | undefined;
  const expected = describeExpected(failure, before);
  const ended = found === undefined || found.end === found.startOffset;
  if (before !== undefined && (ended || (found.firstOnLine && failure.kind !== "leftover"))) {
    const place = { start: before.end, end: before.end };
    problems.add("S002", place, { expected, after: describeFound(before) });
    return;
  }
  if (found === undefined) return;
  const operator = (found.tokenType.CATEGORIES ?? []).includes(t.ComparisonOperator);
  const compared = tokens
    .slice(0, at)
    .some((one) => (one.tokenType.CATEGORIES ?? []).includes(t.ComparisonOperator));
  if (operator && compared && failure.kind !== "choice") {
    problems.add("S025", spanOf(found), { operator: found.image });
  } else {
    problems.add("S001", spanOf(found), { expected, found: describeFound(found) });
  }
}
