/** Checks the defaults of generics where they are declared. */
import { types } from "../diagnostics/catalogue/types.js";
import type { Body } from "./body.js";
import { evaluateConstant } from "./constant.js";
import { givenCallable } from "./generics.js";
import type { GenericInfo, Signature } from "./signature.js";
import { symbolSize } from "./size.js";
import { sizeOrReport } from "./type-expression.js";

/** True when every default is of the right sort; reports the others. */
export function checkGenericDefaults(body: Body, signature: Signature): boolean {
  let isFine = true;
  for (const info of signature.generics) {
    const { generic } = info;
    if (generic.learn || generic.per !== undefined) {
      const word = generic.learn ? "learn" : `per ${generic.per ?? ""}`;
      body.report(types.neuronOnly, generic.name.span, { word, name: info.name });
      isFine = false;
    }
    if (generic.initial !== undefined && !checkDefault(body, signature, info)) isFine = false;
  }
  return isFine;
}

function checkDefault(body: Body, signature: Signature, info: GenericInfo): boolean {
  const { initial } = info.generic;
  if (initial === undefined || initial.type === "invalid") return initial === undefined;
  const owner = signature.declaration.name.text;
  if (info.role === "size") {
    const known = new Set(signature.sizes);
    const context = {
      file: body.file,
      reporter: body.reporter,
      size: (name: string) => (known.has(name) ? symbolSize(name) : undefined),
      sizeNames: () => known,
    };
    return sizeOrReport(initial, context, context.size) !== undefined;
  }
  if (info.role === "constant") {
    const result = evaluateConstant(initial, () => undefined);
    if (result.value !== undefined) return true;
    body.report(types.notConstant, result.bad.span, { what: `the default of \`${info.name}\`` });
    return false;
  }
  const place = { file: body.file, span: initial.span };
  const given = {
    name: info.name,
    nameSpan: initial.span,
    place,
    value: { tag: "written", expression: initial },
  } as const;
  return givenCallable(body, given, owner, info.name) !== undefined;
}
