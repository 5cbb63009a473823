/** A trained model of any kind in spikes: its activations become neurons, judged on the data it was trained on. */
import * as tf from "@tensorflow/tfjs-core";
import type { Part } from "../data/spec.js";
import { SgnnError } from "../error.js";
import { createRun } from "../layers/run.js";
import { withActivations } from "../tensor/ops/activation.js";
import { metricsOfOutputs, type Session } from "../train/session.js";
import { Sites, type Neurons, type SiteRule } from "./sites.js";

export interface ModelRow {
  readonly design: string;
  /** Steps, or bits of the rival. */
  readonly steps: number;
  /** Relative distance of the outputs to those of the network (Frobenius norms). */
  readonly againstNetwork: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Spikes per neuron in all steps, averaged over the neurons of the model: its rate times T. */
  readonly rateTimesSteps: number;
}

export const modelDesigns: readonly { readonly name: string; readonly rule: SiteRule }[] = [
  { name: "two thresholds (Zhang et al.)", rule: "two-threshold" },
  { name: "centred per neuron (ours)", rule: "on-mean" },
  { name: "digits (ours)", rule: "digits" },
];
/** Beyond, digits say nothing new. */
const MOST_DIGITS = 24;

/**
 * The network itself (design "network"), then each design at each number of steps, then activations rounded to bits.
 * Ranges are those on the training part (of a single graph: on all its nodes); no label is read but for the metrics.
 * @throws SgnnError R362 for a model without an activation
 */
export function convertModel(
  session: Session,
  part: Part,
  options: {
    readonly steps: readonly number[];
    readonly bits: readonly number[];
    readonly metrics: readonly string[];
  },
): readonly ModelRow[] {
  const sites = new Sites();
  session.eachBatch("train", (batch) => {
    sites.begin();
    withActivations(sites.look, () => outputOf(session, batch));
  });
  if (sites.count === 0) {
    throw new SgnnError({
      code: "R362",
      message: `${session.experiment.name} has no activation`,
      why: "Spiking neurons take the places of activations such as tanh or relu.",
      fix: "Convert a model that has one; a model of spiking neurons needs no conversion.",
    });
  }
  const wanted: Float32Array[] = [];
  session.eachBatch(part, (batch) => wanted.push(outputOf(session, batch)));
  const judge = (design: string, steps: number, rule: SiteRule): ModelRow => {
    const outputs: Float32Array[] = [];
    let emissions = 0;
    let units = 0;
    session.eachBatch(part, (batch) => {
      const neurons = sites.neurons(rule, steps);
      outputs.push(meanOutput(session, sites, neurons, batch));
      emissions += neurons.emissions;
      units += neurons.units;
    });
    return {
      ...{ design, steps, againstNetwork: distance(outputs, wanted) },
      metrics: metricsOfOutputs(session, part, outputs, options.metrics),
      rateTimesSteps: emissions / Math.max(1, units),
    };
  };
  const metrics = metricsOfOutputs(session, part, wanted, options.metrics);
  return [
    { design: "network", steps: 0, againstNetwork: 0, metrics, rateTimesSteps: 0 },
    ...modelDesigns.flatMap(({ name, rule }) =>
      options.steps
        .filter((steps) => rule !== "digits" || steps <= MOST_DIGITS)
        .map((steps) => judge(name, steps, rule)),
    ),
    ...options.bits.map((bits) => judge("activations in few bits", bits, "quantised")),
  ];
}

type Batch = Parameters<Session["forward"]>[0];

function outputOf(session: Session, batch: Batch): Float32Array {
  return tf.tidy(() =>
    Float32Array.from(session.forward(batch, createRun({ training: false })).output.dataSync()),
  );
}

/** The mean of the outputs over the passes. */
function meanOutput(session: Session, sites: Sites, neurons: Neurons, batch: Batch): Float32Array {
  let sum: Float32Array | undefined;
  for (let t = 1; t <= neurons.passes; t++) {
    sites.begin();
    const one = withActivations(neurons.substitute(t), () => outputOf(session, batch));
    if (sum === undefined) sum = one;
    else one.forEach((value, k) => (sum![k]! += value));
  }
  return sum!.map((value) => value / neurons.passes);
}

function distance(found: readonly Float32Array[], wanted: readonly Float32Array[]): number {
  let error = 0;
  let norm = 0;
  wanted.forEach((values, b) => {
    values.forEach((value, k) => {
      error += (found[b]![k]! - value) ** 2;
      norm += value * value;
    });
  });
  return Math.sqrt(error / Math.max(norm, 1e-300));
}
