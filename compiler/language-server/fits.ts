/** Whether a declaration can take a value of some type as the one piped into it. */
import type { Declaration, TensorTypeExpression } from "../../grammar/tree.js";
import { isWithin } from "../check/kinds.js";
import { asSymbol, spaceOf } from "../check/size.js";
import type { Kind, TensorType } from "../ir/types.js";
import { kindNames } from "./texts.js";

/** A quick answer from the written types; the checker has the last word. */
export function takes(declaration: Declaration, input: TensorType, hasGraph: boolean): boolean {
  if (declaration.type === "neuron") return input.kind !== "label";
  if (declaration.type !== "layer" && declaration.type !== "function") return false;
  const types = declaration.parameters.map((parameter) => parameter.declaredType);
  if (types.some((type) => type.type === "graphType") && !hasGraph) return false;
  const first = types.find((type) => type.type === "tensorType");
  return first !== undefined && matches(first, input);
}

function matches(written: TensorTypeExpression, input: TensorType): boolean {
  const kind = kindNames.find(([name]) => name === written.kind.text)?.[0];
  if (kind === undefined || !isWithin(input.kind, kind as Kind)) return false;
  const dims = written.dims ?? [];
  const rest = dims.filter((dim) => dim.type !== "ellipsis");
  if (rest.length < dims.length) return input.dims.length >= rest.length;
  if (input.dims.length !== dims.length) return false;
  return dims.every((dim, at) => {
    if (dim.type !== "name" || !/^[NEGT]$/.test(dim.text)) return true;
    const given = input.dims[at];
    return spaceOf(given) === dim.text || asSymbol(given) === dim.text;
  });
}
