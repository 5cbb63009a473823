/**
 * Expressions inside a neuron: one number per unit and time step.
 *
 * Every name is resolved here; what stays in a `Scalar` is an input, a parameter, a state or the
 * variable of a custom surrogate.
 */
import type { Argument, Expression } from "../../../grammar/tree.js";
import { neurons } from "../../diagnostics/catalogue/neurons.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { ScalarFunction } from "../../ir/scalar.js";
import type { Scalar } from "../../ir/ir.js";
import { CONSTANT_NAMES, namedConstant } from "../constant.js";
import type { NeuronNames, ValueKind } from "./names.js";

/** How many arguments each function takes: least and most. */
const functions: Readonly<Record<ScalarFunction, readonly [number, number]>> = {
  exp: [1, 1],
  log: [1, 1],
  sqrt: [1, 1],
  abs: [1, 1],
  tanh: [1, 1],
  sigmoid: [1, 1],
  sin: [1, 1],
  cos: [1, 1],
  max: [2, Infinity],
  min: [2, Infinity],
  relu: [1, 1],
  softplus: [1, 1],
  clip: [3, 3],
};

/** What an expression at some place of a neuron may read, and how to say so. */
export interface Readable {
  readonly kinds: readonly ValueKind[];
  /** The variable of a custom surrogate. */
  readonly variable?: string;
  /** Subject of "can read ..": `an \`update\` line`. */
  readonly where: string;
  /** The state that this line sets: reading only itself does not make a state useful. */
  readonly sets?: string;
  /** Values of states that are certain when this line runs for the first time. */
  readonly first?: (name: string) => number | undefined;
}

export class ScalarReader {
  constructor(
    private readonly file: string,
    private readonly names: NeuronNames,
    private readonly reporter: Reporter,
  ) {}

  /** The expression with its names resolved; undefined when a part is wrong or did not parse. */
  read(expression: Expression, readable: Readable): Scalar | undefined {
    switch (expression.type) {
      case "invalid":
        this.names.silence();
        return undefined;
      case "number":
        return { tag: "number", value: expression.value };
      case "name":
        return this.name(expression.text, expression, readable);
      case "unary": {
        const operand = this.read(expression.operand, readable);
        return operand && negative(operand);
      }
      case "binary":
        return this.binary(expression, readable);
      case "call":
        return this.call(expression.callee.text, expression, expression.args ?? [], readable);
      case "pipe":
        return this.pipe(expression, readable);
      default:
        return this.notScalar(expression, describe(expression));
    }
  }

  private name(text: string, at: Expression, readable: Readable): Scalar | undefined {
    if (text === readable.variable) return { tag: "name", name: text };
    const value = this.names.get(text);
    if (value !== undefined && readable.kinds.includes(value.kind)) {
      if (text !== readable.sets) this.names.read(text);
      return { tag: "name", name: text };
    }
    const constant = namedConstant(text);
    if (constant !== undefined && value === undefined) return { tag: "number", value: constant };
    const own = readable.variable === undefined ? [] : [readable.variable];
    const known = [...own, ...this.names.of(...readable.kinds)];
    // Whatever was meant, it was meant to be used: no follow-up warning about an unused name.
    this.names.silence();
    if (value === undefined && this.names.isUnread(text)) return undefined;
    this.reporter.report(
      neurons.unknownValue,
      { file: this.file, span: at.span },
      {
        name: text,
        known,
        where: readable.where,
        suggestion: didYouMean(text, { right: known, other: CONSTANT_NAMES }),
      },
    );
    return undefined;
  }

  private binary(
    expression: Extract<Expression, { type: "binary" }>,
    readable: Readable,
  ): Scalar | undefined {
    if (expression.operator === "@") {
      const at = { file: this.file, span: expression.operatorSpan };
      this.names.silence();
      this.reporter.report(neurons.notScalar, at, { what: "the matrix product `@`" });
      return undefined;
    }
    const left = this.read(expression.left, readable);
    const right = this.read(expression.right, readable);
    if (left === undefined || right === undefined) return undefined;
    if (expression.operator === "/" && constantValue(right, readable.first) === 0) {
      const at = { file: this.file, span: expression.right.span };
      const because =
        constantValue(right) === 0
          ? "the divisor is always 0"
          : "the divisor is 0 at the first time step, where a state still has its initial value";
      this.reporter.report(neurons.divisionByZero, at, { because });
      return undefined;
    }
    return { tag: "binary", op: expression.operator, left, right };
  }

  private call(
    name: string,
    expression: Extract<Expression, { type: "call" }>,
    args: readonly Argument[],
    readable: Readable,
    first?: Scalar,
  ): Scalar | undefined {
    const at = { file: this.file, span: expression.callee.span };
    if (!isScalarFunction(name)) {
      const known = Object.keys(functions);
      this.names.silence();
      if (this.names.get(name) !== undefined || CONSTANT_NAMES.includes(name)) {
        this.reporter.report(neurons.notScalar, at, { what: `calling the value \`${name}\`` });
        return undefined;
      }
      const suggestion = didYouMean(name, { right: known });
      this.reporter.report(neurons.unknownFunction, at, { name, known, suggestion });
      return undefined;
    }
    if (expression.generics.length > 0) {
      const generic = { file: this.file, span: expression.generics[0].span };
      this.reporter.report(neurons.notScalar, generic, { what: `\`${name}<..>\`` });
      return undefined;
    }
    const read = args.map((argument) => this.read(argument.value, readable));
    const values = [...(first === undefined ? [] : [first]), ...read];
    const [least, most] = functions[name];
    if (values.length < least || values.length > most) {
      const expected =
        most === Infinity
          ? `${least} or more arguments`
          : `${least} argument${least === 1 ? "" : "s"}`;
      this.reporter.report(neurons.badArguments, at, {
        what: name,
        expected,
        found: values.length,
      });
      return undefined;
    }
    const known = values.filter((value) => value !== undefined);
    return known.length < values.length ? undefined : { tag: "call", fn: name, args: known };
  }

  /** `x |> relu` is `relu(x)`. */
  private pipe(
    expression: Extract<Expression, { type: "pipe" }>,
    readable: Readable,
  ): Scalar | undefined {
    let value = this.read(expression.head, readable);
    for (const { call } of expression.stages) {
      if (value === undefined) return undefined;
      value = this.call(call.callee.text, call, call.args ?? [], readable, value);
    }
    return value;
  }

  private notScalar(expression: Expression, what: string): undefined {
    this.names.silence();
    this.reporter.report(neurons.notScalar, { file: this.file, span: expression.span }, { what });
    return undefined;
  }
}

function isScalarFunction(name: string): name is ScalarFunction {
  return Object.hasOwn(functions, name);
}

function negative(operand: Scalar): Scalar {
  return operand.tag === "number"
    ? { tag: "number", value: -operand.value }
    : { tag: "neg", operand };
}

function describe(expression: Expression): string {
  switch (expression.type) {
    case "string":
      return "a text";
    case "boolean":
      return `\`${String(expression.value)}\``;
    case "member":
      return "reading a field with `.`";
    case "index":
      return "an index `[..]`";
    case "comparison":
      return "a comparison outside `spike when`";
    case "list":
      return "a list";
    case "gather":
    case "pool":
      return `\`${expression.type}\``;
    case "softmaxOver":
      return "`softmax over`";
    default:
      return "a time block";
  }
}

/**
 * The value of a scalar when it is known, else undefined. `known` gives the values of names, e.g. of
 * the states before the first step.
 */
export function constantValue(
  scalar: Scalar,
  known: (name: string) => number | undefined = () => undefined,
): number | undefined {
  switch (scalar.tag) {
    case "number":
      return scalar.value;
    case "name":
      return known(scalar.name);
    case "neg": {
      const value = constantValue(scalar.operand, known);
      return value === undefined ? undefined : -value;
    }
    case "binary": {
      const left = constantValue(scalar.left, known);
      const right = constantValue(scalar.right, known);
      if (scalar.op === "*" && (left === 0 || right === 0)) return 0;
      if (left === undefined || right === undefined) return undefined;
      switch (scalar.op) {
        case "+":
          return left + right;
        case "-":
          return left - right;
        case "*":
          return left * right;
        case "/":
          return left / right;
        case "^":
          return left ** right;
      }
      return undefined;
    }
    case "call": {
      const values = scalar.args.map((arg) => constantValue(arg, known));
      const all = values.filter((value) => value !== undefined);
      return all.length < values.length ? undefined : evaluate(scalar.fn, all);
    }
  }
}

function evaluate(fn: ScalarFunction, x: readonly number[]): number {
  switch (fn) {
    case "sigmoid":
      return 1 / (1 + Math.exp(-x[0]));
    case "relu":
      return Math.max(0, x[0]);
    case "softplus":
      return Math.log1p(Math.exp(x[0]));
    case "clip":
      return Math.min(Math.max(x[0], x[1]), x[2]);
    case "max":
    case "min":
      return Math[fn](...x);
    default:
      return Math[fn](x[0]);
  }
}
