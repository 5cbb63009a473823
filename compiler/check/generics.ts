/** Generic arguments of calls: which generic each belongs to, and what it is worth. */
import type { Expression, GenericArgument, Identifier, Span } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import { constructFor, didYouMean } from "../diagnostics/did-you-mean.js";
import type { Expr } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import type { Found } from "../resolve/found.js";
import type { Body } from "./body.js";
import { evaluateConstant } from "./constant.js";
import { PRIMITIVE_NAMES, primitiveNamed } from "./primitives.js";
import type { Place } from "./scope.js";
import { isTensor } from "./scope.js";
import type { BoundGeneric, CallableRef } from "./services.js";
import { asCallable } from "./signature.js";
import { asInteger, constantSize } from "./size.js";
import { sizeOrReport } from "./type-expression.js";

/** A generic argument of a call, or one that was bound to the callable before. */
export interface Given {
  readonly name: string | undefined;
  readonly nameSpan: Span;
  readonly place: Place;
  readonly value:
    | { readonly tag: "written"; readonly expression: Expression }
    | { readonly tag: "bound"; readonly value: number | CallableRef };
}

/** What was bound before comes first, so a call may not repeat it. */
export function givenGenerics(
  body: Body,
  bound: readonly BoundGeneric[],
  written: readonly GenericArgument[],
): Given[] {
  return [
    ...bound.map((b): Given => ({
      name: b.name,
      nameSpan: b.place.span,
      place: b.place,
      value: { tag: "bound", value: b.value },
    })),
    ...written.map((w): Given => ({
      name: w.name?.text,
      nameSpan: w.name?.span ?? w.span,
      place: { file: body.file, span: w.value.span },
      value: { tag: "written", expression: w.value },
    })),
  ];
}

/** Sorts generic arguments to the names of a callee; undefined after a report. */
export function assignGenerics(
  body: Body,
  callee: string,
  names: readonly string[],
  given: readonly Given[],
): Map<string, Given> | undefined {
  const assigned = new Map<string, Given>();
  let position = 0;
  let failed = false;
  for (const one of given) {
    const at = one.place.file === body.file ? one.nameSpan : one.place.span;
    let name = one.name;
    if (name === undefined) {
      while (position < names.length && assigned.has(names[position])) position++;
      name = names[position++];
      if (name === undefined) {
        body.report(types.tooManyGenerics, at, { callee, names });
        return undefined;
      }
    } else if (!names.includes(name)) {
      const suggestion = didYouMean(name, { right: names });
      body.report(
        types.unknownGeneric,
        at,
        { callee, name, names, suggestion },
        suggestion === undefined ? {} : { edits: [{ span: at, text: suggestion }] },
      );
      failed = true;
      continue;
    }
    if (assigned.has(name)) {
      body.report(types.genericTwice, at, { callee, name });
      failed = true;
      continue;
    }
    assigned.set(name, one);
  }
  return failed ? undefined : assigned;
}

/** The meaning of size names in this body, as type expressions need it. */
export function sizeLookup(body: Body): (name: string) => Size | undefined {
  return (name) => {
    const size = body.sizes.get(name);
    if (size !== undefined) return size;
    const number = body.constants.get(name);
    return number !== undefined && Number.isSafeInteger(number) && number >= 0
      ? constantSize(number)
      : undefined;
  };
}

/** Reads an expression of this body as a size; undefined after a report. */
export function sizeIn(body: Body, expression: Expression): Size | undefined {
  const context = {
    file: body.file,
    reporter: body.reporter,
    size: sizeLookup(body),
    sizeNames: () => body.sizes.keys(),
  };
  return sizeOrReport(expression, context, context.size);
}

/** The size a generic argument gives; undefined after a report. */
export function givenSize(
  body: Body,
  given: Given,
  callee: string,
  name: string,
): Size | undefined {
  if (given.value.tag === "written") {
    const { expression } = given.value;
    const isCallable =
      expression.type === "name" &&
      sizeLookup(body)(expression.text) === undefined &&
      (body.callables.has(expression.text) ||
        PRIMITIVE_NAMES.includes(expression.text) ||
        body.services.environment.lookup(expression.text, body.file) !== undefined);
    if (isCallable) {
      const activation = /^[a-z]/.test(expression.text) ? expression.text : undefined;
      body.report(types.genericSort, expression.span, {
        callee,
        name,
        wanted: "a size",
        activation,
      });
      return undefined;
    }
    const size = sizeIn(body, expression);
    if (size === undefined || asInteger(size) !== 0) return size;
    const reason = "a dimension holds at least one number";
    body.report(types.notASize, expression.span, { what: "0", reason });
    return undefined;
  }
  const { value } = given.value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return constantSize(value);
  }
  body.report(types.genericSort, given.nameSpan, { callee, name, wanted: "a size" });
  return undefined;
}

/** The number a generic argument gives: a scalar expression when it depends on own generics. */
export function givenConstant(
  body: Body,
  given: Given,
  callee: string,
  name: string,
): number | Expr | undefined {
  if (given.value.tag === "bound") {
    if (typeof given.value.value === "number") return given.value.value;
    body.report(types.genericSort, given.nameSpan, { callee, name, wanted: "a number" });
    return undefined;
  }
  const { expression } = given.value;
  if (expression.type === "invalid") return undefined;
  const lookup = (one: string): number | undefined => {
    const constant = body.constants.get(one);
    if (constant !== undefined) return constant;
    const size = body.sizes.get(one)?.terms;
    return size !== undefined && size.size === 1 ? size.get("") : undefined;
  };
  const result = evaluateConstant(expression, lookup);
  if (result.value !== undefined) return result.value;
  const usesGenerics =
    result.bad.type === "name" &&
    (body.constants.has(result.bad.text) || body.sizes.has(result.bad.text));
  if (usesGenerics) {
    const value = body.check(expression);
    if (isTensor(value) && value.type.dims.length === 0 && !mentionsValues(value)) return value;
    if (value.tag === "error") return undefined;
  }
  body.report(types.genericSort, result.bad.span, { callee, name, wanted: "a number" });
  return undefined;
}

function mentionsValues(value: Expr): boolean {
  if (value.tag === "op") return value.args.some(mentionsValues);
  return value.tag !== "constant" && value.tag !== "size";
}

/** The callable a generic argument names; undefined after a report. */
export function givenCallable(
  body: Body,
  given: Given,
  callee: string,
  name: string,
): CallableRef | undefined {
  if (given.value.tag === "bound") {
    if (typeof given.value.value !== "number") return given.value.value;
    body.report(types.genericSort, given.nameSpan, { callee, name, wanted: "a callable" });
    return undefined;
  }
  const { expression } = given.value;
  if (expression.type === "invalid") return undefined;
  const isReference =
    expression.type === "name" || (expression.type === "call" && expression.args === undefined);
  if (!isReference) {
    body.report(types.genericSort, expression.span, { callee, name, wanted: "a callable" });
    return undefined;
  }
  const identifier: Identifier =
    expression.type === "name"
      ? { text: expression.text, span: expression.span }
      : expression.callee;
  const written = expression.type === "call" ? expression.generics : [];
  return callableNamed(body, identifier, written);
}

/** What a name means as a callable; reports unknown names and declarations that cannot be called. */
export function callableNamed(
  body: Body,
  identifier: Identifier,
  partial: readonly GenericArgument[] = [],
): CallableRef | undefined {
  const name = identifier.text;
  const found = resolve(body, identifier);
  if (found === undefined) return undefined;
  if (partial.length === 0) return found;
  const bound: BoundGeneric[] = [...found.bound];
  for (const one of partial) {
    const place = { file: body.file, span: one.span };
    const value = partialValue(body, one, name);
    if (value === undefined) return undefined;
    bound.push({ name: one.name?.text, value, place });
  }
  return { ...found, bound, key: `${found.key}<${bound.map(boundKey).join(",")}>` };
}

function boundKey(bound: BoundGeneric): string {
  const value = typeof bound.value === "number" ? String(bound.value) : bound.value.key;
  return bound.name === undefined ? value : `${bound.name}:${value}`;
}

function partialValue(
  body: Body,
  one: GenericArgument,
  callee: string,
): number | CallableRef | undefined {
  const { value } = one;
  const lookup = (name: string): number | undefined => {
    const constant = body.constants.get(name);
    if (constant !== undefined) return constant;
    const terms = body.sizes.get(name)?.terms;
    return terms !== undefined && terms.size === 1 ? terms.get("") : undefined;
  };
  const number = evaluateConstant(value, lookup);
  if (number.value !== undefined) return number.value;
  if (value.type === "invalid") return undefined;
  const isUpper = value.type === "name" && /^[A-Z]/.test(value.text);
  const isFunction = value.type === "name" && primitiveNamed(value.text) !== undefined;
  const isCall = value.type === "call" && value.args === undefined;
  if (isUpper || isFunction) {
    return callableNamed(body, { text: value.text, span: value.span });
  }
  if (isCall) return callableNamed(body, value.callee, value.generics);
  body.report(types.partialGeneric, number.bad.span, { callee });
  return undefined;
}

function resolve(body: Body, identifier: Identifier): CallableRef | undefined {
  const name = identifier.text;
  if (name === "") return undefined;
  const { environment } = body.services;
  const generic = body.callables.get(name);
  if (generic !== undefined) return generic;
  const entry = body.scope.find(name);
  if (entry !== undefined) {
    entry.used = true;
    if (entry.tag !== "error") {
      body.report(types.valueAsCallable, identifier.span, { name });
    }
    return undefined;
  }
  const found = environment.lookup(name, body.file);
  if (found === undefined && primitiveNamed(name) !== undefined) {
    return { tag: "primitive", name, bound: [], key: name };
  }
  if (found === undefined) {
    if (environment.isReported(name, body.file)) return undefined;
    const construct = constructFor(name);
    const suggestion = construct === undefined ? suggestCallable(body, name) : undefined;
    body.report(
      types.unknownCallable,
      identifier.span,
      { name, suggestion, construct },
      suggestion === undefined ? {} : { edits: [{ span: identifier.span, text: suggestion }] },
    );
    return undefined;
  }
  return declaredRef(body, identifier, found);
}

function declaredRef(body: Body, identifier: Identifier, found: Found): CallableRef | undefined {
  const { declaration } = found;
  const name = identifier.text;
  if (
    declaration.type === "model" ||
    declaration.type === "variant" ||
    declaration.type === "solver"
  ) {
    body.report(types.modelAsLayer, identifier.span, { name });
    return undefined;
  }
  const isUsable = declaration.type === "neuron" || asCallable(found) !== undefined;
  if (!isUsable) {
    body.report(types.notCallable, identifier.span, { name, what: declaration.type });
    return undefined;
  }
  return { tag: "declared", found, name, bound: [], key: `${found.file}#${name}` };
}

function suggestCallable(body: Body, name: string): string | undefined {
  const isUpper = /^[A-Z]/.test(name);
  const visible = body.services.environment.visible(body.file);
  const usable = visible
    .filter((v) => v.type === "neuron" || v.type === "layer" || v.type === "function")
    .map((v) => v.name);
  const upper = [...body.callables.keys(), ...usable.filter((n) => /^[A-Z]/.test(n))];
  const lower = [...PRIMITIVE_NAMES, ...usable.filter((n) => /^[a-z_]/.test(n))];
  return didYouMean(
    name,
    isUpper ? { right: upper, other: lower } : { right: lower, other: upper },
  );
}
