/** Typing of calls and pipeline stages: finds the callee and hands over to the rule for its sort. */
import type { Call, Pipe } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Checked } from "./call-arguments.js";
import { checkArguments } from "./call-arguments.js";
import type { Body } from "./body.js";
import { DEPTH_LIMIT } from "./body.js";
import { callableNamed, givenGenerics } from "./generics.js";
import { callGraphPrimitive } from "./graph-calls.js";
import { callLayer } from "./layer-calls.js";
import { callNeuron } from "./neuron-calls.js";
import { callPrimitive } from "./primitive-calls.js";
import { primitiveNamed } from "./primitives.js";
import type { Value } from "./scope.js";
import { ERROR } from "./scope.js";
import { asCallable } from "./signature.js";

/** `F<64>(x)`, or a stage `F<64>(g)` with the value that is piped into it. */
export function checkCall(body: Body, call: Call, piped?: Checked): Value {
  const callee = callableNamed(body, call.callee);
  if (callee?.tag === "primitive") {
    const primitive = primitiveNamed(callee.name);
    if (primitive?.rule === "graph") return callGraphPrimitive(body, primitive, call, piped);
  }
  const args = checkArguments(body, call.args);
  if (callee === undefined || callee.tag === "opaque") return ERROR;
  if (call.args === undefined && piped === undefined) {
    body.report(types.callableAsValue, call.callee.span, {
      name: call.callee.text,
      what: callee.tag === "primitive" ? "function" : callee.found.declaration.type,
    });
    return ERROR;
  }
  const given = givenGenerics(body, callee.bound, call.generics);
  const site = { name: call.callee.span, whole: call.span };
  if (callee.tag === "primitive") {
    const primitive = primitiveNamed(callee.name);
    if (primitive === undefined) return ERROR;
    const named = args.find((a) => a.name !== undefined);
    if (named?.name !== undefined) {
      body.report(types.namedArgumentOfPrimitive, named.name.span, { callee: callee.name });
      return ERROR;
    }
    return callPrimitive(
      body,
      primitive,
      piped === undefined ? args : [piped, ...args],
      given,
      site,
    );
  }
  const { found } = callee;
  if (found.declaration.type === "neuron") {
    return callNeuron(body, callee.name, found, piped, args, given, site);
  }
  const declaration = asCallable(found);
  if (declaration === undefined) return ERROR;
  return callLayer(body, { found, declaration, name: callee.name }, piped, args, given, site);
}

/** `x |> F |> G`: every stage gets the value before it as its first tensor argument. */
export function checkPipe(body: Body, pipe: Pipe): Value {
  let value = body.check(pipe.head);
  let span = pipe.head.span;
  for (const [at, stage] of pipe.stages.entries()) {
    if (at >= DEPTH_LIMIT) {
      body.report(types.tooDeep, stage.span, { what: "pipeline" });
      return ERROR;
    }
    value = checkCall(body, stage.call, { value, span, name: undefined });
    span = stage.call.span;
    body.note(value, span, "stage");
  }
  return value;
}
