/**
 * Inference plans for the commands: from the `plan.mjs` of a run folder, without the compiler, or from a
 * source. Nothing here loads TensorFlow.js.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { insteadOfSigns, type BinaryMode } from "../../../runtime/binary/mode.js";
import type { InferencePlan, PlanModule, Unsupported } from "../../../runtime/inference/plan.js";
import type { Program } from "../../ir/program.js";
import { usageError } from "../errors.js";
import type { OptionSpec } from "../command.js";
import { toolVersion } from "../version.js";

/** The name under which run folders keep their plans. */
export const planName = "plan.mjs";

/** What `--backend` may name where a model is only applied. */
export const engineOption: OptionSpec = {
  type: "text",
  value: "NAME",
  help: "events (the inference plan, used unless given), or tensors on tensorflow, wasm or cpu",
};

/** The text of a program's `plan.mjs`. */
export async function planText(
  program: Program,
  source: { readonly file: string; readonly hash: string },
): Promise<string> {
  const { inferenceModule } = await import("../../emit/inference.js");
  const { file, hash } = source;
  return inferenceModule(program, { version: toolVersion(), sourceFile: file, hash });
}

/** The plans that a run folder keeps; undefined in one that an older version wrote. */
export async function plansOfRun(folder: string): Promise<PlanModule | undefined> {
  const file = join(resolve(folder), planName);
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as PlanModule) : undefined;
}

/** Loads the text of a `plan.mjs`; it imports nothing, so that it needs no file. */
export async function plansOfText(text: string): Promise<PlanModule> {
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as PlanModule;
}

/** The plan to follow, or why tensors compute instead. */
export type Choice =
  | { readonly plan: InferencePlan; readonly module: PlanModule }
  | { readonly plan: undefined; readonly reason: string };

/**
 * Which engine applies a model.
 * @param binary what stands for signs in the stage that trained the weights: a plan knows signs alone
 * Throws a usage error when the plan is asked for by name and there is none.
 */
export function chooseEngine(
  module: PlanModule | undefined,
  model: string,
  backend: string | undefined,
  binary?: BinaryMode,
): Choice {
  if (backend !== undefined && backend !== "events") {
    return { plan: undefined, reason: `${backend} was asked for` };
  }
  const found: InferencePlan | Unsupported | undefined = module?.plans[model];
  const instead = insteadOfSigns(binary);
  let reason = "the run has no inference plan";
  if (instead !== undefined) reason = `the stage has ${instead} in place of signs`;
  else if (module !== undefined && found !== undefined) {
    if ("format" in found) return { plan: found, module };
    reason = `the inference plan has no place for ${found.what} (${found.place})`;
  }
  if (backend === undefined) return { plan: undefined, reason };
  throw usageError(
    `${model} cannot run on events: ${reason}`,
    "leave --backend out, or name tensorflow, wasm or cpu",
  );
}
