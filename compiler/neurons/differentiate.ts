/**
 * Symbolic derivatives of neuron formulas.
 *
 * At kinks the derivative is chosen by comparison, as TensorFlow and PyTorch do: `relu` and `abs` have
 * derivative 0 at 0, `clip` has 1 at both of its ends, and of two equal arguments of `max` or `min`
 * the first one takes the gradient.
 */
import {
  ONE,
  ZERO,
  add,
  call,
  choose,
  compare,
  div,
  isNumber,
  mul,
  neg,
  number,
  pow,
  sub,
} from "./formula.js";
import type { Formula } from "./formula.js";
import type { ScalarFunction } from "../ir/scalar.js";

/** d formula / d variable, simplified (0 and 1 folded, no double negation). */
export function differentiate(formula: Formula, variable: string): Formula {
  switch (formula.tag) {
    case "number":
    case "read":
      return ZERO;
    case "name":
      return formula.name === variable ? ONE : ZERO;
    case "neg":
      return neg(differentiate(formula.operand, variable));
    case "binary":
      return binaryDerivative(formula.op, formula.left, formula.right, variable);
    case "call":
      return callDerivative(formula.fn, formula.args, variable);
    case "choose":
      return choose(
        formula.test,
        differentiate(formula.yes, variable),
        differentiate(formula.no, variable),
      );
  }
}

function binaryDerivative(
  op: "+" | "-" | "*" | "/" | "^",
  a: Formula,
  b: Formula,
  variable: string,
): Formula {
  const da = differentiate(a, variable);
  const db = differentiate(b, variable);
  switch (op) {
    case "+":
      return add(da, db);
    case "-":
      return sub(da, db);
    case "*":
      return add(mul(da, b), mul(a, db));
    case "/": {
      // da / b - a db / b^2
      const first = div(da, b);
      return isNumber(db, 0) ? first : sub(first, div(mul(a, db), mul(b, b)));
    }
    case "^": {
      // b a^(b-1) da + a^b log(a) db
      const base = mul(mul(b, pow(a, sub(b, ONE))), da);
      return isNumber(db, 0) ? base : add(base, mul(mul(pow(a, b), call("log", a)), db));
    }
  }
}

function callDerivative(fn: ScalarFunction, args: readonly Formula[], variable: string): Formula {
  const inner = args.map((arg) => differentiate(arg, variable));
  if (inner.every((d) => isNumber(d, 0))) return ZERO;
  const [x] = args;
  const [dx] = inner;
  switch (fn) {
    case "exp":
      return mul(call("exp", x), dx);
    case "log":
      return div(dx, x);
    case "sqrt":
      return div(mul(number(0.5), dx), call("sqrt", x));
    case "abs":
      return mul(signOf(x), dx);
    case "tanh": {
      const y = call("tanh", x);
      return mul(sub(ONE, mul(y, y)), dx);
    }
    case "sigmoid": {
      const y = call("sigmoid", x);
      return mul(mul(y, sub(ONE, y)), dx);
    }
    case "softplus":
      return mul(call("sigmoid", x), dx);
    case "sin":
      return mul(call("cos", x), dx);
    case "cos":
      return neg(mul(call("sin", x), dx));
    case "relu":
      return choose(compare(x, ">", ZERO), dx, ZERO);
    case "max":
    case "min":
      return extremeDerivative(fn, args, inner);
    case "clip": {
      const [, low, high] = args;
      const [, dLow, dHigh] = inner;
      return choose(compare(x, "<", low), dLow, choose(compare(x, ">", high), dHigh, dx));
    }
  }
}

/** Derivative of max or min over any number of arguments: that of the first extreme one. */
function extremeDerivative(
  fn: "max" | "min",
  args: readonly Formula[],
  inner: readonly Formula[],
): Formula {
  let value = args[0];
  let derivative = inner[0];
  for (let k = 1; k < args.length; k++) {
    derivative = choose(compare(value, fn === "max" ? ">=" : "<=", args[k]), derivative, inner[k]);
    value = call(fn, value, args[k]);
  }
  return derivative;
}

function signOf(x: Formula): Formula {
  return choose(compare(x, ">", ZERO), ONE, choose(compare(x, "<", ZERO), number(-1), ZERO));
}

/** All partial derivatives that are not identically zero, in the order of `variables`. */
export function partials(
  formula: Formula,
  variables: readonly string[],
): readonly { readonly variable: string; readonly derivative: Formula }[] {
  return variables
    .map((variable) => ({ variable, derivative: differentiate(formula, variable) }))
    .filter(({ derivative }) => !isNumber(derivative, 0));
}
