/** Checks a `model X solves P { .. }` and compiles it. */
import type { ModelDeclaration, SolverDeclaration } from "../../../grammar/tree.js";
import { physics as rows } from "../../diagnostics/catalogue/physics.js";
import type { Reporter } from "../../diagnostics/diagnostic.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { ModelIr } from "../../ir/ir.js";
import type { ProblemIr, SolverIr } from "../../ir/physics.js";
import { chainsOf, smoothActivations } from "../../physics/solver.js";
import type { Found } from "../../resolve/found.js";
import type { Environment } from "../../resolve/environment.js";
import { findDeclaration } from "../fields.js";
import { checkNumber } from "../named-arguments.js";
import { numberOf } from "../number.js";
import { problemVariables } from "./problem.js";
import { solverModel } from "./solver-model.js";
import { checkStages } from "../stages.js";

/** What the check of a solver needs from the rest of the program. */
export interface SolverSurroundings {
  readonly environment: Environment;
  readonly reporter: Reporter;
  problem(found: Found): ProblemIr | undefined;
  /** Elaborates the solver as an ordinary model, under its own name. */
  elaborate(declaration: ModelDeclaration, found: Found): ModelIr | undefined;
}

/** The solver in the intermediate form; else everything wrong in it has been reported. */
export function checkSolver(found: Found, around: SolverSurroundings): SolverIr | undefined {
  const { environment, reporter } = around;
  const { file, declaration } = found;
  if (declaration.type !== "solver") return undefined;
  const problem = checkNames(found, declaration, environment, reporter);
  const ir = problem && around.problem(problem);
  if (ir === undefined) return undefined;
  if (!checkWidth(declaration, ir, file, reporter)) return undefined;
  const model = around.elaborate(solverModel(declaration, ir), found);
  if (model === undefined) return undefined;
  const chains = chainsOf(model, declaration.separableRank !== undefined);
  if (typeof chains !== "string") return { problem: ir, model, ...chains };
  const stage = declaration.stages.find(({ call }) => wordOf(call.callee.text) === wordOf(chains));
  const at = { file, span: stage?.call.callee.span ?? declaration.name.span };
  reporter.report(rows.solverStage, at, {
    stage: stage?.call.callee.text ?? chains,
    known: smoothActivations,
  });
  return undefined;
}

/** `leaky_relu` and `leakyRelu` are the same word. */
function wordOf(name: string): string {
  return name.replace(/_/g, "").toLowerCase();
}

/** The last Dense of a plain chain gives one column for each field. */
function checkWidth(
  declaration: SolverDeclaration,
  problem: ProblemIr,
  file: string,
  reporter: Reporter,
): boolean {
  if (declaration.separableRank !== undefined) return true;
  const { fields } = problem;
  const last = declaration.stages.at(-1)?.call;
  const generic = last?.callee.text === "Dense" ? last.generics[0] : undefined;
  const known = (name: string): number | undefined => {
    const own = declaration.generics.find((one) => one.name.text === name)?.initial;
    return own && numberOf(own);
  };
  const width = generic && numberOf(generic.value, known);
  if (last === undefined || width === fields.length) return true;
  const found =
    width === undefined
      ? last.callee.text === "Dense"
        ? "an unknown number of"
        : "no last layer, and so no fixed number of"
      : String(width);
  const at = { file, span: generic?.value.span ?? last.callee.span };
  reporter.report(rows.solverWidth, at, { solver: declaration.name.text, fields, found });
  return false;
}

/** The problem it solves, when all names in it are right. */
function checkNames(
  found: Found,
  declaration: SolverDeclaration,
  environment: Environment,
  reporter: Reporter,
): Found | undefined {
  const { file } = found;
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
  const isFine = checkStages(declaration.stages, generics, [], file, environment, reporter);
  return isFine && sound ? problem : undefined;
}
