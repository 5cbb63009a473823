/** Checks a `model X solves P { .. }`. It is not compiled yet. */
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { Environment, Found } from "../../resolve/environment.js";
import { findDeclaration } from "../fields.js";
import { checkNumber } from "../named-arguments.js";
import { numberOf } from "../number.js";
import { problemVariables } from "./problem.js";
import { checkStages } from "./stages.js";

/** True when the solver is right; else everything wrong in it has been reported. */
export function checkSolver(found: Found, environment: Environment, reporter: Reporter): boolean {
  const { file, declaration } = found;
  if (declaration.type !== "solver") return false;
  let sound = !environment.hasSyntaxProblem(file, declaration.span);
  const generics = declaration.generics.map((generic) => generic.name.text);
  const problem = findDeclaration(
    declaration.problem,
    "problem",
    ["problem"],
    "`solves`",
    file,
    environment,
    reporter,
  );
  if (problem?.declaration.type === "problem") {
    const known = problemVariables(problem.declaration);
    const given = declaration.variables.map((variable) => variable.text);
    for (const variable of declaration.variables) {
      if (known.includes(variable.text) || known.length === 0) continue;
      sound = false;
      const suggestion = didYouMean(variable.text, {
        right: known.filter((one) => !given.includes(one)),
        other: known,
      });
      const what = `model \`${declaration.name.text}\``;
      const words = { what, name: variable.text, known, suggestion };
      reporter.report(rows.unknownVariable, { file, span: variable.span }, words);
    }
    const missing = known.filter((one) => !given.includes(one));
    if (missing.length > 0 && sound) {
      sound = false;
      reporter.report(
        rows.missingVariables,
        { file, span: declaration.name.span },
        { solver: declaration.name.text, problem: declaration.problem.text, missing },
      );
    }
  } else {
    sound = false;
  }
  const rank = declaration.separableRank;
  const isGeneric = rank?.type === "name" && generics.includes(rank.text);
  if (rank !== undefined && !isGeneric) {
    const limits = { whole: true, least: 1 };
    if (checkNumber(rank, "the rank", limits, file, reporter) === undefined) sound = false;
  }
  for (const { initial, name } of declaration.generics) {
    if (initial === undefined || initial.type === "invalid" || /^[A-Z]/.test(name.text)) continue;
    if (numberOf(initial) === undefined) {
      sound = false;
      checkNumber(initial, `generic \`${name.text}\``, {}, file, reporter);
    }
  }
  return checkStages(declaration.stages, generics, [], file, environment, reporter) && sound;
}
