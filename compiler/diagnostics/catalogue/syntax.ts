/**
 * S0xx: the text of a file. The parser finds these; its arguments are `SyntaxArguments` of the grammar, and
 * the type of the table demands a row for every code there.
 */
import type { SyntaxArguments, SyntaxCode } from "../../../grammar/problems.js";
import { maximumNesting, maximumOperators, maximumSize } from "../../../grammar/source.js";
import { entry } from "../diagnostic.js";
import type { DiagnosticEntry } from "../diagnostic.js";

type SyntaxRows = { readonly [C in SyntaxCode]: DiagnosticEntry<SyntaxArguments[C]> };

const half = "function half(x: real[...]) -> real[...] = x / 2";
const leaky = [
  "neuron Leaky {",
  "  state v = 0",
  "  update v = 0.9 * v + input",
  "  spike when v >= 1 surrogate atan(alpha: 2)",
  "  reset v = 0",
  "  emit 1",
  "}",
].join("\n");
/** The leaky neuron with one line written differently. */
const leakyBut = (line: string, instead: string): string => leaky.replace(line, instead);
const net = "model Net(x: real[N, 4]) -> real[N, 2] {\n  return x |> Dense<2>\n}";
const netBut = (line: string, instead: string): string => net.replace(line, instead);

const did = (suggestion: string | undefined): string | undefined =>
  suggestion === undefined ? undefined : `did you mean \`${suggestion}\`?`;

export const syntax: SyntaxRows = {
  S001: entry({
    code: "S001",
    name: "unexpected-token",
    severity: "error",
    message: ({ expected, found }) => `expected ${expected}, found ${found}`,
    why: () => "nothing that is written before it can go on like this",
    fix: ({ suggestion, found, expected }) => {
      if (suggestion !== undefined) return `did you mean \`${suggestion}\`?`;
      const listed = found === "`,`" && (expected.includes("a new line") || expected === "`=`");
      return listed ? "give each one a line of its own, which begins with the keyword" : undefined;
    },
    example: {
      wrong: leakyBut("0.9 * v + input", "0.9 * v input"),
      right: leaky,
    },
  }),
  S002: entry({
    code: "S002",
    name: "missing-token",
    severity: "error",
    message: ({ expected, after }) => `expected ${expected} after ${after}`,
    why: () => "what stands before this place is not complete without it",
    fix: ({ expected }) => (expected.startsWith("`") ? `write ${expected} here` : undefined),
    example: {
      wrong: netBut(") -> real", ") real"),
      right: net,
    },
  }),
  S003: entry({
    code: "S003",
    name: "unclosed-bracket",
    severity: "error",
    message: ({ opening, closing }) => `\`${opening}\` is never closed: \`${closing}\` is missing`,
    why: () => "what follows cannot stand inside it",
    fix: ({ closing }) => `write \`${closing}\` here`,
    example: {
      wrong: `${net.slice(0, -2)}\n${half}`,
      right: `${net}\n${half}`,
    },
  }),
  S004: entry({
    code: "S004",
    name: "unclosed-string",
    severity: "error",
    message: () => "the string is never closed",
    why: () => "a string ends on the line on which it begins",
    fix: () => 'write `"` at its end',
    example: {
      wrong: 'import { LIF } from "sgnn:std',
      right: 'import { LIF } from "sgnn:std"',
    },
  }),
  S005: entry({
    code: "S005",
    name: "unclosed-comment",
    severity: "error",
    message: () => "the comment is never closed",
    why: () => "a comment that begins with `/*` goes on until `*/`, here to the end of the file",
    fix: () => "write `*/` at its end, or `//` for a comment of one line",
    example: {
      wrong: `${half}\n/* halves its input`,
      right: `${half}\n/* halves its input */`,
    },
  }),
  S006: entry({
    code: "S006",
    name: "unknown-character",
    severity: "error",
    message: ({ shown }) => `\`${shown}\` is not part of the language`,
    why: () =>
      "outside comments and strings a file has ASCII letters, digits, `_` and the language's symbols",
    fix: ({ hint }) => hint ?? "remove it",
    example: {
      wrong: `# halves its input\n${half}`,
      right: `// halves its input\n${half}`,
    },
  }),
  S007: entry({
    code: "S007",
    name: "merge-conflict",
    severity: "error",
    message: ({ marker }) => `a merge conflict is not resolved: \`${marker}\``,
    why: () => "git writes these lines where two versions of a file differ; the first side is read",
    fix: () => "keep one of the two versions and remove the marker lines",
    example: {
      wrong: `<<<<<<< ours\n${half}\n=======\n${half} * 2\n>>>>>>> theirs`,
      right: half,
    },
  }),
  S008: entry({
    code: "S008",
    name: "unknown-declaration",
    severity: "error",
    message: ({ word }) => `\`${word}\` does not begin a declaration`,
    why: () =>
      "a declaration begins with import, neuron, layer, function, equilibrium, model, variant, problem, convert, data or train",
    fix: ({ suggestion }) => did(suggestion),
    example: {
      wrong: netBut("model", "modle"),
      right: net,
    },
  }),
  S009: entry({
    code: "S009",
    name: "unknown-field",
    severity: "error",
    message: ({ word, owner }) => `${owner} has no field \`${word}\``,
    why: ({ owner, valid }) => `the fields of ${owner} are ${listed(valid)}`,
    fix: ({ suggestion }) => did(suggestion),
    example: {
      wrong: leakyBut("state v", "stat v"),
      right: leaky,
    },
  }),
  S010: entry({
    code: "S010",
    name: "nesting-too-deep",
    severity: "error",
    message: ({ limit }) => `brackets are nested more than ${limit} deep`,
    why: () => "the limit keeps every part of the compiler within its stack",
    fix: () => "give inner parts names with `let`",
    example: {
      wrong: `${half.replace("x / 2", "")}${"(".repeat(maximumNesting + 1)}x${")".repeat(maximumNesting + 1)}`,
      right: half.replace("x / 2", "((x)) / 2"),
    },
  }),
  S011: entry({
    code: "S011",
    name: "file-too-large",
    severity: "error",
    message: ({ size, limit }) => `the file has ${size} characters, more than ${limit}`,
    why: () => "a source file describes an experiment; one this large is usually data by mistake",
    fix: () => "keep data in data files and name them with `file`",
    example: {
      // A blank file is enough; made when asked for, so that loading the catalogue stays cheap.
      get wrong() {
        return " ".repeat(maximumSize + 1);
      },
      right: half,
    },
  }),
  S012: entry({
    code: "S012",
    name: "expression-too-long",
    severity: "error",
    message: ({ limit }) => `the expression has more than ${limit} operators in one chain`,
    why: () => "the limit keeps every part of the compiler within its stack",
    fix: () => "give parts of it names with `let`",
    example: {
      wrong: half.replace("x / 2", `x${" + x".repeat(maximumOperators + 1)}`),
      right: half.replace("x / 2", "x + x + x"),
    },
  }),
  S013: entry({
    code: "S013",
    name: "missing-let",
    severity: "error",
    message: ({ name }) => `a new value \`${name}\` begins with \`let\``,
    why: () => "every line of a body begins with its keyword",
    fix: ({ name }) => `write \`let ${name} = ..\``,
    example: {
      wrong: netBut("  return x", "  h = x |> relu\n  return h"),
      right: netBut("  return x", "  let h = x |> relu\n  return h"),
    },
  }),
  S014: entry({
    code: "S014",
    name: "wrong-case",
    severity: "error",
    message: ({ name, what, wanted }) =>
      `the name of ${what} begins with ${isUpper(wanted) ? "a capital" : "a small"} letter: \`${name}\``,
    why: () =>
      "declarations have a capital, functions and values have none; so each is told at sight",
    fix: ({ wanted }) => `write \`${wanted}\``,
    example: {
      wrong: netBut("Net", "net"),
      right: net,
    },
  }),
  S015: entry({
    code: "S015",
    name: "reserved-word",
    severity: "error",
    message: ({ word }) => `\`${word}\` is a reserved word and cannot be a name`,
    why: () => "reserved words begin declarations, lets and blocks wherever they stand",
    fix: ({ word }) => `choose another name, for example \`${word}_\``,
    example: {
      wrong: half.replace("x: ", "data: ").replace("x / 2", "2"),
      right: half,
    },
  }),
  S016: entry({
    code: "S016",
    name: "wrong-symbol",
    severity: "error",
    message: ({ found, wanted }) => `expected \`${wanted}\`, found \`${found}\``,
    why: ({ wanted }) => symbolReasons.get(wanted) ?? "the language writes it with another symbol",
    fix: ({ wanted }) => `write \`${wanted}\``,
    example: {
      wrong: netBut("->", "=>"),
      right: net,
    },
  }),
  S017: entry({
    code: "S017",
    name: "needless-semicolon",
    severity: "error",
    message: () => "no `;` is needed here",
    why: () => "every field begins with its keyword, so its end needs no mark",
    fix: () => "remove it",
    example: {
      wrong: netBut("<2>", "<2>;"),
      right: net,
    },
  }),
  S018: entry({
    code: "S018",
    name: "missing-result",
    severity: "error",
    message: ({ owner }) => `${owner} ends with the value it returns; there is none before \`}\``,
    why: () => "the last line of a body is its result",
    fix: () => "write `return` and the result",
    example: {
      wrong: netBut("return x", "let h = x"),
      right: net,
    },
  }),
  S019: entry({
    code: "S019",
    name: "unopened-bracket",
    severity: "error",
    message: ({ found }) => `\`${found}\` closes nothing`,
    why: () => "no bracket is open here",
    fix: () => "remove it",
    example: {
      wrong: `${half})`,
      right: half,
    },
  }),
  S020: entry({
    code: "S020",
    name: "outside-declaration",
    severity: "error",
    message: ({ found }) => `${found} stands outside any declaration`,
    why: () => "a file is a list of declarations, and the one above has ended",
    fix: () => "move it into a declaration, or remove the `}` that ends it too early",
    example: {
      wrong: leakyBut("  emit 1\n}", "}\n  emit 1"),
      right: leaky,
    },
  }),
  S021: entry({
    code: "S021",
    name: "late-import",
    severity: "error",
    message: () => "imports stand before all declarations",
    why: () => "a reader finds at the top of a file what it takes from others",
    fix: () => "move it to the top of the file",
    example: {
      wrong: `${half}\nimport { LIF } from "sgnn:std"`,
      right: `import { LIF } from "sgnn:std"\n${half}`,
    },
  }),
  S022: entry({
    code: "S022",
    name: "argument-name",
    severity: "error",
    message: () => "left of `:` stands the name of an argument",
    why: () => "an argument is a value, or `name: value`",
    fix: () => "write a single name before `:`",
    example: {
      wrong: leakyBut("alpha: 2", "1 + 1: 2"),
      right: leaky,
    },
  }),
  S023: entry({
    code: "S023",
    name: "malformed-number",
    severity: "error",
    message: ({ text }) => `\`${text}\` is not a number`,
    why: () =>
      "numbers are written like 12, 0.5 and 1e-3, with digits on both sides of the point, and are at most 1.8e308",
    fix: ({ wanted }) => (wanted === undefined ? undefined : `write \`${wanted}\``),
    example: {
      wrong: half.replace("/ 2", "* .5"),
      right: half.replace("/ 2", "* 0.5"),
    },
  }),
  S024: entry({
    code: "S024",
    name: "unknown-escape",
    severity: "error",
    message: ({ escape }) => `there is no escape \`${escape}\` in strings`,
    why: () =>
      'the escapes are `\\"`, `\\\\` and `\\n`; paths are written with `/` on every system',
    fix: () => "write `/` in a path, or `\\\\` for a backslash",
    example: {
      wrong: 'import { LIF } from "sgnn\\:std"',
      right: 'import { LIF } from "sgnn:std"',
    },
  }),
  S025: entry({
    code: "S025",
    name: "chained-comparison",
    severity: "error",
    message: ({ operator }) => `a second comparison \`${operator}\` in one expression`,
    why: () =>
      "comparisons do not chain; and after a name in lower case, `<` opens arguments only without a space before it",
    fix: () => "compare once, or write `name<value>(..)` without the space",
    example: {
      wrong: half.replace("x / 2", "leaky_relu <0.2>(x)"),
      right: half.replace("x / 2", "leaky_relu<0.2>(x)"),
    },
  }),
  S026: entry({
    code: "S026",
    name: "after-result",
    severity: "error",
    message: ({ found }) => `${found} stands after the result`,
    why: () => "a body has one result, and ends with it",
    fix: () => "keep one of them; a value that is used later begins with `let`",
    example: {
      wrong: netBut("<2>", "<2>\n  return x"),
      right: net,
    },
  }),
};

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

function isUpper(name: string): boolean {
  return /^[A-Z]/.test(name);
}

const symbolReasons: ReadonlyMap<string, string> = new Map([
  ["=", "a name gets its value with `=`"],
  [":", "a name gets its type, and an argument its name, with `:`"],
  ["->", "the result type of a declaration stands behind `->`"],
  ["=>", "`=>` stands between the pattern of a rule and its replacement"],
  ["|>", "a pipeline is written with `|>`"],
  ["^", "powers are written with `^`"],
]);
