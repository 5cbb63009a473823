/** `sgnnc inspect --picture`: a model as an SVG file, with the rates of a run. */
import { dirname } from "node:path";
import { isFolder, makeFolder, writeFileWhole } from "../../../runtime/data/files.js";
import { asInteger, constantSize, multiplySizes } from "../../check/size.js";
import type { Program } from "../../ir/program.js";
import { drawModel, modelGraph, type Notes } from "../../picture/index.js";
import { describe } from "../../plan/describe.js";
import { exit, inputError, usageError } from "../errors.js";
import type { Terminal } from "../terminal.js";
import { findRun } from "../training/run-folders.js";

/**
 * @param about the program as written and as planned, and the models that may be meant
 * @param run a run folder of the model whose rates are measured, if any
 */
export async function writePicture(
  about: {
    readonly program: Program;
    readonly planned: Program;
    readonly names: readonly string[];
  },
  path: string | undefined,
  run: string | undefined,
  terminal: Terminal,
): Promise<number> {
  if (path === undefined) throw usageError("--run goes with --picture", "add --picture FILE.svg");
  if (!path.endsWith(".svg") || isFolder(path)) {
    throw usageError(`--picture names an .svg file, not ${path}`);
  }
  const folder = run === undefined ? undefined : findRun(run);
  const measured = folder === undefined ? undefined : await ratesOf(folder, about.names);
  const name = measured?.model ?? about.names[0];
  if (measured === undefined && about.names.length > 1) {
    throw usageError(
      "a picture shows one model",
      `choose one with --model: ${about.names.join(", ")}`,
    );
  }
  const model = about.program.models.find((one) => one.name === name);
  if (model === undefined) throw usageError(`there is no model ${name}`);
  const notes: Notes = {
    weights: weightsOf(about.planned, name),
    rates: measured?.rates ?? new Map(),
  };
  const from = model.isVariant ? ` (variant of ${model.model})` : "";
  makeFolder(dirname(path));
  writeFileWhole(path, drawModel(`${name}${from}`, modelGraph(model), notes));
  terminal.out(`${path}\n`);
  return exit.fine;
}

function weightsOf(program: Program, model: string): ReadonlyMap<string, number> {
  return new Map(
    describe(program, model).map(({ path, parameters }) => {
      const counts = parameters
        .filter(({ learned }) => learned)
        .map(({ shape }) => asInteger(shape.reduce(multiplySizes, constantSize(1))) ?? 0);
      return [path, counts.reduce((sum, count) => sum + count, 0)] as const;
    }),
  );
}

/** Share of non-zero values per place of a run, on its test part. */
async function ratesOf(
  folder: string,
  names: readonly string[],
): Promise<{ readonly model: string; readonly rates: ReadonlyMap<string, number> }> {
  const [{ readRun }, { examine }, { baseFolderOf, loadRun }, { startBackend }] = await Promise.all(
    [
      import("../../../runtime/train/run-folder.js"),
      import("../../../runtime/train/examine.js"),
      import("../training/experiments.js"),
      import("../training/backend.js"),
    ],
  );
  const record = readRun(folder);
  if (!names.includes(record.model)) {
    throw inputError(
      `${folder} is a run of ${record.model}, which is not one of ${names.join(", ")}`,
      {
        fix: "give a run of the model in the picture, or another --model",
      },
    );
  }
  const { module, origin } = await loadRun(folder);
  const experiment = module.experiments.find((one) => one.name === record.experiment);
  if (experiment === undefined) {
    throw inputError(`the code in ${folder} has no experiment ${record.experiment}`, {
      why: "run.json and model.mjs belong together",
      fix: "train again",
    });
  }
  await startBackend(undefined);
  const { energy } = await examine(folder, experiment, {
    baseFolder: baseFolderOf(origin),
    dataFile: origin.data,
  });
  const rates = energy.places.flatMap(({ path, activity }) =>
    activity === undefined ? [] : [[path, activity] as const],
  );
  return { model: record.model, rates: new Map(rates) };
}
