/**
 * A finished run looked at once more, for a report: predictions on the test part, operations and energy, spikes
 * of one unit. What was seen is kept in the run folder, and read again as long as the weights are the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFileText, writeFileWhole } from "../data/files.js";
import type { Emission } from "../energy/counter.js";
import { energyModels, type EnergyModel } from "../energy/models.js";
import { summarise } from "../energy/summary.js";
import { setWeights } from "../export/weights.js";
import type { Comparison, EquilibriumPicture, Examination, SpikePicture } from "../report/data.js";
import { measure, observe, type Measured } from "./measure.js";
import { classOf, type Judged } from "./metrics.js";
import { readRun, readRunWeights } from "./run-folder.js";
import { openSession, predictions } from "./session.js";
import type { Experiment } from "./spec.js";

const FILE = "examination.json";
/** Part of the key under which an examination is kept: another form, another number. */
const FORM = 2;
const MOST_POINTS = 600;
const MOST_NODES = 40;
const MOST_UNITS = 120;

interface Kept {
  readonly key: string;
  readonly measured: Measured;
  readonly comparison: Comparison | undefined;
  readonly spikes: readonly SpikePicture[];
  readonly equilibria: readonly EquilibriumPicture[];
}

/**
 * Examines a run on its test part (on the validation part without one).
 * @throws SgnnError R2xx when the data cannot be read, R322 when the run has no weights
 */
export async function examine(
  folder: string,
  experiment: Experiment,
  options: {
    readonly baseFolder: string;
    readonly dataFile?: string | undefined;
    readonly energy?: EnergyModel | undefined;
  },
): Promise<Examination> {
  const weights = readRunWeights(folder);
  const hash = createHash("sha256").update(readFileSync(weights.label)).digest("hex");
  const key = `${FORM} ${hash}`;
  const before = readKept(join(folder, FILE), key);
  const seen = before ?? (await look());
  const { measured, comparison, spikes, equilibria } = seen;
  const model = options.energy ?? energyModels["horowitz-45nm"]!;
  return { comparison, spikes, equilibria, energy: summarise(measured.places, model, measured) };

  async function look(): Promise<Kept> {
    const record = readRun(folder);
    const session = await openSession(experiment, {
      seed: record.seed,
      fold: record.fold,
      baseFolder: options.baseFolder,
      dataFile: options.dataFile,
      scale: weights.scale,
    });
    try {
      setWeights(session.model, weights.tensors, weights.label);
      const part = session.split.test.length > 0 ? "test" : "validation";
      const { emissions, equilibria } = observe(session, part);
      const kept: Kept = {
        key,
        measured: measure(session, part),
        comparison: comparisonOf(predictions(session, part)),
        spikes: emissions.map(pictureOf),
        equilibria,
      };
      writeFileWhole(join(folder, FILE), `${JSON.stringify(kept)}\n`);
      return kept;
    } finally {
      session.dispose();
    }
  }
}

function readKept(path: string, key: string): Kept | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const kept = JSON.parse(readFileText(path)) as Kept;
    return kept.key === key ? kept : undefined;
  } catch {
    return undefined; // cut short or of another version: it is measured again
  }
}

/** Predictions as a report keeps them. */
export function comparisonOf(judged: Judged | undefined): Comparison | undefined {
  if (judged === undefined) return undefined;
  const { kind, width, output, target } = judged;
  if (kind === "label") {
    const classes = Math.max(2, width, ...Array.from(target, (label) => label + 1));
    const confusion = Array.from({ length: classes }, () =>
      Array.from({ length: classes }, () => 0),
    );
    for (let row = 0; row < target.length; row++) {
      confusion[target[row]!]![classOf(output, row, width)]! += 1;
    }
    return { kind, confusion };
  }
  const count = target.length;
  const shown = Math.min(MOST_POINTS, count);
  const places = Array.from({ length: shown }, (_, k) => Math.floor((k * count) / shown));
  const short = (value: number): number => Number(value.toPrecision(6));
  return {
    kind,
    actual: places.map((k) => short(target[k]!)),
    predicted: places.map((k) => short(output[k]!)),
    count,
  };
}

/** The first nodes of an emission: enough to see, few enough to draw. */
function pictureOf({ path, neuron, steps, units, channels, values }: Emission): SpikePicture {
  const all = Math.floor(units / Math.max(1, channels));
  const most = steps > 1 ? Math.max(1, Math.floor(MOST_UNITS / channels)) : MOST_NODES;
  const rows = Math.min(all, most);
  const shown = rows * channels;
  const spikes: number[] = [];
  const rateAt: number[] = [];
  for (let t = 0; t < steps; t++) {
    let fired = 0;
    for (let unit = 0; unit < units; unit++) {
      if (values[t * units + unit] === 0) continue;
      fired += 1;
      if (unit < shown) spikes.push(t * shown + unit);
    }
    rateAt.push(units === 0 ? 0 : fired / units);
  }
  return { path, neuron, steps, channels, rows, spikes, rateAt };
}
