/** Prints formulas and lines as TypeScript. */
import type { ScalarFunction } from "../ir/scalar.js";
import { isNumber } from "./formula.js";
import type { Condition, Formula } from "./formula.js";
import type { Line } from "./lines.js";

/** Scalar functions that JavaScript's `Math` has not; emitted once per module where used. */
export type HelperName = "sigmoid" | "softplus" | "clip";

/** Names of the helpers in the emitted module. */
export type Helpers = (helper: HelperName) => string;

const MATH: Readonly<Record<Exclude<ScalarFunction, HelperName | "relu">, string>> = {
  exp: "Math.exp",
  log: "Math.log",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
  tanh: "Math.tanh",
  sin: "Math.sin",
  cos: "Math.cos",
  max: "Math.max",
  min: "Math.min",
};

/** The source text of each helper, given its name in the module. */
export const HELPER_TEXT: Readonly<Record<HelperName, (name: string) => string>> = {
  sigmoid: (name) => `/** 1 / (1 + e^-x) */
function ${name}(x: number): number {
  return 1 / (1 + Math.exp(-x));
}`,
  softplus: (name) => `/** log(1 + e^x), written so that it does not overflow. */
function ${name}(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}`,
  clip: (name) => `/** x moved into [low, high]. */
function ${name}(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}`,
};

/** Binding strength, loosest first. */
const CHOICE = 0;
const SUM = 1;
const PRODUCT = 2;
const UNARY = 3;
const ATOM = 4;

/** A formula as TypeScript; parentheses keep the order of the operations as it is in the tree. */
export function printFormula(formula: Formula, helpers: Helpers, outer: number = CHOICE): string {
  const [text, strength] = printed(formula, helpers);
  return strength < outer ? `(${text})` : text;
}

function printed(formula: Formula, helpers: Helpers): readonly [string, number] {
  switch (formula.tag) {
    case "number":
      return [String(formula.value), formula.value < 0 ? UNARY : ATOM];
    case "name":
      return [formula.name, ATOM];
    case "read":
      return [formula.text, ATOM];
    case "neg":
      return [`-${printFormula(formula.operand, helpers, ATOM)}`, UNARY];
    case "binary":
      return printedBinary(formula, helpers);
    case "call":
      return [printedCall(formula.fn, formula.args, helpers), ATOM];
    case "choose": {
      if (isNumber(formula.yes, 1) && isNumber(formula.no, 0)) {
        return [`Number(${printCondition(formula.test, helpers)})`, ATOM];
      }
      const yes = printFormula(formula.yes, helpers, SUM);
      const no = printFormula(formula.no, helpers, CHOICE);
      return [`${printCondition(formula.test, helpers)} ? ${yes} : ${no}`, CHOICE];
    }
  }
}

function printedBinary(
  formula: Formula & { tag: "binary" },
  helpers: Helpers,
): readonly [string, number] {
  const { op, left, right } = formula;
  if (op === "^") {
    const base = printFormula(left, helpers);
    const root = right.tag === "number" && right.value === 0.5;
    return [
      root ? `Math.sqrt(${base})` : `Math.pow(${base}, ${printFormula(right, helpers)})`,
      ATOM,
    ];
  }
  const own = op === "+" || op === "-" ? SUM : PRODUCT;
  return [
    `${printFormula(left, helpers, own)} ${op} ${printFormula(right, helpers, own + 1)}`,
    own,
  ];
}

function printedCall(fn: ScalarFunction, args: readonly Formula[], helpers: Helpers): string {
  const list = args.map((arg) => printFormula(arg, helpers)).join(", ");
  switch (fn) {
    case "sigmoid":
    case "softplus":
    case "clip":
      return `${helpers(fn)}(${list})`;
    case "relu":
      return `Math.max(0, ${list})`;
    default:
      return `${MATH[fn]}(${list})`;
  }
}

/** A condition as TypeScript; `a - b > 0` is printed as `a > b`, which is the same in IEEE numbers. */
export function printCondition(test: Condition, helpers: Helpers): string {
  switch (test.tag) {
    case "compare": {
      const { left, op, right } = test;
      if (right.tag === "number" && right.value === 0 && left.tag === "binary" && left.op === "-") {
        return `${printFormula(left.left, helpers, SUM)} ${op} ${printFormula(left.right, helpers, SUM)}`;
      }
      return `${printFormula(left, helpers, SUM)} ${op} ${printFormula(right, helpers, SUM)}`;
    }
    case "flag":
      return test.name;
    case "not":
      return test.operand.tag === "flag"
        ? `!${test.operand.name}`
        : `!(${printCondition(test.operand, helpers)})`;
    case "both":
      return `${inner(test.left, helpers)} && ${inner(test.right, helpers)}`;
    case "either":
      return `${inner(test.left, helpers)} || ${inner(test.right, helpers)}`;
  }
}

function inner(test: Condition, helpers: Helpers): string {
  const text = printCondition(test, helpers);
  return test.tag === "both" || test.tag === "either" ? `(${text})` : text;
}

/** One line of a loop body. */
export function printLine(line: Line, helpers: Helpers): string {
  if (line.tag === "comment") return `// ${line.text}`;
  const note = line.note === undefined ? "" : ` // ${line.note}`;
  switch (line.tag) {
    case "const":
      return `const ${line.name} = ${printFormula(line.value, helpers)};${note}`;
    case "test":
      return `const ${line.name} = ${printCondition(line.test, helpers)};${note}`;
    case "store":
      if (line.op === "+=" && line.value.tag === "neg") {
        return `${line.to} -= ${printFormula(line.value.operand, helpers)};${note}`;
      }
      return `${line.to} ${line.op} ${printFormula(line.value, helpers)};${note}`;
  }
}
