/**
 * The token table of the language: one row per token. The lexer, the parser's vocabulary, the words in
 * error messages and (later) the editor grammar all come from it.
 *
 * Words are lexed as `Name` or `TypeName`. The rows of `words` give some of them a type of their own
 * afterwards (words.ts). A contextual word also belongs to the category `Name`, so it stays usable as an
 * ordinary name; a reserved word does not.
 */
import { createToken, Lexer } from "./chevrotain.js";
import type { TokenType } from "chevrotain";
import { scanBlockComment, scanString } from "./scan.js";

/** How an editor colours a token. */
export type Highlight =
  | "keyword"
  | "operator"
  | "punctuation"
  | "variable"
  | "type"
  | "number"
  | "string"
  | "comment"
  | "invalid";

/** One row: the name in the parser, how it is written, how it is coloured. */
export interface TokenRow {
  readonly name: string;
  /** The exact text, or the pattern as a regular expression source for tokens of many texts. */
  readonly written: string;
  readonly highlight: Highlight;
  readonly type: TokenType;
}

const rows: TokenRow[] = [];
const lexed: TokenType[] = [];

function row(name: string, written: string, highlight: Highlight, type: TokenType): TokenType {
  rows.push({ name, written, highlight, type });
  if (type.PATTERN !== Lexer.NA) lexed.push(type);
  return type;
}

/** A token with one spelling. */
function symbol(
  name: string,
  text: string,
  highlight: "operator" | "punctuation",
  categories: TokenType[] = [],
): TokenType {
  return row(name, text, highlight, createToken({ name, pattern: text, categories }));
}

/* ---------------------------------------------------------------- categories */

/** `+ - * / @ ^`, all of them one flat chain for the parser; the tree builder knows how they bind. */
export const BinaryOperator = createToken({ name: "BinaryOperator", pattern: Lexer.NA });
/** `< <= > >= ==` */
export const ComparisonOperator = createToken({ name: "ComparisonOperator", pattern: Lexer.NA });

/* ---------------------------------------------------------------- trivia */

export const WhiteSpace = createToken({
  name: "WhiteSpace",
  pattern: /[ \t\r\n\f\v]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
lexed.push(WhiteSpace);
export const DocComment = row(
  "DocComment",
  "///[^\\r\\n]*",
  "comment",
  createToken({ name: "DocComment", pattern: /\/\/\/[^\r\n]*/, group: "trivia" }),
);
export const LineComment = row(
  "LineComment",
  "//[^\\r\\n]*",
  "comment",
  createToken({ name: "LineComment", pattern: /\/\/[^\r\n]*/, group: "trivia" }),
);
export const BlockComment = row(
  "BlockComment",
  "/\\*[\\s\\S]*?\\*/",
  "comment",
  createToken({
    name: "BlockComment",
    pattern: scanBlockComment,
    start_chars_hint: ["/"],
    line_breaks: true,
    group: "trivia",
  }),
);
/** Not a comment of this language, but what many a reader of Python writes; reported. */
export const HashComment = createToken({
  name: "HashComment",
  pattern: /#[^\r\n]*/,
  group: "trivia",
});
lexed.push(HashComment);

/* ---------------------------------------------------------------- words and literals */

/** The aggregator `softmax-weighted` is the one word with a hyphen. */
export const SoftmaxWeighted = row(
  "SoftmaxWeighted",
  "softmax-weighted",
  "keyword",
  createToken({ name: "SoftmaxWeighted", pattern: /softmax-weighted(?!\w)/ }),
);
export const Name = row(
  "Name",
  "[a-z_][A-Za-z0-9_]*",
  "variable",
  createToken({ name: "Name", pattern: /[a-z_][A-Za-z0-9_]*/ }),
);
export const TypeName = row(
  "TypeName",
  "[A-Z][A-Za-z0-9_]*",
  "type",
  createToken({ name: "TypeName", pattern: /[A-Z][A-Za-z0-9_]*/ }),
);
export const NumberToken = row(
  "Number",
  "\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?",
  "number",
  createToken({ name: "Number", pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/ }),
);
/** `1.`, `.5`, `1_000`, `2x`: a number for the parser, a problem for the author. */
export const BadNumber = row(
  "BadNumber",
  "\\.?\\d[\\w.]*",
  "invalid",
  createToken({ name: "BadNumber", pattern: /\.?\d[\w.]*/, categories: [NumberToken] }),
);
export const StringToken = row(
  "String",
  '"(?:[^"\\\\\\r\\n]|\\\\.)*"',
  "string",
  createToken({
    name: "String",
    pattern: scanString,
    start_chars_hint: ['"', "'", "\u201c", "\u201d", "\u201e", "\u2018", "\u2019"],
    line_breaks: false,
  }),
);

/* ---------------------------------------------------------------- symbols, longest first */

export const Ellipsis = symbol("Ellipsis", "...", "punctuation");
export const Arrow = symbol("Arrow", "->", "operator");
export const FatArrow = symbol("FatArrow", "=>", "operator");
export const Pipe = symbol("Pipe", "|>", "operator");
export const LessEqual = symbol("LessEqual", "<=", "operator", [ComparisonOperator]);
export const GreaterEqual = symbol("GreaterEqual", ">=", "operator", [ComparisonOperator]);
export const EqualEqual = symbol("EqualEqual", "==", "operator", [ComparisonOperator]);
/** Symbols of other languages; each becomes the symbol that was meant, and a problem (lexer.ts). */
export const ForeignSymbol = createToken({
  name: "ForeignSymbol",
  pattern: /:=|\*\*|&&|\|\|?|!=|!/,
});
lexed.push(ForeignSymbol);
export const Less = symbol("Less", "<", "operator", [ComparisonOperator]);
export const Greater = symbol("Greater", ">", "operator", [ComparisonOperator]);
export const Equals = symbol("Equals", "=", "operator");
export const Plus = symbol("Plus", "+", "operator", [BinaryOperator]);
export const Minus = symbol("Minus", "-", "operator", [BinaryOperator]);
export const Star = symbol("Star", "*", "operator", [BinaryOperator]);
export const Slash = symbol("Slash", "/", "operator", [BinaryOperator]);
export const At = symbol("At", "@", "operator", [BinaryOperator]);
export const Caret = symbol("Caret", "^", "operator", [BinaryOperator]);
export const Dot = symbol("Dot", ".", "punctuation");
export const Comma = symbol("Comma", ",", "punctuation");
export const Colon = symbol("Colon", ":", "punctuation");
export const Semicolon = symbol("Semicolon", ";", "punctuation");
export const LeftParen = symbol("LeftParen", "(", "punctuation");
export const RightParen = symbol("RightParen", ")", "punctuation");
export const LeftSquare = symbol("LeftSquare", "[", "punctuation");
export const RightSquare = symbol("RightSquare", "]", "punctuation");
export const LeftCurly = symbol("LeftCurly", "{", "punctuation");
export const RightCurly = symbol("RightCurly", "}", "punctuation");

/** `<` that opens generic arguments; the lexer gives `Less`, words.ts decides. */
export const GenericOpen = row(
  "GenericOpen",
  "<",
  "punctuation",
  createToken({ name: "GenericOpen", pattern: Lexer.NA }),
);
/** `/` of `v above a / below b`. */
export const SlashBelow = row(
  "SlashBelow",
  "/",
  "punctuation",
  createToken({ name: "SlashBelow", pattern: Lexer.NA }),
);
/** Anything else: a run of control characters, or one character. */
export const UnknownCharacter = createToken({
  name: "UnknownCharacter",
  pattern: /[\0-\x08\x0e-\x1f\x7f]+|[^]/,
  line_breaks: true,
});
lexed.push(UnknownCharacter);

/* ---------------------------------------------------------------- keywords */

const byText = new Map<string, TokenType>();

function word(text: string, categories: TokenType[]): TokenType {
  const name = `${text[0].toUpperCase()}${text.slice(1)}Word`;
  const type = row(name, text, "keyword", createToken({ name, pattern: Lexer.NA, categories }));
  byText.set(text, type);
  return type;
}
/** A keyword only where the grammar asks for it, an ordinary name elsewhere. */
const contextual = (text: string): TokenType => word(text, [Name]);
/** A keyword that words.ts tells from a name by its neighbours; what is left of the type is no name. */
const decided = (text: string): TokenType => word(text, []);
/** Never a name. */
const reservedTypes = new Set<TokenType>();
const reserved = (text: string): TokenType => {
  const type = word(text, []);
  reservedTypes.add(type);
  return type;
};

export const words = {
  import: reserved("import"),
  neuron: reserved("neuron"),
  layer: reserved("layer"),
  function: reserved("function"),
  equilibrium: reserved("equilibrium"),
  model: reserved("model"),
  variant: reserved("variant"),
  problem: reserved("problem"),
  convert: reserved("convert"),
  data: reserved("data"),
  train: reserved("train"),
  param: reserved("param"),
  running: reserved("running"),
  let: reserved("let"),
  return: reserved("return"),
  over: reserved("over"),
  gather: reserved("gather"),
  pool: reserved("pool"),
  true: reserved("true"),
  false: reserved("false"),
  // `in` is a size in `real[N, in]`, so it cannot be reserved; no expression is followed by a name.
  in: contextual("in"),
  from: contextual("from"),
  learn: contextual("learn"),
  per: contextual("per"),
  channel: contextual("channel"),
  node: contextual("node"),
  graph: contextual("graph"),
  softmax: decided("softmax"),
  with: contextual("with"),
  self: contextual("self"),
  loops: contextual("loops"),
  time: contextual("time"),
  snapshots: contextual("snapshots"),
  input: contextual("input"),
  state: contextual("state"),
  update: contextual("update"),
  spike: contextual("spike"),
  reset: contextual("reset"),
  emit: contextual("emit"),
  detached: contextual("detached"),
  when: contextual("when"),
  above: contextual("above"),
  below: contextual("below"),
  surrogate: contextual("surrogate"),
  custom: decided("custom"),
  or: contextual("or"),
  contraction: contextual("contraction"),
  follows: contextual("follows"),
  rate: contextual("rate"),
  solves: contextual("solves"),
  separable: contextual("separable"),
  rank: contextual("rank"),
  fixpoint: contextual("fixpoint"),
  solve: contextual("solve"),
  gradient: contextual("gradient"),
  carry: contextual("carry"),
  unchecked: contextual("unchecked"),
  const: contextual("const"),
  domain: contextual("domain"),
  field: contextual("field"),
  equation: contextual("equation"),
  initial: contextual("initial"),
  boundary: contextual("boundary"),
  enforce: contextual("enforce"),
  periodic: contextual("periodic"),
  exact: contextual("exact"),
  sample: contextual("sample"),
  interior: contextual("interior"),
  weights: contextual("weights"),
  to: contextual("to"),
  steps: contextual("steps"),
  rule: contextual("rule"),
  last: contextual("last"),
  keep: contextual("keep"),
  threshold: contextual("threshold"),
  calibrate: contextual("calibrate"),
  on: contextual("on"),
  stage: contextual("stage"),
  distill: contextual("distill"),
  scale: contextual("scale"),
  augment: contextual("augment"),
  file: contextual("file"),
  as: contextual("as"),
  generate: contextual("generate"),
  nodes: contextual("nodes"),
  edges: contextual("edges"),
  by: contextual("by"),
  split: contextual("split"),
  random: contextual("random"),
  stratified: contextual("stratified"),
  grouped: contextual("grouped"),
  given: contextual("given"),
  class: contextual("class"),
  folds: contextual("folds"),
  loss: contextual("loss"),
  optimize: contextual("optimize"),
  then: contextual("then"),
  epochs: contextual("epochs"),
  batch: contextual("batch"),
  seeds: contextual("seeds"),
  schedule: contextual("schedule"),
  clip: contextual("clip"),
  patience: contextual("patience"),
  select: contextual("select"),
  report: contextual("report"),
} as const;

/** The token type of a word that has one of its own. */
export const wordTypes: ReadonlyMap<string, TokenType> = byText;
/** Every row, for the editor grammar and the docs. */
export const tokenTable: readonly TokenRow[] = rows;
/** In order of precedence. */
export const lexerTokens: TokenType[] = lexed;
/** What the parser must know of. */
export const vocabulary: TokenType[] = [
  ...new Set([...lexed, ...rows.map((one) => one.type), BinaryOperator, ComparisonOperator]),
];

/** True for the words that can never be names. */
export function isReserved(type: TokenType): boolean {
  return reservedTypes.has(type);
}
/** True for any word: name, type name, contextual or reserved. */
export function isWord(type: TokenType): boolean {
  return type === Name || type === TypeName || wordTypeSet.has(type);
}
const wordTypeSet = new Set<TokenType>(byText.values());

const writtenByName = new Map(rows.map((one) => [one.name, one] as const));
/** How a token is written, for messages: "`->`", "a name", "a number". */
export function describeTokenType(name: string): string {
  switch (name) {
    case "Name":
      return "a name";
    case "TypeName":
      return "a name with a capital letter";
    case "Number":
      return "a number";
    case "String":
      return "a string";
    case "BinaryOperator":
    case "ComparisonOperator":
      return "an operator";
    default:
      return `\`${writtenByName.get(name)?.written ?? name}\``;
  }
}
