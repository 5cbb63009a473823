/** Typing of neurons: one instance per call, the state carried by the surrounding time block. */
import type { Span } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { CallExpr, Expr, NeuronIr, NumberRange } from "../ir/ir.js";
import type { Found } from "../resolve/found.js";
import type { Checked } from "./call-arguments.js";
import { assignArguments } from "./call-arguments.js";
import type { Body } from "./body.js";
import type { Given } from "./generics.js";
import { assignGenerics, givenConstant } from "./generics.js";
import { operand } from "./operators.js";
import type { PrimitiveSite } from "./primitive-calls.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { constantSize, equalSizes } from "./size.js";
import { isResident, tensor } from "./types.js";

/** Checks a call of a neuron: inputs of one shape, numbers within their ranges. */
export function callNeuron(
  body: Body,
  name: string,
  found: Found,
  piped: Checked | undefined,
  args: readonly Checked[],
  given: readonly Given[],
  site: PrimitiveSite,
): Value {
  const neuron = body.services.neuron(found);
  if (neuron === undefined) return ERROR;
  if (body.owner === "function" || body.owner === "loss") {
    body.report(types.functionOwnsWeights, site.name, {
      name,
      what: "neuron",
      owner: body.ownerName,
    });
    return ERROR;
  }
  const parameters = neuron.inputs.map((input) => ({ name: input, isGraph: false }));
  const assigned = assignArguments(body, name, parameters, piped, args, site.name);
  const constants = neuronConstants(body, name, neuron, given);
  if (assigned === undefined || constants === undefined) return ERROR;
  const inputs = inputsOf(body, name, assigned);
  if (inputs === undefined) return ERROR;
  const [first] = inputs;
  const { dims } = first.type;
  if (body.time !== undefined && !isResident(first.type)) {
    body.report(types.neuronWithoutSpace, assigned[0].span, { name, actual: body.describe(first) });
    return ERROR;
  }
  const steps = body.steps();
  const origin = body.origin(site.whole);
  if (steps === undefined && body.oneStep === undefined && remembers(neuron)) {
    body.oneStep = { neuron, place: { file: body.file, span: site.name } };
  }
  const type = tensor(neuron.emits, dims);
  const call: { -readonly [K in keyof CallExpr]: CallExpr[K] } = {
    tag: "call",
    member: "",
    args: inputs,
    steps,
    type,
    timed: steps !== undefined,
    origin,
  };
  const channels = dims.length >= 2 ? dims[dims.length - 1] : constantSize(1);
  body.pending.push({
    call,
    base: body.base,
    callee: name,
    isParametric: neuron.params.some((p) => p.learn),
    member: {
      target: neuron,
      sizes: new Map([["channels", channels]]),
      constants,
      resultType: type,
      origin,
    },
  });
  return call;
}

/** True when the state of one step reaches the next: what a single step never shows. */
function remembers(neuron: NeuronIr): boolean {
  return neuron.states.length > 0;
}

function inputsOf(body: Body, name: string, assigned: readonly Checked[]): Expr[] | undefined {
  const inputs: Expr[] = [];
  let failed = false;
  for (const one of assigned) {
    const value = operand(body, one.value, one.span, `neuron \`${name}\``);
    if (value === undefined) failed = true;
    else inputs.push(value);
  }
  if (failed || inputs.length === 0) return undefined;
  const [first, ...rest] = inputs;
  for (const [at, value] of rest.entries()) {
    const isEqual =
      value.type.dims.length === first.type.dims.length &&
      value.type.dims.every((dim, i) => equalSizes(dim, first.type.dims[i]));
    if (!isEqual) {
      body.report(
        types.neuronInputs,
        assigned[at + 1].span,
        { name, first: body.describe(first), other: body.describe(value) },
        { related: body.definedAt(first, value) },
      );
      return undefined;
    }
  }
  return inputs;
}

function neuronConstants(
  body: Body,
  name: string,
  neuron: NeuronIr,
  given: readonly Given[],
): Map<string, number | Expr> | undefined {
  const names = neuron.params.map((p) => p.name);
  const assigned = assignGenerics(body, name, names, given);
  if (assigned === undefined) return undefined;
  const constants = new Map<string, number | Expr>();
  let failed = false;
  for (const param of neuron.params) {
    const one = assigned.get(param.name);
    if (one === undefined) continue;
    const value = givenConstant(body, one, name, param.name);
    if (value === undefined) {
      failed = true;
      continue;
    }
    if (typeof value === "number" && param.range !== undefined && !isInside(value, param.range)) {
      failed = true;
      reportRange(body, name, param.name, value, param.range, one.place.span);
      continue;
    }
    constants.set(param.name, value);
  }
  return failed ? undefined : constants;
}

function isInside(value: number, range: NumberRange): boolean {
  const isAbove = range.lowOpen ? value > range.low : value >= range.low;
  const isBelow = range.highOpen ? value < range.high : value <= range.high;
  return isAbove && isBelow;
}

function reportRange(
  body: Body,
  neuron: string,
  name: string,
  value: number,
  range: NumberRange,
  span: Span,
): void {
  const low = `${range.lowOpen ? "(" : "["}${numberWords(range.low)}`;
  const high = `${numberWords(range.high)}${range.highOpen ? ")" : "]"}`;
  body.report(types.outOfRange, span, { neuron, name, value, range: `${low}, ${high}` });
}

function numberWords(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}
