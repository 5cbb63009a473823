/** What the parser expected, in words. */
import type { IRecognitionException, TokenType } from "chevrotain";
import type { Token } from "./token.js";
import * as t from "./tokens.js";

/** A failed parse: the first place where the tokens stop making sense. */
export interface Failure {
  readonly kind: "mismatch" | "choice" | "leftover";
  /** Index of the token in the way; the number of tokens when they ended too soon. */
  readonly at: number;
  /** Names of the token types that could stand there. */
  readonly expected: readonly string[];
  /** Parser rules from the outermost to the one that failed. */
  readonly rules: readonly string[];
}

export function readFailure(error: IRecognitionException, tokens: readonly Token[]): Failure {
  const found = tokens.indexOf(error.token as Token);
  // After a repetition at the end of a rule the parser wants the end: also something left over.
  const leftover = error.name === "NotAllInputParsedException" || error.message === "EOF";
  const mismatch = error.name === "MismatchedTokenException";
  const kind = leftover ? "leftover" : mismatch ? "mismatch" : "choice";
  return {
    kind,
    at: found < 0 ? tokens.length : found,
    expected: error.message.split(" ").filter((name) => name !== ""),
    rules: error.context.ruleStack,
  };
}

/** Phrases by the rule in which the parser looked for something. */
const phrases: Readonly<Record<string, string>> = {
  expression: "an expression",
  stage: "a layer, a neuron or a function",
  initialiser: "an initialiser such as `zeros`, `glorot` or `constant(0.5)`",
  type: "a type such as `real[N, 16]`",
  dim: "a size",
  graphField: "a feature such as `x: real[N, 5]`",
  reducer: "an aggregator such as `mean`",
  aggregator: "an aggregator such as `mean`",
  anyName: "a name",
  generic: "`channel` or `node`",
  signature: "parameters in `(..)`",
  modelHeader: "parameters in `(..)`, or `solves` and a problem",
  overBlock: "`time` or `snapshots`",
  surrogate: "a surrogate such as `atan`",
  splitRule: "`random`, `stratified`, `grouped`, `given` or `per class`",
  source: "the name of an array in quotes",
  solverBody: "`over` or `separable`",
  suffix: "a name",
  replacement: "`keep` or a layer",
  convertField: "`keep` or a layer",
  modifiedStage: "a layer, a neuron or a function",
  range: "a range such as `[0, 1]`",
  mask: "`train`, `validation` or `test`",
  variables: "a name",
};

const openers = new Set<TokenType>([t.LeftParen, t.LeftSquare, t.LeftCurly, t.GenericOpen]);
const closes = new Set(["RightParen", "RightSquare", "RightCurly", "Greater"]);

/** Rules that only pass on to others: the rule above them says what was wanted. */
const passing = new Set([
  "sum",
  "plainSum",
  "operand",
  "plainOperand",
  "atom",
  "construct",
  "call",
  "chain",
]);

/** What a list is made of, by the rule of the list. */
const listed: Readonly<Record<string, string>> = {
  arguments: "an argument",
  genericArguments: "an argument",
  generics: "a generic",
  parameters: "a parameter",
  type: "a size",
  import: "a name",
};

/** A phrase such as "`=`", "a name" or "an expression"; `before` is the token before the failure. */
export function describeExpected(failure: Failure, before: Token | undefined): string {
  const { expected, rules, kind } = failure;
  const element = listed[rules.at(-1) ?? ""];
  const opened = before !== undefined && openers.has(before.tokenType);
  if (kind === "mismatch" && opened && element !== undefined && closes.has(expected[0])) {
    return `${element} or ${t.describeTokenType(expected[0])}`;
  }
  if (kind === "mismatch" && !opened && closes.has(expected[0])) {
    const separator = element !== undefined ? "`,`" : "an operator";
    return `${separator} or ${t.describeTokenType(expected[0])}`;
  }
  if (kind === "leftover") return "an operator, or a new line with the next field";
  if (kind === "mismatch") return describeToken(expected[0] ?? "", rules);
  let k = rules.length - 1;
  while (k > 0 && passing.has(rules[k])) k--;
  const rule = rules[k] ?? "";
  if (rule === "expression" && rules[k - 1] === "dim") return phrases.dim;
  if (rule === "range" && expected.includes("RightSquare")) return "`]` or `)`";
  if (rule === "genericArgument" || rule === "generic" || rule === "ratio") {
    return expected.includes("ChannelWord") ? phrases.generic : "a value";
  }
  return phrases[rule] ?? "an expression";
}

function describeToken(name: string, rules: readonly string[]): string {
  const rule = rules.at(-1) ?? "";
  if (name === "Name") {
    switch (rule) {
      case "type":
        return phrases.type;
      case "let":
      case "assignment":
      case "neuronField":
        return "a name";
      case "parameter":
        return "the name of a parameter";
      case "suffix":
        return "the name of a feature";
      case "gather":
        return "an index such as `i` or `j`";
      case "surrogate":
        return phrases.surrogate;
      case "functionHeader":
        return "the name of the function, in lower case";
      case "dataField":
        return "a name, then a scaler such as `standard`";
      default:
        return "a name";
    }
  }
  if (name === "Colon" && (rule === "param" || rule === "running")) return "`:` and a type";
  if (name === "Colon" && rule === "ratio") return "`:`, as in `80 : 10 : 10`,";
  if (name === "TypeName") return "a name with a capital letter";
  if (name === "LeftCurly") return "`{`";
  return t.describeTokenType(name);
}

/** A token as messages show it: its text, cut when long. */
export function describeFound(token: Token): string {
  const text = token.image.length > 24 ? `${token.image.slice(0, 20)}...` : token.image;
  return `\`${text}\``;
}
