/** Generic arguments of models and variants: everything becomes a number or a callable. */
import type { GenericArgument } from "../../grammar/tree.js";
import type { Size } from "../ir/types.js";
import type { Body } from "./body.js";
import { evaluateConstant } from "./constant.js";
import {
  assignGenerics,
  givenCallable,
  givenConstant,
  givenGenerics,
  givenSize,
} from "./generics.js";
import type { CallableRef } from "./services.js";
import type { Signature } from "./signature.js";
import { asInteger, constantSize } from "./size.js";
import { readSize } from "./size-expression.js";

/** Reads the arguments into `given`; false after a report. `site` is where they are written. */
export function readModelGenerics(
  site: Body,
  signature: Signature,
  generics: readonly GenericArgument[],
  given: Map<string, number | CallableRef>,
): boolean {
  const model = signature.declaration.name.text;
  const names = signature.generics.map((g) => g.name);
  const assigned = assignGenerics(site, model, names, givenGenerics(site, [], generics));
  if (assigned === undefined) return false;
  let isFine = true;
  for (const info of signature.generics) {
    const one = assigned.get(info.name);
    if (one === undefined) continue;
    let value: number | CallableRef | undefined;
    if (info.role === "callable") value = givenCallable(site, one, model, info.name);
    else if (info.role === "size") {
      const size = givenSize(site, one, model, info.name);
      value = size === undefined ? undefined : asInteger(size);
    } else {
      const number = givenConstant(site, one, model, info.name);
      value = typeof number === "number" ? number : undefined;
    }
    if (value === undefined) isFine = false;
    else given.set(info.name, value);
  }
  return isFine;
}

/** Numbers of a model: given ones, else defaults; a default may use generics before it. */
export function modelSubstitution(
  signature: Signature,
  given: ReadonlyMap<string, number | CallableRef>,
): { sizes: Map<string, Size>; constants: Map<string, number | undefined> } {
  const sizes = new Map<string, Size>();
  const constants = new Map<string, number | undefined>();
  for (const info of signature.generics) {
    const { initial } = info.generic;
    const value = given.get(info.name);
    if (info.role === "size") {
      const size =
        typeof value === "number"
          ? constantSize(value)
          : initial === undefined
            ? undefined
            : readSize(initial, (name) => sizes.get(name)).size;
      if (size !== undefined) sizes.set(info.name, size);
    } else if (info.role === "constant") {
      const number =
        typeof value === "number"
          ? value
          : initial === undefined
            ? undefined
            : evaluateConstant(initial, (name) => constants.get(name)).value;
      constants.set(info.name, number);
    }
  }
  return { sizes, constants };
}
