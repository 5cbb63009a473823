/**
 * Loads generated JavaScript against this installation's runtime.
 *
 * Generated modules import "sgnn/runtime", which resolves only where sgnn is installed as a package. The
 * module is therefore loaded from a temporary copy with that one specifier replaced by the address of our
 * own runtime; the text that is kept in run folders stays portable.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Model, ModelInfo } from "../../runtime/layers/layer.js";
import type { Scope } from "../../runtime/layers/scope.js";
import { stagesOf } from "../../runtime/binary/stages.js";
import type { SolverExperiment } from "../../runtime/physics/spec.js";
import type { Experiment } from "../../runtime/train/spec.js";
import { runtimeUrl } from "./version.js";

/** A model class of a generated module. */
export interface ModelClass {
  new (scope: Scope): Model<never>;
  readonly info: ModelInfo;
}

export interface GeneratedModule {
  /** Every model and variant of the file by name. */
  readonly models: ReadonlyMap<string, ModelClass>;
  /** One per model that a `train` declaration names. */
  readonly experiments: readonly Experiment[];
  /** One per `train` declaration of a network that solves a problem. */
  readonly solvers: readonly SolverExperiment[];
  /** The error with the line of the `.sgnn` file at which it was thrown in its message, when that is known. */
  located(error: unknown): unknown;
}

/** Evaluates the JavaScript of a generated module. */
export async function loadGenerated(javascript: string): Promise<GeneratedModule> {
  // Our own frames lie below those of TensorFlow.js; the default of ten would cut them off.
  Error.stackTraceLimit = 60;
  const folder = mkdtempSync(join(tmpdir(), "sgnn-"));
  const file = join(folder, "model.mjs");
  const text = javascript.replace(/(\bfrom\s*)(["'])sgnn\/runtime\2/g, `$1"${runtimeUrl()}"`);
  try {
    writeFileSync(file, text);
    const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const models = new Map<string, ModelClass>();
    for (const value of Object.values(exported)) {
      if (isModelClass(value)) models.set(value.info.name, value);
    }
    // A converted model is trained in stages, each an experiment of its own.
    const declared = (exported.experiments ?? []) as readonly Experiment[];
    const experiments = declared.flatMap(stagesOf);
    const solvers = (exported.solvers ?? []) as readonly SolverExperiment[];
    return {
      models,
      experiments,
      solvers,
      located: (error) => withPlace(error, text.split("\n"), file),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isModelClass(value: unknown): value is ModelClass {
  return typeof value === "function" && "info" in value;
}

function withPlace(error: unknown, lines: readonly string[], file: string): unknown {
  const place = placeIn(lines, file, error);
  if (place !== undefined && error instanceof Error) error.message = `${place}: ${error.message}`;
  return error;
}

/**
 * Every statement of a generated module ends with a comment that names its source line; the innermost
 * frame of the error's stack in that module therefore says where in the `.sgnn` file it happened.
 */
function placeIn(lines: readonly string[], file: string, error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const frame of error.stack.split("\n")) {
    const at = frame.indexOf(file);
    if (at < 0) continue;
    const line = Number(/^:(\d+)/.exec(frame.slice(at + file.length))?.[1]);
    const place = /\s(\S+\.sgnn:\d+)\s*$/.exec(lines[line - 1] ?? "")?.[1];
    if (place !== undefined) return place;
  }
  return undefined;
}
