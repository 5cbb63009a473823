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

/** What is converted: forward passes for inputs to calibrate on, and for inputs to judge at. */
export interface Subject {
  readonly name: string;
  each(part: "calibration" | "test", use: (forward: () => Float32Array) => void): void;
  /** Of the outputs at the inputs to judge at. */
  metrics(outputs: readonly Float32Array[]): Record<string, number>;
  /** Out of an output, what is compared with the network's; all of it without. */
  readonly view?: ((output: Float32Array) => Float32Array) | undefined;
  /** Designs that make sense for it. */
  readonly rules: readonly SiteRule[];
}

/**
 * The network itself (design "network"), then each design at each number of steps, then activations rounded to bits.
 * No label is read but for the metrics.
 * @throws SgnnError R362 for a model without an activation
 */
export function convertSubject(
  subject: Subject,
  options: { readonly steps: readonly number[]; readonly bits: readonly number[] },
): readonly ModelRow[] {
  const sites = new Sites();
  subject.each("calibration", (forward) => {
    sites.begin();
    withActivations(sites.look, forward);
  });
  if (sites.count === 0) {
    throw new SgnnError({
      code: "R362",
      message: `${subject.name} has no activation`,
      why: "Spiking neurons take the places of activations such as tanh or relu.",
      fix: "Convert a model that has one; a model of spiking neurons needs no conversion.",
    });
  }
  const { view = (output: Float32Array): Float32Array => output } = subject;
  const wanted: Float32Array[] = [];
  subject.each("test", (forward) => wanted.push(forward()));
  const judge = (design: string, steps: number, rule: SiteRule): ModelRow => {
    const outputs: Float32Array[] = [];
    let emissions = 0;
    let units = 0;
    subject.each("test", (forward) => {
      const neurons = sites.neurons(rule, steps);
      outputs.push(meanOutput(sites, neurons, forward));
      emissions += neurons.emissions;
      units += neurons.units;
    });
    return {
      ...{ design, steps, againstNetwork: distance(outputs.map(view), wanted.map(view)) },
      metrics: subject.metrics(outputs),
      rateTimesSteps: emissions / Math.max(1, units),
    };
  };
  const metrics = subject.metrics(wanted);
  return [
    { design: "network", steps: 0, againstNetwork: 0, metrics, rateTimesSteps: 0 },
    ...modelDesigns
      .filter(({ rule }) => subject.rules.includes(rule))
      .flatMap(({ name, rule }) =>
        options.steps
          .filter((steps) => rule !== "digits" || steps <= MOST_DIGITS)
          .map((steps) => judge(name, steps, rule)),
      ),
    ...options.bits.map((bits) => judge("activations in few bits", bits, "quantised")),
  ];
}

/** A model on its data. Ranges are those on the training part (of a single graph: on all its nodes). */
export function convertModel(
  session: Session,
  part: Part,
  options: {
    readonly steps: readonly number[];
    readonly bits: readonly number[];
    readonly metrics: readonly string[];
  },
): readonly ModelRow[] {
  const subject: Subject = {
    name: session.experiment.name,
    each(which, use) {
      session.eachBatch(which === "test" ? part : "train", (batch) =>
        use(() => outputOf(session, batch)),
      );
    },
    metrics: (outputs) => metricsOfOutputs(session, part, outputs, options.metrics),
    rules: modelDesigns.map(({ rule }) => rule),
  };
  return convertSubject(subject, options);
}

type Batch = Parameters<Session["forward"]>[0];

function outputOf(session: Session, batch: Batch): Float32Array {
  return tf.tidy(() =>
    Float32Array.from(session.forward(batch, createRun({ training: false })).output.dataSync()),
  );
}

/** The mean of the outputs over the passes. */
function meanOutput(sites: Sites, neurons: Neurons, forward: () => Float32Array): Float32Array {
  let sum: Float32Array | undefined;
  for (let t = 1; t <= neurons.passes; t++) {
    sites.begin();
    const one = withActivations(neurons.substitute(t), forward);
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
