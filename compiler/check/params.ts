/** `param` and `running`: the weights and statistics a layer or model owns. */
import type { Expression, ParamField, RunningField } from "../../grammar/tree.js";
import { equilibrium as rows } from "../diagnostics/catalogue/equilibrium.js";
import { types } from "../diagnostics/catalogue/types.js";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { Initialiser, InitialiserName, ParamIr } from "../ir/ir.js";
import { printType } from "../ir/print.js";
import type { TensorType } from "../ir/types.js";
import type { Body } from "./body.js";
import { evaluateConstant } from "./constant.js";
import { sizeLookup } from "./generics.js";
import { numberOf } from "./number.js";
import { operand } from "./operators.js";
import { checkRange } from "./range.js";
import { equalSizes, isSpace } from "./size.js";
import { readTensorType } from "./type-expression.js";

/** Initialisers and how many numbers each takes. */
const INITIALISERS: Readonly<Record<InitialiserName, number>> = {
  zeros: 0,
  ones: 0,
  constant: 1,
  uniform: 2,
  normal: 2,
  glorot: 0,
  kaiming: 0,
  orthogonal: 0,
};
const INITIALISER_NAMES = Object.keys(INITIALISERS) as InitialiserName[];

function isInitialiser(name: string): name is InitialiserName {
  return Object.hasOwn(INITIALISERS, name);
}

/** `glorot`, `uniform(0, 1)`; undefined after a report. */
function readInitialiser(body: Body, expression: Expression): Initialiser | undefined {
  if (expression.type === "invalid") return undefined;
  const identifier =
    expression.type === "name"
      ? { text: expression.text, span: expression.span }
      : expression.type === "call"
        ? expression.callee
        : undefined;
  if (identifier === undefined || !isInitialiser(identifier.text)) {
    const name = identifier?.text ?? "";
    const suggestion = didYouMean(name, { right: INITIALISER_NAMES });
    const span = identifier?.span ?? expression.span;
    const number = expression.type === "number" ? expression.value : undefined;
    body.report(types.unknownInitialiser, span, {
      name,
      names: INITIALISER_NAMES,
      suggestion,
      number,
    });
    return undefined;
  }
  const name = identifier.text;
  const args: number[] = [];
  let times: string | undefined;
  // A generic number may stand in all numbers, as a factor.
  const unit = (generic: string): number | undefined => {
    if (!body.constants.has(generic) || (times ?? generic) !== generic) return undefined;
    const all = expression.type === "call" ? (expression.args ?? []) : [];
    if (!all.every(({ value }) => isMultipleOf(value, generic))) return undefined;
    times = generic;
    return 1;
  };
  for (const argument of expression.type === "call" ? (expression.args ?? []) : []) {
    const result = evaluateConstant(argument.value, (one) => body.constants.get(one) ?? unit(one));
    if (result.value === undefined) {
      body.report(types.notConstant, result.bad.span, { what: `a number of \`${name}\`` });
      return undefined;
    }
    args.push(result.value);
  }
  if (args.length !== INITIALISERS[name]) {
    const wanted = INITIALISERS[name];
    body.report(types.initialiserArguments, identifier.span, { name, wanted, count: args.length });
    return undefined;
  }
  return { name, args, times };
}

/** Does an expression double with the generic `name`? */
function isMultipleOf(expression: Expression, name: string): boolean {
  const at = (factor: number): number | undefined =>
    evaluateConstant(expression, (one) => (one === name ? factor : undefined)).value;
  const [once, twice] = [at(1), at(2)];
  return once !== undefined && twice === 2 * once;
}

/** The declared type of a weight: sizes only, since weights may not depend on the graph. */
function weightType(body: Body, field: ParamField | RunningField): TensorType | undefined {
  const { declaredType } = field;
  if (declaredType.type === "invalid") return undefined;
  const name = field.type === "param" ? field.names[0]?.text : field.name.text;
  if (declaredType.type === "graphType") {
    body.report(types.expectedTensorType, declaredType.span, { what: `the weight \`${name}\`` });
    return undefined;
  }
  const type = readTensorType(declaredType, {
    file: body.file,
    reporter: body.reporter,
    size: sizeLookup(body),
    sizeNames: () => body.sizes.keys(),
    graph: undefined,
  });
  if (type === undefined) return undefined;
  const at = type.dims.findIndex(isSpace);
  if (at >= 0) {
    const span = declaredType.dims?.[at]?.span ?? declaredType.span;
    body.report(types.weightOnSpace, span, { name: name ?? "", type: printType(type) });
    return undefined;
  }
  if (type.kind === "label") {
    body.report(types.weightKind, declaredType.kind.span, { name: name ?? "" });
    return undefined;
  }
  return type;
}

/** Defines the weights of one `param` line; gives them in order. */
export function checkParam(body: Body, field: ParamField): ParamIr[] {
  const type = weightType(body, field);
  const initial = readInitialiser(body, field.initial);
  const range =
    field.range === undefined
      ? undefined
      : checkRange(field.range, body.file, body.reporter, (one) => body.constants.get(one));
  const contraction = field.contraction && numberOf(field.contraction);
  if (contraction !== undefined && type !== undefined && type.dims.length !== 2) {
    body.report(rows.contractionShape, field.contraction?.span ?? field.span, {
      type: printType(type),
    });
  }
  const found: ParamIr[] = [];
  for (const name of field.names) {
    if (!defineWeight(body, name, type, "param")) continue;
    if (type === undefined || initial === undefined) continue;
    const origin = body.origin(name.span);
    found.push({ name: name.text, type, initial, range, contraction, running: undefined, origin });
  }
  return found;
}

/** Defines a running statistic. */
export function checkRunning(body: Body, field: RunningField): ParamIr[] {
  const type = weightType(body, field);
  const initial = readInitialiser(body, field.initial);
  const value = body.check(field.follows);
  const follows = operand(body, value, field.follows.span, "`follows`");
  const rate = evaluateConstant(field.rate, (one) => body.constants.get(one));
  const isGeneric = rate.value === undefined && field.rate.type !== "invalid";
  if (isGeneric) body.report(types.notConstant, rate.bad.span, { what: "the rate of `running`" });
  if (rate.value !== undefined && !(rate.value > 0 && rate.value <= 1)) {
    body.report(types.runningRate, field.rate.span, { rate: rate.value });
  }
  const isDefined = defineWeight(body, field.name, type, "running");
  if (type === undefined || follows === undefined || initial === undefined) return [];
  const isMatching =
    follows.type.dims.length === type.dims.length &&
    follows.type.dims.every((dim, at) => equalSizes(dim, type.dims[at]));
  if (!isMatching) {
    body.report(types.followsShape, field.follows.span, {
      name: field.name.text,
      expected: printType(type),
      actual: body.describe(follows),
    });
    return [];
  }
  if (!isDefined || rate.value === undefined) return [];
  const running = { follows, rate: rate.value };
  const origin = body.origin(field.name.span);
  return [{ name: field.name.text, type, initial, range: undefined, running, origin }];
}

function defineWeight(
  body: Body,
  name: ParamField["names"][number],
  type: TensorType | undefined,
  sort: "param" | "running",
): boolean {
  if (name.text === "") return false;
  const earlier = body.scope.find(name.text);
  if (earlier !== undefined || body.sizes.has(name.text) || body.constants.has(name.text)) {
    body.report(
      types.shadowing,
      name.span,
      { name: name.text, what: earlier?.sort ?? "generic" },
      earlier === undefined
        ? {}
        : { related: [{ ...earlier.place, message: `\`${name.text}\` is defined here` }] },
    );
    return false;
  }
  const place = { file: body.file, span: name.span };
  body.define(
    name.text,
    type === undefined
      ? { tag: "error", sort, place, used: true }
      : { tag: "tensor", type, timed: false, sort, place, used: false },
  );
  return true;
}
