/**
 * Runs a parser rule on a piece of the tokens, and repairs what is clearly a slip (repair.ts). A repair
 * counts only when the parser then gets further, so one slip is one problem and the rest of the piece is
 * still read.
 */
import type { CstNode, TokenType } from "chevrotain";
import { readFailure } from "./errors.js";
import { reportFailure } from "./failure.js";
import type { Failure } from "./errors.js";
import type { Token } from "./token.js";
import { spanOf } from "./lexer.js";
import { getParser } from "./parser.js";
import type { SgnnParser } from "./parser.js";
import type { ProblemList } from "./problems.js";
import { closers, openers, repairs } from "./repair.js";
import type { Repair } from "./repair.js";
import { maximumNesting } from "./source.js";
import * as t from "./tokens.js";
import { all, spanOfNode, token } from "./tree-builder.js";

export type RuleName = {
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
/** After so many problems a file is not what the author takes it for; repairs would only take time. */
const mostRepairedProblems = 500;
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
  /** Tokens that repairs have added so far, and where the last repair was, in tokens of the author. */
  let added = 0;
  let lastPlace = -Infinity;
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
    const repairable =
      steps.length < mostRepairs &&
      tokens.length <= longestRepaired &&
      problems.size < mostRepairedProblems;
    const repaired = repairable ? bestRepair(rule, tokens, failure) : undefined;
    if (repaired === undefined) {
      const line = lineOf(tokens, failure);
      const first = steps.findIndex((step) => lineOf(step.tokens, step.failure) === line);
      const trusted = first < 0 ? steps : steps.slice(0, first);
      for (const step of trusted) step.report(problems);
      const stop = first < 0 ? { tokens, cst, failure } : steps[first];
      reportFailure(stop.tokens, stop.failure, problems);
      return { cst: stop.cst, stuckAt: stop.failure.at, tokens: stop.tokens };
    }
    // Repairs at one token and the next are one broken place.
    const place = failure.at - added;
    const again = place - lastPlace <= 1;
    const report = again ? (): void => undefined : repaired.report;
    steps.push({ tokens, cst, failure, report });
    added += repaired.added;
    lastPlace = place;
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

/** The repair that gets the parser furthest, the first of several; undefined when none gets it on. */
function bestRepair(
  rule: RuleName,
  tokens: readonly Token[],
  failure: Failure,
): Repair | undefined {
  let best: Repair | undefined;
  let furthest = failure.at;
  for (const one of repairs(tokens, failure)) {
    const after = tryRule(rule, one.tokens);
    if (after.tooDeep) continue;
    if (after.failure === undefined && !isPlausible(after.cst, one.tokens)) continue;
    // Counted in tokens of the author.
    const reached = after.failure === undefined ? Infinity : after.failure.at - one.added;
    if (reached <= furthest) continue;
    best = one;
    furthest = reached;
    if (reached === Infinity) break;
  }
  return best;
}

/**
 * In the body of a layer the parser takes expressions side by side for results. After a repair that is no
 * success: only one at the start of the piece, or of a line, is a result.
 */
function isPlausible(cst: CstNode, tokens: readonly Token[]): boolean {
  return all(cst, "result").every((result) => {
    if (token(result, "ReturnWord") !== undefined) return true;
    const { start } = spanOfNode(result);
    const first = tokens.find((one) => one.startOffset >= start);
    return first === undefined || first === tokens[0] || first.firstOnLine;
  });
}
