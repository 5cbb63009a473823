/**
 * An experiment with its data in memory and a fresh model: what training and evaluation share.
 * Everything here is a function of (experiment, data, seed, fold).
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import {
  checkBinding,
  isGraph,
  makeBatch,
  type Batch,
  type Binding,
  type ModelInputs,
  type TargetKind,
} from "../data/batch.js";
import { augmentation, checkAugment } from "../data/augment.js";
import { labelsOf, loadDataset, type Dataset } from "../data/dataset.js";
import { egoGraphs } from "../data/ego.js";
import { withPropagated } from "../data/propagated.js";
import { applyScale, fitScale, unscaleRows, type ScaleState } from "../data/scale.js";
import type { Part } from "../data/spec.js";
import { splitUnits, type Split } from "../data/split.js";
import { gatherRows } from "../kernels/segment.js";
import type { Model } from "../layers/layer.js";
import { createRun, type Run } from "../layers/run.js";
import { Scope } from "../layers/scope.js";
import type { Rng } from "../tensor/random/rng.js";
import { isMetric, metric, type Judged } from "./metrics.js";
import type { Experiment } from "./spec.js";

export interface SessionOptions {
  readonly seed: number;
  /** Folder of the .sgnn file. */
  readonly baseFolder: string;
  /** A file to use instead of the declared one (`--data`). */
  readonly dataFile?: string | undefined;
  /** Fold to test, for splits in folds. */
  readonly fold?: number | undefined;
  /** Scalers of an earlier run, instead of fitting them again. */
  readonly scale?: ScaleState | undefined;
}

export interface Evaluation {
  readonly loss: number;
  /** Named metrics, spike_rate among them when asked for. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly spikeRate: number;
  readonly count: number;
}

export interface Session {
  readonly experiment: Experiment;
  readonly model: Model<ModelInputs>;
  /** As read. */
  readonly raw: Dataset;
  /** With scaled features and targets. */
  readonly dataset: Dataset;
  readonly split: Split;
  readonly scale: ScaleState;
  readonly binding: Binding;
  /** The compared rows of the output, and the loss, of one batch. */
  forward(batch: Batch, run: Run): Judgement;
  /** The compared rows of what another model says of a batch. */
  outputOf(model: Model<ModelInputs>, batch: Batch, run: Run): Tensor;
  /** The batches of some units, kept for reuse until the session is disposed. */
  batches(part: Part): readonly Batch[];
  /** Shows every batch of a part to `use`; those that are not kept are gone afterwards. */
  eachBatch(part: Part, use: (batch: Batch) => void): void;
  /**
   * A batch for training; the caller disposes it unless the session keeps it.
   * @param rng draws what `augment` says; without it nothing is changed
   */
  batch(units: Int32Array, rng?: Rng): { readonly batch: Batch; readonly kept: boolean };
  /** Loss and metrics of a part, without gradients. */
  evaluate(part: Part, metrics: readonly string[]): Evaluation;
  dispose(): void;
}

/** What the model says of a batch, and how far it is from the target. */
export interface Judgement {
  /** All rows; on one graph those of every node, with a target or not. */
  readonly all: Tensor;
  /** The compared rows. */
  readonly output: Tensor;
  /** A scalar. */
  readonly loss: Tensor;
}

/** Most edges and features of batches kept for evaluation; beyond, they are built each time. */
const MOST_KEPT = 40_000_000;

/**
 * Loads data, splits and scales it, and makes the model.
 * @throws SgnnError R2xx for anything wrong with the data
 */
export async function openSession(
  experiment: Experiment,
  options: SessionOptions,
): Promise<Session> {
  const read = await loadDataset(experiment.data, {
    baseFolder: options.baseFolder,
    override: options.dataFile,
  });
  const binding: Binding = { info: experiment.info, targetKind: targetKindOf(experiment, read) };
  checkBinding(read, binding);
  checkAugment(read);
  const isLabel = binding.targetKind === "label";
  const target = read.samples.get("target");
  const labels = isLabel && target ? labelsOf("target", target, classesOf(experiment)) : undefined;
  const split = splitUnits(read, { seed: options.seed, fold: options.fold, labels });
  const inputs = Object.values(experiment.info.inputs).filter(isGraph);
  const isRead = (name: string): boolean => inputs.some(({ nodes }) => Object.hasOwn(nodes, name));
  const raw = withPropagated(read, split.train, options.seed, isRead);
  const scale = options.scale ?? fitScale(raw, split.train, isLabel);
  const dataset = applyScale(raw, scale);
  const model = experiment.create(
    new Scope({ seed: options.seed }),
  ) as unknown as Model<ModelInputs>;
  return makeSession(experiment, model, raw, dataset, split, scale, binding);
}

/** The number of classes: the width of the output; undefined when it is one column (two classes) or unknown. */
function classesOf(experiment: Experiment): number | undefined {
  const width = experiment.info.output.dims.at(-1);
  if (typeof width !== "number") return undefined;
  return width === 1 ? 2 : width;
}

function targetKindOf(experiment: Experiment, dataset: Dataset): TargetKind {
  if (experiment.targetKind !== undefined) return experiment.targetKind;
  const target = dataset.samples.get("target");
  const width = experiment.info.output.dims.at(-1);
  return target?.labels !== undefined && typeof width === "number" && width > 1 ? "label" : "real";
}

function makeSession(
  experiment: Experiment,
  model: Model<ModelInputs>,
  raw: Dataset,
  dataset: Dataset,
  split: Split,
  scale: ScaleState,
  binding: Binding,
): Session {
  const kept = new Map<Part, Batch[]>();
  const owned: Batch[] = [];
  let whole: Batch | undefined;
  /** Level "node": one set of inputs, and per part the rows to compare. */
  const view = (units: Int32Array): Batch => {
    whole ??= makeBatch(dataset, new Int32Array(), binding);
    const batch = makeBatch(dataset, units, binding, whole.inputs);
    owned.push(batch);
    return batch;
  };
  const chunk = experiment.train.batch ?? dataset.units;
  const buildAll = function* (units: Int32Array): Generator<Batch> {
    for (let at = 0; at < units.length; at += chunk) {
      yield makeBatch(dataset, units.subarray(at, at + chunk), binding);
    }
  };
  const cost = sizeOf(dataset);

  const session: Session = {
    experiment,
    model,
    raw,
    dataset,
    split,
    scale,
    binding,
    outputOf(other, batch, run) {
      const all = other.forward(batch.inputs, run);
      return batch.rows === undefined ? all : compared(all, batch, experiment);
    },
    forward(batch, run) {
      const all = model.forward(batch.inputs, run);
      const output = batch.rows === undefined ? all : compared(all, batch, experiment);
      const loss = experiment.loss(output, batch.target, run);
      return { all, output, loss: loss.rank === 0 ? loss : tf.reshape(loss, []) };
    },
    batches(part) {
      const before = kept.get(part);
      if (before !== undefined) return before;
      const units = split[part];
      const made = dataset.level === "node" ? [view(units)] : [...buildAll(units)];
      kept.set(part, made);
      if (dataset.level !== "node") owned.push(...made);
      return made;
    },
    batch(units, rng) {
      const augment = rng && augmentation(dataset.spec.augment ?? [], rng);
      if (dataset.level === "node") {
        if (experiment.train.batch === undefined)
          return { batch: session.batches("train")[0]!, kept: true };
        const ego = egoGraphs(dataset, units);
        return { batch: makeBatch(ego.dataset, ego.units, binding), kept: false };
      }
      return { batch: makeBatch(dataset, units, binding, undefined, augment), kept: false };
    },
    eachBatch(part, use) {
      const units = split[part];
      const keep = dataset.level === "node" || (cost / dataset.units) * units.length < MOST_KEPT;
      for (const batch of keep ? session.batches(part) : buildAll(units)) {
        use(batch);
        if (!keep) batch.dispose();
      }
    },
    evaluate(part, metrics) {
      return judge(session, part, metrics);
    },
    dispose() {
      for (const batch of owned) batch.dispose();
      whole?.dispose();
      kept.clear();
      model.dispose();
    },
  };
  return session;
}

/** Numbers that all batches of a data set hold, roughly. */
function sizeOf({ graphs, graphOf, units }: Dataset): number {
  if (graphs === undefined) return units;
  let width = 0;
  for (const column of graphs.nodes.values()) width += column.width;
  const once = graphs.nodeCount * width + 6 * graphs.edgeCount;
  return graphOf === undefined ? once : (once / graphs.count) * units;
}

/** The rows of the output that the batch compares; along the dim that counts nodes. */
function compared(output: Tensor, batch: Batch, experiment: Experiment): Tensor {
  if (batch.rows === undefined) return output;
  const axis = Math.max(0, experiment.info.output.dims.indexOf("N"));
  if (axis > 0) return tf.gather(output, tf.tensor1d(batch.rows.owner, "int32"), axis);
  const width = output.shape.slice(1).reduce((product, size) => product * size, 1);
  const rows = gatherRows(tf.reshape(output, [output.shape[0]!, width]), batch.rows, 1);
  return tf.reshape(rows, [batch.rows.items, ...output.shape.slice(1)]);
}

function judge(session: Session, part: Part, metrics: readonly string[]): Evaluation {
  const outputs: Float32Array[] = [];
  let lossSum = 0;
  let count = 0;
  let rateSum = 0;
  session.eachBatch(part, (batch) => {
    tf.tidy(() => {
      const run = createRun({ training: false, binary: session.experiment.binary });
      const { output, loss } = session.forward(batch, run);
      outputs.push(Float32Array.from(output.dataSync()));
      lossSum += loss.dataSync()[0]! * batch.count;
      rateSum += run.activity.rate * batch.count;
    });
    count += batch.count;
  });
  const spikeRate = count === 0 ? 0 : rateSum / count;
  const values: Record<string, number> = {};
  const judged = isNeeded(metrics) ? judgedOf(session, part, outputs) : undefined;
  for (const name of metrics) {
    if (name === "spike_rate") values[name] = spikeRate;
    else if (judged !== undefined && isMetric(name)) values[name] = metric(name, judged);
  }
  return { loss: lossSum / count, metrics: values, spikeRate, count };
}

/** Predictions and targets of a part, unscaled, as metrics compare them; undefined for an empty part. */
export function predictions(session: Session, part: Part): Judged | undefined {
  if (session.split[part].length === 0) return undefined;
  const outputs: Float32Array[] = [];
  session.eachBatch(part, (batch) => {
    tf.tidy(() => {
      const run = createRun({ training: false, binary: session.experiment.binary });
      const { output } = session.forward(batch, run);
      outputs.push(Float32Array.from(output.dataSync()));
    });
  });
  return judgedOf(session, part, outputs);
}

/** Metrics of outputs for a part, batch after batch as `eachBatch` shows them, in the model's own units. */
export function metricsOfOutputs(
  session: Session,
  part: Part,
  outputs: readonly Float32Array[],
  metrics: readonly string[],
): Record<string, number> {
  const judged = judgedOf(session, part, outputs);
  return Object.fromEntries(metrics.filter(isMetric).map((name) => [name, metric(name, judged)]));
}

function isNeeded(metrics: readonly string[]): boolean {
  return metrics.some(isMetric);
}

function judgedOf(session: Session, part: Part, outputs: readonly Float32Array[]): Judged {
  const { raw, split, binding, scale } = session;
  const target = raw.samples.get("target")!;
  const size = outputs.reduce((sum, one) => sum + one.length, 0);
  const output = new Float32Array(size);
  let at = 0;
  for (const one of outputs) {
    output.set(one, at);
    at += one.length;
  }
  const rows = targetRows(raw, split[part]);
  const width = rows.length === 0 ? 1 : size / rows.length;
  if (binding.targetKind === "label") {
    const labels = target.labels!;
    return {
      kind: "label" as const,
      width,
      output,
      target: Float64Array.from(rows, (row) => labels[row]!),
    };
  }
  const truth = new Float64Array(rows.length * target.width);
  rows.forEach((row, k) => {
    for (let c = 0; c < target.width; c++)
      truth[k * target.width + c] = target.data[row * target.width + c]!;
  });
  return {
    kind: "real" as const,
    width: target.width,
    output: unscaleRows(output, target.width, scale["target"]),
    target: truth,
  };
}

/** Rows of the target column that belong to some units. */
function targetRows({ samples, graphs }: Dataset, units: Int32Array): Int32Array {
  if (samples.get("target")?.at !== "node" || graphs === undefined) return units;
  const rows: number[] = [];
  for (const graph of units) {
    for (let n = graphs.nodePtr[graph]!; n < graphs.nodePtr[graph + 1]!; n++) rows.push(n);
  }
  return Int32Array.from(rows);
}

/** True when the model takes a graph. */
export function takesGraph(experiment: Experiment): boolean {
  return Object.values(experiment.info.inputs).some(isGraph);
}
