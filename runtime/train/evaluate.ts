/** Judges a trained model on a part of its data. */
import type { Part } from "../data/spec.js";
import { parts } from "../data/spec.js";
import { suggest } from "../data/errors.js";
import type { EnergyModel } from "../energy/models.js";
import type { EnergySummary } from "../energy/summary.js";
import { setWeights } from "../export/weights.js";
import { trainError } from "./errors.js";
import type { Model } from "../layers/layer.js";
import { measureEnergy } from "./measure.js";
import { isMetric } from "./metrics.js";
import { PlannedModel, type PlannedCode } from "./planned-model.js";
import { readRun, readRunWeights } from "./run-folder.js";
import { openSession, type Session } from "./session.js";
import type { Experiment } from "./spec.js";

export interface EvaluateOptions {
  /** A run folder. */
  readonly run: string;
  readonly baseFolder: string;
  readonly dataFile?: string | undefined;
  /** train, validation or test; test unless given. */
  readonly split?: string | undefined;
  /** Follow this plan instead of running the model's class on tensors. */
  readonly planned?: PlannedCode | undefined;
  /** Also measure the energy by this model: one more pass over the part. */
  readonly energy?: EnergyModel | undefined;
  /** Instead of those that the experiment reports. */
  readonly metrics?: readonly string[] | undefined;
}

export interface EvaluateResult {
  readonly split: Part;
  readonly count: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly spikeRate: number;
  /** When it was asked for. */
  readonly energy?: EnergySummary;
}

/**
 * Loss and metrics of a run's chosen weights on a part of the data: the same split and scalers as in training.
 * @throws SgnnError R321-R322 (no run), R305 (no such part, or empty), R403-R404 (weights of another model), R2xx (data)
 */
export async function evaluate(
  experiment: Experiment,
  options: EvaluateOptions,
): Promise<EvaluateResult> {
  const wanted = options.split ?? "test";
  const part = parts.find((one) => one === wanted);
  if (part === undefined) {
    throw trainError(
      "R305",
      `there is no part ${wanted}`,
      "a split has three parts",
      suggest(wanted, parts, "parts"),
    );
  }
  const record = readRun(options.run);
  const weights = readRunWeights(options.run);
  const { planned } = options;
  const judged: Experiment =
    planned === undefined
      ? experiment
      : {
          ...experiment,
          create: () => new PlannedModel(planned, weights.tensors, weights.label) as Model<never>,
        };
  const asTrained = {
    seed: record.seed,
    fold: record.fold,
    baseFolder: options.baseFolder,
    dataFile: options.dataFile,
    scale: weights.scale,
  };
  const session = await openSession(judged, asTrained);
  let counted: Session | undefined;
  const plain = async (): Promise<Session> => {
    counted = await openSession(experiment, asTrained);
    setWeights(counted.model, weights.tensors, weights.label);
    return counted;
  };
  try {
    if (planned === undefined) setWeights(session.model, weights.tensors, weights.label);
    if (session.split[part].length === 0) {
      throw trainError(
        "R305",
        `the ${part} part of data ${experiment.data.name} is empty`,
        "its split does not name one",
        `evaluate another part: ${parts.filter((one) => session.split[one].length > 0).join(", ")}`,
      );
    }
    const metrics =
      options.metrics ??
      experiment.train.report.filter((name) => isMetric(name) || name === "spike_rate");
    const result = { split: part, ...session.evaluate(part, metrics) };
    const { energy: model } = options;
    if (model === undefined) return result;
    // A plan runs no operations of the runtime: they are counted on the class it was made from.
    const energy =
      planned === undefined
        ? measureEnergy(session, part, model)
        : measureEnergy(await plain(), part, model);
    return { ...result, energy };
  } finally {
    counted?.dispose();
    session.dispose();
  }
}
