/** `model X solves P { .. }` as an ordinary model, so that it is elaborated, emitted and run like any other. */
import type {
  Expression,
  ModelDeclaration,
  Parameter,
  SolverDeclaration,
  Span,
  Stage,
} from "../../../grammar/tree.js";
import type { ProblemIr } from "../../ir/physics.js";

/**
 * A model with one input real[N, 1] for each variable and one output column for each field. Variables are
 * scaled to [-1, 1] over the domain. A separable model multiplies one chain for each variable, each ended by
 * a Dense of the rank, and reads the fields out of the product.
 */
export function solverModel(declaration: SolverDeclaration, problem: ProblemIr): ModelDeclaration {
  const { span, variables, stages, separableRank, generics, name, doc } = declaration;
  const named = new Set(variables.map(({ text }) => text));
  // In the order of the domain, so that points and inputs have one order.
  const given = problem.variables.map((one) => one.name).filter((one) => named.has(one));
  const scaled = given.map((variable) => {
    const { low, high } = problem.variables.find((one) => one.name === variable) ?? {
      low: -1,
      high: 1,
    };
    return scale(nameOf(variable, span), low, high, span);
  });
  return {
    type: "model",
    name,
    doc,
    generics,
    parameters: given.map((variable) => parameter(variable, span)),
    resultType: tensorType(problem.fields.length, span),
    items: [],
    result:
      separableRank === undefined
        ? pipe(scaled.length === 1 ? scaled[0] : concat(scaled, span), stages, span)
        : separable(scaled, stages, separableRank, problem.fields.length, span),
    span,
  };
}

function separable(
  inputs: readonly Expression[],
  stages: readonly Stage[],
  rank: Expression,
  fields: number,
  span: Span,
): Expression {
  const factors = inputs.map((input) => pipe(input, [...stages, dense(rank, span)], span));
  const product = factors.reduce((left, right): Expression => ({
    type: "binary",
    operator: "*",
    operatorSpan: span,
    left,
    right,
    span,
  }));
  return pipe(product, [dense(numeral(fields, span), span)], span);
}

function pipe(head: Expression, stages: readonly Stage[], span: Span): Expression {
  return { type: "pipe", head, stages, span };
}

function dense(width: Expression, span: Span): Stage {
  const generics = [{ name: undefined, value: width, span }];
  const callee = { text: "Dense", span };
  return { call: { type: "call", callee, generics, args: undefined, span }, modifiers: [], span };
}

function concat(parts: readonly Expression[], span: Span): Expression {
  const args = parts.map((value) => ({ name: undefined, value, span }));
  return { type: "call", callee: { text: "concat", span }, generics: [], args, span };
}

/** (x - middle) / half */
function scale(x: Expression, low: number, high: number, span: Span): Expression {
  const { middle, half } = scaleOf(low, high);
  const shifted = middle === 0 ? x : operation("-", x, numeral(middle, span), span);
  return half === 1 ? shifted : operation("/", shifted, numeral(half, span), span);
}

/** What moves [low, high] to [-1, 1]. */
export function scaleOf(low: number, high: number): { middle: number; half: number } {
  return { middle: (low + high) / 2, half: (high - low) / 2 };
}

function operation(
  operator: "-" | "/",
  left: Expression,
  right: Expression,
  span: Span,
): Expression {
  return { type: "binary", operator, operatorSpan: span, left, right, span };
}

function numeral(value: number, span: Span): Expression {
  return { type: "number", value, span };
}

function nameOf(text: string, span: Span): Expression {
  return { type: "name", text, span };
}

function parameter(text: string, span: Span): Parameter {
  return { name: { text, span }, declaredType: tensorType(1, span), span };
}

function tensorType(columns: number, span: Span): Parameter["declaredType"] {
  const dims = [nameOf("N", span), numeral(columns, span)];
  return { type: "tensorType", kind: { text: "real", span }, dims, span };
}
