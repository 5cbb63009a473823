/** An equilibrium block as callers see it: a layer whose result is its last state. */
import type {
  Equation,
  EquilibriumDeclaration,
  Expression,
  LayerDeclaration,
} from "../../../grammar/tree.js";

export interface EquilibriumCallable extends Omit<LayerDeclaration, "type"> {
  readonly type: "equilibrium";
  readonly declaration: EquilibriumDeclaration;
}

/** All equations, in order. */
export function equationsOf(declaration: EquilibriumDeclaration): readonly Equation[] {
  return declaration.fields.flatMap((field) => (field.type === "fixpoint" ? field.equations : []));
}

const known = new WeakMap<EquilibriumDeclaration, EquilibriumCallable>();

/** The same object for the same declaration. */
export function equilibriumCallable(declaration: EquilibriumDeclaration): EquilibriumCallable {
  let callable = known.get(declaration);
  if (callable === undefined) {
    const equations = equationsOf(declaration);
    const nothing: Expression = { type: "invalid", span: declaration.span };
    const { name, doc, span, generics, parameters, resultType } = declaration;
    callable = {
      type: "equilibrium",
      name,
      doc,
      span,
      generics,
      parameters,
      resultType,
      items: declaration.fields.filter(
        (field) => field.type === "param" || field.type === "running" || field.type === "let",
      ),
      result: equations.at(-1)?.right ?? nothing,
      declaration,
    };
    known.set(declaration, callable);
  }
  return callable;
}
