/**
 * What a trained model does on a part of its data besides its loss: operations and energy, activity of its
 * neurons, predictions, and the spikes of one unit of data.
 */
import * as tf from "@tensorflow/tfjs-core";
import { isGraph, type Batch } from "../data/batch.js";
import type { Part } from "../data/spec.js";
import {
  countingWith,
  OperationCounter,
  type Emission,
  type PlaceWork,
} from "../energy/counter.js";
import { energyModels, type EnergyModel } from "../energy/models.js";
import { summarise, type EnergySummary } from "../energy/summary.js";
import { watchingParts } from "../energy/watch.js";
import type { Kind } from "../energy/work.js";
import { createRun, type Run } from "../layers/run.js";
import type { EquilibriumPicture } from "../report/data.js";
import type { Session } from "./session.js";

/** Work counted over a part of the data. */
export interface Measured {
  readonly places: readonly PlaceWork[];
  /** Noun of what is counted per: graph, node or row. */
  readonly unit: string;
  readonly units: number;
}

/** Counts the operations of the model on a part of its data: one forward pass, no loss, no gradients. */
export function measure(session: Session, part: Part): Measured {
  const counter = new OperationCounter();
  let units = 0;
  session.eachBatch(part, (batch) => {
    units += unitsIn(session, batch);
    runCounted(session, batch, counter);
  });
  return { places: counter.result, unit: unitOf(session), units };
}

/** The same as joules. */
export function measureEnergy(
  session: Session,
  part: Part,
  model: EnergyModel = energyModels["horowitz-45nm"]!,
): EnergySummary {
  const { places, unit, units } = measure(session, part);
  return summarise(places, model, { unit, units });
}

/**
 * The three totals as metrics, in microjoules per unit: as the network is wired (events skip zeros), on dense
 * hardware, and with every zero skipped.
 */
export function energyMetrics({ total }: EnergySummary): Record<string, number> {
  return {
    energy_uJ: total.events.joules * 1e6,
    energy_dense_uJ: total.nothing.joules * 1e6,
    energy_zeros_uJ: total.zeros.joules * 1e6,
  };
}

/** What happened inside of a model in one forward pass. */
export interface Observed {
  /** What the neurons emitted. */
  readonly emissions: readonly Emission[];
  /** How the equilibrium blocks came to rest, and how fast their neurons fire there. */
  readonly equilibria: readonly EquilibriumPicture[];
}

/** A forward pass of the first unit of a part (for a single graph: of all of its nodes). */
export function observe(session: Session, part: Part): Observed {
  const emissions: Emission[] = [];
  const counter = new OperationCounter((emission) => emissions.push(emission));
  const first = session.split[part].subarray(0, 1);
  if (session.dataset.level === "node") {
    const run = runCounted(session, session.batches(part)[0]!, counter);
    return { emissions, equilibria: equilibriaOf(run) };
  }
  if (first.length === 0) return { emissions, equilibria: [] };
  const { batch } = session.batch(first);
  const run = runCounted(session, batch, counter);
  batch.dispose();
  return { emissions, equilibria: equilibriaOf(run) };
}

function equilibriaOf({ activity, solves }: Run): EquilibriumPicture[] {
  const rates = new Map<string, readonly number[]>();
  for (const entry of activity.entries) {
    if (entry.rates !== undefined) rates.set(entry.path, entry.rates);
  }
  const paths = [...new Set([...rates.keys(), ...solves.entries.map(({ path }) => path)])];
  return paths.map((path) => ({
    path,
    rates: rates.get(path) ?? [],
    residuals: solves.entries.filter((one) => one.path === path).map(({ history }) => history),
  }));
}

function runCounted(session: Session, batch: Batch, counter: OperationCounter): Run {
  const { model, experiment } = session;
  for (const [name, type] of Object.entries(experiment.info.inputs)) {
    const input = batch.inputs[name];
    if (input === undefined) continue;
    if (input instanceof tf.Tensor) {
      if (!isGraph(type)) counter.mark(input, { kind: kindOf(type.kind), steps: 1 });
      continue;
    }
    if (!isGraph(type)) continue;
    for (const [field, { kind }] of Object.entries(type.nodes)) {
      counter.mark(input.nodes[field]!, { kind: kindOf(kind), steps: 1 });
    }
    for (const [field, { kind }] of Object.entries(type.edges)) {
      counter.mark(input.edges[field]!, { kind: kindOf(kind), steps: 1 });
    }
  }
  const run = createRun({ training: false, binary: experiment.binary });
  tf.tidy(() => {
    countingWith(counter, () =>
      watchingParts(model, counter, () =>
        counter.within("", experiment.model, () => model.forward(batch.inputs, run)),
      ),
    );
  });
  return run;
}

function kindOf(kind: string): Kind {
  return kind === "graded" || kind === "spike" || kind === "trit" || kind === "sign"
    ? kind
    : "real";
}

function unitOf({ dataset }: Session): string {
  return dataset.level === "point" ? "graph" : dataset.level;
}

/** A single graph is run as a whole, whatever rows of it are judged. */
function unitsIn({ dataset }: Session, batch: Batch): number {
  if (dataset.level === "node") return dataset.units;
  return batch.units;
}
