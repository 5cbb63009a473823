/** From a `.sgnn` file or a run folder to experiments that can be trained, evaluated and run. */
import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { readFileText } from "../../../runtime/data/files.js";
import type { Experiment } from "../../../runtime/train/spec.js";
import type { Program } from "../../ir/program.js";
import { count, printDiagnostics, summary } from "../diagnostics.js";
import { exit, inputError } from "../errors.js";
import { findSource, type Source } from "../files.js";
import { loadGenerated, type GeneratedModule } from "../generated.js";
import { compileOne } from "../sources.js";
import type { Terminal } from "../terminal.js";
import { generatedForm } from "../version.js";
import { planName, planText } from "../applying/plans.js";
import { unknownModel } from "./unknown-model.js";

/** Names of the texts that a run folder keeps. */
const javascriptName = "model.mjs";
export const originName = "origin.json";

/** A compiled and loaded source. */
export interface Prepared {
  readonly source: Source;
  readonly program: Program;
  readonly module: GeneratedModule;
  /** What every run folder keeps besides its results: the source and the generated code. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Compiles a source in memory and loads it. Diagnostics go to standard error.
 * Returns the exit code 1 when there are errors.
 */
export async function prepare(name: string, terminal: Terminal): Promise<Prepared | number> {
  const source = findSource(name);
  const compiled = await compileOne(source);
  printDiagnostics([compiled], terminal);
  const { text, program } = compiled;
  if (text === undefined || program === undefined) {
    terminal.err(`${summary(count([compiled]), 1)}\n`);
    return exit.input;
  }
  const { toJavaScript } = await import("../../emit/index.js");
  const javascript = await toJavaScript(text);
  const files = {
    [basename(source.file)]: source.text,
    "model.sgnn.ts": text,
    [javascriptName]: javascript,
    [planName]: await planText(program, source),
  };
  return { source, program, module: await loadGenerated(javascript), files };
}

/**
 * The experiments of a file, or only those of one variant, or of a model and its variants; several names have
 * commas between. Throws an input error when the file trains nothing, a usage error when a name is not among them.
 */
export function chooseExperiments(
  { source, program, module }: Prepared,
  model: string | undefined,
): readonly Experiment[] {
  const { experiments } = module;
  if (experiments.length === 0) {
    throw inputError(`${source.file} has no train declaration`, {
      why: "a train declaration says on which data a model is trained, with which loss and for how long",
      fix: "add one: train MODEL on DATA { loss .. optimize .. epochs .. }",
    });
  }
  if (model === undefined) return experiments;
  const chosen = model.split(",").flatMap((word) => {
    const name = word.trim();
    const wanted = modelsNamed(name, program);
    const found = experiments.filter((one) => one.name === name || wanted.includes(one.model));
    if (found.length > 0) return found;
    throw unknownModel(name, [...new Set(experiments.map((one) => one.model))], "train");
  });
  return [...new Set(chosen)];
}

/** The models that a name means: itself, or all variants of the model it names. */
export function modelsNamed(name: string, program: Program): readonly string[] {
  const exact = program.models.filter((model) => model.name === name);
  const meant = exact.length > 0 ? exact : program.models.filter((model) => model.model === name);
  return meant.map((model) => model.name);
}

/** Where a run came from, relative to its folder, so that a moved project still finds its data. */
export interface Origin {
  /** The .sgnn file. */
  readonly source: string;
  /** The data file given with `--data`. */
  readonly data: string | undefined;
}

/** The text of a run folder's origin.json. */
export function originText(folder: string, origin: Origin): string {
  const from = (path: string): string => {
    const short = relative(resolve(folder), resolve(path));
    return isAbsolute(short) ? short : short.replaceAll("\\", "/");
  };
  const { source, data } = origin;
  const text = {
    source: from(source),
    data: data === undefined ? undefined : from(data),
    code: generatedForm,
  };
  return `${JSON.stringify(text, undefined, 2)}\n`;
}

/** A run folder's own generated module, loaded without compiling. */
export interface LoadedRun {
  readonly module: GeneratedModule;
  /** Paths as seen from here. */
  readonly origin: Origin;
}

/** Loads what a run folder keeps; throws an input error when its code is missing. */
export async function loadRun(folder: string): Promise<LoadedRun> {
  const code = join(folder, javascriptName);
  if (!existsSync(code)) {
    throw inputError(`${folder} holds no ${javascriptName}`, {
      why: "a run folder keeps the generated code of its model",
      fix: "give a folder that `sgnnc train` wrote",
    });
  }
  const path = join(folder, originName);
  const stored = existsSync(path)
    ? (JSON.parse(readFileText(path)) as { source: string; data?: string; code?: string })
    : { source: "." };
  if (stored.code !== generatedForm) {
    throw inputError(`another version of sgnn generated the code in ${folder}`, {
      why: "generated code runs on the runtime it was made for",
      fix: "train again with --replace, or apply its weights with the source: `sgnnc run <source> --weights <run>/weights.safetensors`",
    });
  }
  const module = await loadGenerated(readFileText(code));
  const seen = (part: string): string => (isAbsolute(part) ? part : join(folder, part));
  const data = stored.data === undefined ? undefined : seen(stored.data);
  return { module, origin: { source: seen(stored.source), data } };
}

/** The folder that paths in the run's source are relative to. */
export function baseFolderOf(origin: Origin): string {
  return dirname(origin.source);
}
