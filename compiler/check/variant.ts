/** Checks a `variant`: a model with its generics filled in. */
import type { Reporter } from "../diagnostics/diagnostic.js";
import { physics } from "../diagnostics/catalogue/physics.js";
import type { ModelIr } from "../ir/ir.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import type { Elaborator } from "./elaborator.js";
import { findDeclaration } from "./fields.js";

/** The model or solver a variant instantiates; undefined after reporting that there is none. */
export function modelOfVariant(
  found: Found,
  environment: Environment,
  reporter: Reporter,
): Found | undefined {
  const { file, declaration } = found;
  if (declaration.type !== "variant") return undefined;
  const { model } = declaration;
  const wanted = ["model", "solver"] as const;
  return findDeclaration(model, "model", wanted, "`variant`", file, environment, reporter);
}

/**
 * The instantiated model; its generic arguments (unknown, repeated or of the wrong kind) and the body
 * with them are checked by the elaborator. Undefined after a report, or when it is of a solver.
 */
export function checkVariant(
  found: Found,
  environment: Environment,
  reporter: Reporter,
  elaborator: Elaborator,
): ModelIr | undefined {
  const { file, declaration } = found;
  if (declaration.type !== "variant") return undefined;
  const model = modelOfVariant(found, environment, reporter);
  if (model === undefined) return undefined;
  if (model.declaration.type === "solver") {
    const at = { file, span: declaration.name.span };
    const names = { name: declaration.name.text, model: model.declaration.name.text };
    reporter.report(physics.variantOfSolver, at, names);
    return undefined;
  }
  const { generics, name, doc } = declaration;
  const at = { file, span: name.span };
  return elaborator.model(model, generics, environment.outputName(found), true, doc, at);
}
