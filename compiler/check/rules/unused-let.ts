/** A `let` that nothing reads. A name that begins with `_` is unused on purpose. */
import { types } from "../../diagnostics/catalogue/types.js";
import type { Rule } from "./rule.js";

export const unusedLet: Rule = ({ body, isDeclaration }) => {
  if (!isDeclaration) return;
  for (const { name, place } of body.unused) body.report(types.unusedLet, place.span, { name });
};
