/** Typing of calls of layers and functions declared in the language. */
import { types } from "../diagnostics/catalogue/types.js";
import type { CallExpr, Expr, GraphRef } from "../ir/ir.js";
import { printSize, printType } from "../ir/print.js";
import type { Kind, Size } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Checked } from "./call-arguments.js";
import { assignArguments } from "./call-arguments.js";
import type { Body } from "./body.js";
import { defaultCallable, defaultConstant, defaultSize } from "./defaults.js";
import type { Given } from "./generics.js";
import { assignGenerics, givenCallable, givenConstant, givenSize } from "./generics.js";
import { isWithin } from "./kinds.js";
import type { PrimitiveSite } from "./primitive-calls.js";
import { residencyFix, shapeFix } from "./residency.js";
import type { Value } from "./scope.js";
import { ERROR, isTensor } from "./scope.js";
import type { CallableRef, Instance, InstanceRequest } from "./services.js";
import type { Callable, ParameterInfo, Signature } from "./signature.js";
import { spaceOf, substituteSize, symbolsOf } from "./size.js";
import { graphName, isResident, residencyWords, tensor } from "./types.js";
import type { Mismatch } from "./unify.js";
import { Unifier } from "./unify.js";

export interface Callee {
  readonly found: Found;
  readonly declaration: Callable;
  readonly name: string;
}

interface Generics {
  readonly unifier: Unifier;
  readonly constants: ReadonlyMap<string, number | Expr>;
  readonly callables: ReadonlyMap<string, CallableRef>;
  /** Sizes with a default that depends on sizes found from the arguments. */
  readonly lateDefaults: ReadonlyMap<string, Size>;
}

/** Checks a call of a layer or function and gives the value it returns. */
export function callLayer(
  body: Body,
  callee: Callee,
  piped: Checked | undefined,
  args: readonly Checked[],
  given: readonly Given[],
  site: PrimitiveSite,
): Value {
  const signature = body.services.signature(callee.found, callee.declaration);
  if (signature === undefined) return ERROR;
  const ownsWeights = callee.declaration.type !== "function";
  if (ownsWeights && (body.owner === "function" || body.owner === "loss")) {
    const { name } = callee;
    body.report(types.functionOwnsWeights, site.name, {
      name,
      what: "layer",
      owner: body.ownerName,
    });
    return ERROR;
  }
  const parameters = signature.parameters.map((p) => ({
    name: p.name,
    isGraph: p.type.tag === "graph",
  }));
  const assigned = assignArguments(body, callee.name, parameters, piped, args, site.name);
  const generics = readGenerics(body, callee, signature, given, site);
  if (assigned === undefined || generics === undefined) return ERROR;
  const isMatching = matchArguments(body, callee, signature, generics.unifier, assigned);
  if (!isMatching || !bindRest(body, callee, signature, generics, site)) return ERROR;
  return finishCall(body, callee, signature, generics, assigned, site);
}

function readGenerics(
  body: Body,
  callee: Callee,
  signature: Signature,
  given: readonly Given[],
  site: PrimitiveSite,
): Generics | undefined {
  const names = signature.generics.map((g) => g.name);
  const assigned = assignGenerics(body, callee.name, names, given);
  if (assigned === undefined) return undefined;
  const unifier = new Unifier(new Set([...signature.sizes, ...signature.spaces]));
  const constants = new Map<string, number | Expr>();
  const callables = new Map<string, CallableRef>();
  const lateDefaults = new Map<string, Size>();
  let failed = false;
  for (const info of signature.generics) {
    const one = assigned.get(info.name);
    if (info.role === "size") {
      if (one !== undefined) {
        const size = givenSize(body, one, callee.name, info.name);
        if (size === undefined) failed = true;
        else unifier.bind(info.name, size, `\`${callee.name}<..>\` here says so`);
        continue;
      }
      const initial = defaultSize(body.services, signature, info);
      if (initial === undefined) continue;
      const isKnown = [...symbolsOf(initial)].every((s) => unifier.bindings.has(s));
      if (isKnown) {
        const size = substituteSize(initial, unifier.bindings);
        unifier.bind(info.name, size, "that is its default");
      } else lateDefaults.set(info.name, initial);
      continue;
    }
    const value =
      info.role === "constant"
        ? one === undefined
          ? defaultConstant(info)
          : givenConstant(body, one, callee.name, info.name)
        : one === undefined
          ? defaultCallable(body.services, signature, info)
          : givenCallable(body, one, callee.name, info.name);
    if (value === undefined) {
      failed = true;
      if (one === undefined) {
        body.report(types.missingGeneric, site.name, { callee: callee.name, name: info.name });
      }
    } else if (typeof value !== "number" && "key" in value) callables.set(info.name, value);
    else constants.set(info.name, value);
  }
  return failed ? undefined : { unifier, constants, callables, lateDefaults };
}

/** Matches graphs first: they say what `N` and `E` are, which makes better messages for tensors. */
function matchArguments(
  body: Body,
  callee: Callee,
  signature: Signature,
  unifier: Unifier,
  assigned: readonly Checked[],
): boolean {
  let isFine = true;
  const order = [...signature.parameters.entries()].sort(
    ([a, p], [b, q]) => Number(q.type.tag === "graph") - Number(p.type.tag === "graph") || a - b,
  );
  for (const [at, parameter] of order) {
    const { value, span } = assigned[at];
    if (value.tag === "error") {
      isFine = false;
    } else if (parameter.type.tag === "graph") {
      isFine = matchGraph(body, callee, parameter, unifier, assigned[at], at) && isFine;
    } else if (value.tag === "graph") {
      const fields = [...value.ref.type.nodeFields.keys()];
      const user = `\`${parameter.name}\` of \`${callee.name}\``;
      body.report(types.graphForTensor, span, { user, name: graphName(value.ref), fields });
      isFine = false;
    } else {
      isFine = matchTensor(body, callee, parameter, unifier, assigned[at], at) && isFine;
    }
  }
  if (!isFine) return false;
  const late = unifier.finish();
  if (late === undefined) return true;
  reportMismatch(
    body,
    callee,
    signature.parameters[late.from],
    unifier,
    assigned[late.from],
    late.mismatch,
  );
  return false;
}

function reasonOf(body: Body, argument: Checked): string {
  return `\`${body.snippet(argument.span)}\` says so`;
}

function matchTensor(
  body: Body,
  callee: Callee,
  parameter: ParameterInfo,
  unifier: Unifier,
  argument: Checked,
  at: number,
): boolean {
  const { value } = argument;
  if (!isTensor(value) || parameter.type.tag !== "tensor") return false;
  const mismatch = unifier.match(
    parameter.type.dims,
    value.type.dims,
    at,
    reasonOf(body, argument),
  );
  if (mismatch !== undefined) {
    reportMismatch(body, callee, parameter, unifier, argument, mismatch);
    return false;
  }
  if (isWithin(value.type.kind, parameter.type.kind)) return true;
  body.report(
    types.kindNarrowed,
    argument.span,
    {
      expected: printType(unifier.apply(parameter.type)),
      wanted: parameter.type.kind,
      given: value.type.kind,
      because: `${callee.declaration.type} \`${callee.name}\`, ${body.lineWords(parameter.place)}, takes \`${parameter.type.kind}\``,
      actual: body.describe(value),
    },
    { related: [related(callee, parameter), ...body.definedAt(value)] },
  );
  return false;
}

function related(
  callee: Callee,
  parameter: ParameterInfo,
): {
  file: string;
  span: ParameterInfo["place"]["span"];
  message: string;
} {
  const message = `\`${parameter.name}\` of \`${callee.name}\` is declared here`;
  return { ...parameter.place, message };
}

function matchGraph(
  body: Body,
  callee: Callee,
  parameter: ParameterInfo,
  unifier: Unifier,
  argument: Checked,
  at: number,
): boolean {
  const { value } = argument;
  if (parameter.type.tag !== "graph" || value.tag === "error") return false;
  if (value.tag !== "graph") {
    body.report(types.tensorForGraph, argument.span, {
      callee: callee.name,
      name: parameter.name,
      actual: body.describe(value),
      graph: body.graphs()[0]?.name,
    });
    return false;
  }
  const shared = { callee: callee.name, graph: graphName(value.ref) };
  for (const on of ["nodeFields", "edgeFields"] as const) {
    for (const [name, type] of parameter.type[on]) {
      const given = value.ref.type[on].get(name);
      const written = on === "nodeFields" ? name : `e.${name}`;
      if (given === undefined) {
        body.report(
          types.graphLacksField,
          argument.span,
          { ...shared, field: written, type: printType(type) },
          { related: [related(callee, parameter)] },
        );
        return false;
      }
      if (!isWithin(given.kind, type.kind)) {
        const types_ = { expected: printType(type), actual: printType(given) };
        body.report(types.graphField, argument.span, { ...shared, field: written, ...types_ });
        return false;
      }
    }
  }
  const reason = reasonOf(body, argument);
  const problem = unifier.matchGraph(parameter.type, value.ref.type, at, reason);
  if (problem === undefined) return true;
  if (problem.field === "") {
    const actual = `\`${graphName(value.ref)}\` has other nodes or edges`;
    const args = { callee: callee.name, graph: graphWords(body, problem.mismatch), actual };
    body.report(types.otherGraph, argument.span, args, { related: [related(callee, parameter)] });
    return false;
  }
  const expected =
    parameter.type.nodeFields.get(problem.field) ?? parameter.type.edgeFields.get(problem.field);
  const actual =
    value.ref.type.nodeFields.get(problem.field) ?? value.ref.type.edgeFields.get(problem.field);
  body.report(
    types.graphField,
    argument.span,
    {
      ...shared,
      field: problem.field,
      expected: expected === undefined ? "" : printType(unifier.apply(expected)),
      actual: actual === undefined ? "" : printType(actual),
    },
    { related: [related(callee, parameter)] },
  );
  return false;
}

/** The graph whose index space was expected: `N'other` is of `other`, `N` of the first one. */
function graphWords(body: Body, mismatch: Mismatch): string {
  const symbol = "pattern" in mismatch ? printSize(mismatch.pattern) : "";
  const named = /'([^+]*)/.exec(symbol)?.[1];
  const all = body.graphs();
  return named ?? all[all.length - 1]?.name ?? "g";
}

/** Explains a mismatch with the origin of both sides. */
function reportMismatch(
  body: Body,
  callee: Callee,
  parameter: ParameterInfo,
  unifier: Unifier,
  argument: Checked,
  mismatch: Mismatch,
): void {
  const { value } = argument;
  if (!isTensor(value) || parameter.type.tag !== "tensor") return;
  const more = { related: [related(callee, parameter), ...body.definedAt(value)] };
  const expectedType = unifier.apply(parameter.type);
  const owner = `${callee.declaration.type} \`${callee.name}\`, ${body.lineWords(parameter.place)},`;
  const expected = printType(expectedType);
  const actual = body.describe(value);
  const isOtherGraph =
    mismatch.reason === "residency" && spaceOf(mismatch.pattern) === spaceOf(mismatch.value);
  if (isOtherGraph) {
    const graph = graphWords(body, mismatch);
    body.report(types.otherGraph, argument.span, { callee: callee.name, graph, actual }, more);
    return;
  }
  if (mismatch.reason === "residency") {
    body.report(
      types.wrongResidency,
      argument.span,
      {
        expected,
        because: `${owner} takes ${residencyWords(expectedType)}`,
        actual,
        place: residencyWords(value.type),
        fix: residencyFix(body, value, expectedType),
      },
      more,
    );
    return;
  }
  if (mismatch.reason === "indivisible") {
    body.report(
      types.notDivisible,
      argument.span,
      {
        expected: printType(parameter.type),
        actual,
        pattern: printSize(mismatch.pattern),
        value: printSize(mismatch.value),
        symbol: mismatch.symbol,
        because: `${owner} takes \`${printSize(mismatch.pattern)}\``,
      },
      more,
    );
    return;
  }
  const reason =
    mismatch.reason === "size" ? sizeReason(parameter, unifier, mismatch.pattern) : undefined;
  const takes =
    mismatch.reason === "rank"
      ? `${owner} takes ${expectedType.dims.length === 1 ? "1 dimension" : `${expectedType.dims.length} dimensions`}`
      : `${owner} takes ${printSize(mismatch.pattern)}${reason === undefined ? "" : ` (${reason})`}`;
  const fix = shapeFix(body, value, expectedType);
  body.report(types.argumentShape, argument.span, { expected, because: takes, actual, fix }, more);
}

/** Why a symbolic size of the callee has the value it has at this call. */
function sizeReason(parameter: ParameterInfo, unifier: Unifier, pattern: Size): string | undefined {
  if (parameter.type.tag !== "tensor") return undefined;
  for (const dim of parameter.type.dims) {
    const isThis = printSize(substituteSize(dim, unifier.bindings)) === printSize(pattern);
    const reason = isThis && symbolsOf(dim).size > 0 ? unifier.reasonFor(dim) : undefined;
    if (reason !== undefined) return `\`${printSize(dim)}\`, because ${reason}`;
  }
  return undefined;
}

/** Sizes that no argument decided: late defaults, else a missing generic. */
function bindRest(
  body: Body,
  callee: Callee,
  signature: Signature,
  generics: Generics,
  site: PrimitiveSite,
): boolean {
  const { unifier } = generics;
  for (const [name, initial] of generics.lateDefaults) {
    unifier.bind(name, substituteSize(initial, unifier.bindings), "that is its default");
  }
  for (const info of signature.generics) {
    if (info.role !== "size" || unifier.bindings.has(info.name)) continue;
    body.report(types.missingGeneric, site.name, { callee: callee.name, name: info.name });
    return false;
  }
  return true;
}

function instanceFor(
  body: Body,
  callee: Callee,
  signature: Signature,
  generics: Generics,
  kinds: readonly (Kind | undefined)[],
  time: InstanceRequest["time"],
  site: PrimitiveSite,
): Instance | undefined {
  const { found } = callee;
  const { callables } = generics;
  const result = body.services.instance({ found, signature, callables, kinds, time });
  if (result.instance !== undefined) return result.instance;
  if (result.recursion !== undefined) {
    body.report(types.recursion, site.name, { name: callee.name, chain: result.recursion });
    return undefined;
  }
  const first = result.diagnostics.find((d) => d.severity === "error");
  if (first !== undefined) {
    const related = [{ file: first.file, span: first.span, message: first.message }];
    body.report(
      types.instanceFails,
      site.name,
      { callee: callee.name, message: first.message, why: first.why, fix: first.fix },
      { related },
    );
  }
  return undefined;
}

function finishCall(
  body: Body,
  callee: Callee,
  signature: Signature,
  generics: Generics,
  assigned: readonly Checked[],
  site: PrimitiveSite,
): Value {
  const values = assigned.map((a) => a.value);
  const kinds = values.map((v) => (isTensor(v) ? v.type.kind : undefined));
  let instance = instanceFor(body, callee, signature, generics, kinds, "outside", site);
  if (instance === undefined) return ERROR;
  const isStacked = values.some((v) => v.tag === "graph" && v.ref.isStacked === true);
  const isTimed = isStacked || values.some((v) => isTensor(v) && v.timed);
  const runsInTime = body.time !== undefined && (isTimed || instance.oneStep !== undefined);
  if (runsInTime) {
    const time = isStacked ? "snapshots" : isTimed ? "timed" : "untimed";
    instance = instanceFor(body, callee, signature, generics, kinds, time, site);
    if (instance === undefined) return ERROR;
  } else if (instance.oneStep !== undefined && body.oneStep === undefined) {
    const place = { file: body.file, span: site.name };
    body.oneStep = { neuron: instance.oneStep, place };
  }
  const args = values.flatMap((v): (Expr | GraphRef)[] => {
    if (v.tag === "graph") return [v.ref];
    if (v.tag === "error") return [];
    return [isTimed && isResident(v.type) ? body.hold(v) : v];
  });
  const { ir } = instance;
  const type = generics.unifier.apply(tensor(ir.result.type.kind, ir.result.type.dims));
  const sizes = new Map<string, Size>();
  for (const name of signature.sizes) {
    const size = generics.unifier.bindings.get(name);
    if (size !== undefined) sizes.set(name, size);
  }
  const steps = instance.steps === undefined ? undefined : body.steps();
  if (instance.steps !== undefined && steps !== undefined) sizes.set(instance.steps, steps);
  const origin = body.origin(site.whole);
  // An instance that does not know of time maps every step alike.
  const timed = instance.steps === undefined ? isTimed && isResident(type) : ir.result.timed;
  const { constants } = generics;
  if (ir.tag === "function") {
    return { tag: "function", callee: ir, args, sizes, constants, type, timed, origin };
  }
  const call: { -readonly [K in keyof CallExpr]: CallExpr[K] } = {
    tag: "call",
    member: "",
    args,
    steps: undefined,
    type,
    timed,
    origin,
  };
  body.pending.push({
    call,
    base: body.base,
    callee: callee.name,
    isParametric: instance.isParametric,
    member: { target: ir, sizes, constants, resultType: type, origin },
  });
  return call;
}
