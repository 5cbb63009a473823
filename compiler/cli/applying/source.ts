/** A model of a source file, compiled in memory for one application. */
import { plan } from "../../plan/index.js";
import { count, printDiagnostics, summary } from "../diagnostics.js";
import { exit, usageError } from "../errors.js";
import { findSource } from "../files.js";
import { checkOne } from "../sources.js";
import type { Terminal } from "../terminal.js";
import { modelsNamed, prepare } from "../training/experiments.js";
import { noModel, unknownModel } from "../training/unknown-model.js";
import type { AppliedModel } from "./model.js";
import { planText, plansOfText } from "./plans.js";

/**
 * The model `wanted` of a file, or its only one. Diagnostics go to standard error; returns the exit code 1
 * when there are errors. The TypeScript of the model is emitted only when tensors ask for it.
 */
export async function modelOfSource(
  file: string,
  wanted: string | undefined,
  terminal: Terminal,
): Promise<AppliedModel | number> {
  const source = findSource(file);
  const checked = checkOne(source);
  printDiagnostics([checked], terminal);
  if (checked.program === undefined) {
    terminal.err(`${summary(count([checked]), 1)}\n`);
    return exit.input;
  }
  const program = plan(checked.program);
  const all = program.models.map((model) => model.name);
  if (all.length === 0) throw noModel(source);
  const names = wanted === undefined ? all : modelsNamed(wanted, program);
  if (names.length > 1) {
    const what =
      wanted === undefined ? `${file} has several models` : `${wanted} has several variants`;
    throw usageError(what, `choose one with --model: ${names.join(", ")}`);
  }
  if (names.length === 0) throw unknownModel(wanted ?? "", all, "run", source);
  return {
    name: names[0],
    folder: undefined,
    plans: await plansOfText(await planText(program, source)),
    async module() {
      const prepared = await prepare(file, { ...terminal, err: () => {} });
      if (typeof prepared === "number") throw new Error(`${file} has changed meanwhile`);
      return prepared.module;
    },
  };
}
