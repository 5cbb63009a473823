/** Chains of element-wise operations as JavaScript loops. */
import type { OpName } from "../ir/ir.js";
import type { Access, Pointwise } from "../plan/inference/plan.js";

const INFIX: Partial<Record<OpName, string>> = { add: "+", sub: "-", mul: "*", div: "/" };
const MATH: Partial<Record<OpName, string>> = {
  pow: "Math.pow",
  maximum: "Math.max",
  minimum: "Math.min",
  tanh: "Math.tanh",
  exp: "Math.exp",
  log: "Math.log",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
  sin: "Math.sin",
  cos: "Math.cos",
};

/** Functions that JavaScript has not; a module contains those it calls, in this order. */
export const POINTWISE_HELPERS: Readonly<Partial<Record<OpName, string>>> = {
  leakyRelu: "function leakyRelu(x, slope) {\nreturn x > 0 ? x : slope * x;\n}",
  elu: "function elu(x) {\nreturn x > 0 ? x : Math.exp(x) - 1;\n}",
  sigmoid: "function sigmoid(x) {\nreturn 1 / (1 + Math.exp(-x));\n}",
  softplus:
    "function softplus(x) {\nreturn Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));\n}",
  silu: "function silu(x) {\nreturn x / (1 + Math.exp(-x));\n}",
  square: "function square(x) {\nreturn x * x;\n}",
  clip: "function clip(x, low, high) {\nreturn x < low ? low : x > high ? high : x;\n}",
  sign: "function sign(x) {\nreturn x < 0 ? -1 : 1;\n}",
  // Press et al., Numerical Recipes, 6.2: the relative error of 1 - erf is below 1.2e-7.
  erf: `function erf(x) {
const t = 2 / (2 + Math.abs(x));
let sum = 0.17087277;
sum = sum * t - 0.82215223;
sum = sum * t + 1.48851587;
sum = sum * t - 1.13520398;
sum = sum * t + 0.27886807;
sum = sum * t - 0.18628806;
sum = sum * t + 0.09678418;
sum = sum * t + 0.37409196;
sum = sum * t + 1.00002368;
sum = sum * t - 1.26551223;
const tail = t * Math.exp(sum - x * x);
return x >= 0 ? 1 - tail : tail - 1;
}`,
  gelu: "function gelu(x) {\nreturn x * (0.5 + 0.5 * erf(x * Math.SQRT1_2));\n}",
};

/** Names of the helpers that an expression calls. */
export function helpersOf(expression: Pointwise): readonly OpName[] {
  if (expression.tag !== "op") return [];
  const { op, args } = expression;
  const own: OpName[] = POINTWISE_HELPERS[op] === undefined ? [] : [op];
  if (op === "gelu") own.push("erf");
  return [...own, ...args.flatMap(helpersOf)];
}

/**
 * A function of the operands' arrays, the result's array and its [rows, width]. The text depends only on
 * the expression and the access, so that equal chains share one function.
 * @param rounded every operation is rounded to float32, as tensors do; else only the result is
 */
export function pointwiseLoop(
  name: string,
  expression: Pointwise,
  access: readonly Access[],
  rounded = false,
): string {
  const names = access.map((_, k) => `x${k}`);
  const needsRow = access.some((how) => how === "row" || how === "column");
  const read = (k: number): string => {
    const how = access[k];
    if (how === "scalar") return names[k];
    if (how === "element") return `${names[k]}[k]`;
    if (how === "column") return `${names[k]}[c]`;
    if (how === "row") return `${names[k]}[r]`;
    const at = how.inner === 1 ? "k" : `((k / ${how.inner}) | 0)`;
    return how.size === undefined ? `${names[k]}[${at}]` : `${names[k]}[${at} % ${how.size}]`;
  };
  const print = rounded ? printedRounded : printed;
  const statement = `result[k] = ${print(expression, read)};`;
  return [
    `function ${name}(operands, result, rows, width) {`,
    ...names.map(
      (one, k) => `const ${one} = operands[${k}]${access[k] === "scalar" ? "[0]" : ""};`,
    ),
    ...(needsRow
      ? [
          "for (let r = 0, k = 0; r < rows; r++) {",
          "for (let c = 0; c < width; c++, k++) {",
          statement,
          "}",
          "}",
        ]
      : ["const size = rows * width;", "for (let k = 0; k < size; k++) {", statement, "}"]),
    "}",
  ].join("\n");
}

function printedRounded(expression: Pointwise, read: (index: number) => string): string {
  if (expression.tag !== "op") return printed(expression, read);
  const names: string[] = [];
  const args = expression.args.map((arg): Pointwise => {
    names.push(printedRounded(arg, read));
    return { tag: "operand", index: names.length - 1 };
  });
  const slope = expression.slope === undefined ? undefined : Math.fround(expression.slope);
  return `Math.fround(${printed({ ...expression, args, slope }, (index) => names[index])})`;
}

function printed(expression: Pointwise, read: (index: number) => string): string {
  if (expression.tag === "operand") return read(expression.index);
  if (expression.tag === "number") return numberText(expression.value);
  const { op, slope = 0.01, low, high } = expression;
  const args = expression.args.map((arg) => printed(arg, read));
  const infix = INFIX[op];
  if (infix !== undefined) return `(${args.join(` ${infix} `)})`;
  if (op === "neg") return `(-${args[0]})`;
  if (op === "relu") return `Math.max(${args[0]}, 0)`;
  if (op === "leakyRelu") return `leakyRelu(${args[0]}, ${slope})`;
  if (op === "clip") return `clip(${args[0]}, ${low ?? "-Infinity"}, ${high ?? "Infinity"})`;
  return `${MATH[op] ?? op}(${args.join(", ")})`;
}

function numberText(value: number): string {
  return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
}
