/** Defaults of generics, in the symbols of their own declaration. */
import { evaluateConstant } from "./constant.js";
import type { CallableRef, Services } from "./services.js";
import type { GenericInfo, Signature } from "./signature.js";
import { asCallable } from "./signature.js";
import { symbolSize } from "./size.js";
import { readSize } from "./size-expression.js";
import type { Expression } from "../../grammar/tree.js";
import type { Size } from "../ir/types.js";
import { primitiveNamed } from "./primitives.js";

/** The default of a size generic; undefined when it has none, or a wrong one (reported where declared). */
export function defaultSize(
  _services: Services,
  signature: Signature,
  info: GenericInfo,
): Size | undefined {
  const { initial } = info.generic;
  if (initial === undefined) return undefined;
  const known = new Set(signature.sizes);
  return readSize(initial, (name) => (known.has(name) ? symbolSize(name) : undefined)).size;
}

/** The default of a numeric generic that is no size. */
export function defaultConstant(info: GenericInfo): number | undefined {
  const { initial } = info.generic;
  return initial === undefined ? undefined : evaluateConstant(initial, () => undefined).value;
}

/** The default of an upper-case generic, as a name of the file that declares it. */
export function defaultCallable(
  services: Services,
  signature: Signature,
  info: GenericInfo,
): CallableRef | undefined {
  const { initial } = info.generic;
  return initial === undefined ? undefined : referenceIn(services, signature.found.file, initial);
}

function referenceIn(
  services: Services,
  file: string,
  expression: Expression,
): CallableRef | undefined {
  const name =
    expression.type === "name"
      ? expression.text
      : expression.type === "call" && expression.args === undefined
        ? expression.callee.text
        : undefined;
  if (name === undefined) return undefined;
  const found = services.environment.lookup(name, file);
  let reference: CallableRef | undefined;
  if (found !== undefined) {
    const isUsable = found.declaration.type === "neuron" || asCallable(found)?.type !== "model";
    const isCallable = found.declaration.type === "neuron" || asCallable(found) !== undefined;
    if (isUsable && isCallable) {
      reference = { tag: "declared", found, name, bound: [], key: `${found.file}#${name}` };
    }
  } else if (primitiveNamed(name) !== undefined) {
    reference = { tag: "primitive", name, bound: [], key: name };
  }
  if (reference === undefined || expression.type !== "call") return reference;
  const bound = expression.generics.flatMap((generic) => {
    const number = evaluateConstant(generic.value, () => undefined).value;
    const value = number ?? referenceIn(services, file, generic.value);
    if (value === undefined) return [];
    return [{ name: generic.name?.text, value, place: { file, span: generic.span } }];
  });
  const key = bound.map(
    (b) => `${b.name ?? ""}:${typeof b.value === "number" ? b.value : b.value.key}`,
  );
  return { ...reference, bound, key: `${reference.key}<${key.join(",")}>` };
}
