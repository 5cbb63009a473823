/** The model that is converted: a model, a solver, or a variant of one with its generics filled in. */
import type { Expression, ModelDeclaration, SolverDeclaration } from "../../grammar/tree.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";

/** What a generic of the model stands for. */
export interface Bound {
  readonly file: string;
  readonly source: string;
  readonly value: Expression;
}

export interface SourceModel {
  readonly file: string;
  readonly source: string;
  readonly declaration: ModelDeclaration | SolverDeclaration;
  /** Values of generics: those a variant gives, else the defaults. */
  readonly bound: ReadonlyMap<string, Bound>;
}

/** Undefined when the name does not lead to a model (reported by the check of the declaration). */
export function sourceModel(
  name: string,
  fromFile: string,
  environment: Environment,
): SourceModel | undefined {
  const found = environment.lookup(name, fromFile);
  if (found === undefined) return undefined;
  const { declaration } = found;
  if (declaration.type === "model" || declaration.type === "solver") {
    return modelOf(found, declaration, new Map());
  }
  if (declaration.type !== "variant") return undefined;
  const model = environment.lookup(declaration.model.text, found.file);
  if (model?.declaration.type !== "model" && model?.declaration.type !== "solver") return undefined;
  const { generics } = model.declaration;
  const given = new Map<string, Bound>();
  declaration.generics.forEach((argument, at) => {
    const generic = argument.name?.text ?? generics[at]?.name.text;
    if (generic === undefined) return;
    given.set(generic, { file: found.file, source: found.source, value: argument.value });
  });
  return modelOf(model, model.declaration, given);
}

function modelOf(
  found: Found,
  declaration: ModelDeclaration | SolverDeclaration,
  given: ReadonlyMap<string, Bound>,
): SourceModel {
  const { file, source } = found;
  const bound = new Map(given);
  for (const { name, initial } of declaration.generics) {
    if (initial !== undefined && !bound.has(name.text)) {
      bound.set(name.text, { file, source, value: initial });
    }
  }
  return { file, source, declaration, bound };
}
