/** What a report is made of: plain numbers, read from run folders by `read.ts` and drawn by the others. */
import type { FieldSlice } from "../physics/slices.js";
import type { EnergySummary } from "../energy/summary.js";
import type { EpochRecord, RunRecord } from "../train/run-folder.js";

/** One neuron layer for one unit of data: a picture of its spikes. */
export interface SpikePicture {
  readonly path: string;
  readonly neuron: string;
  readonly steps: number;
  readonly channels: number;
  /** Nodes (rows) shown, from the first. */
  readonly rows: number;
  /** Where spikes fell, as numbers in [0, steps * rows * channels), time-major. */
  readonly spikes: readonly number[];
  /** Fraction of all units that fired, by step. */
  readonly rateAt: readonly number[];
}

/** Test predictions: pairs of numbers, or a table of classes. */
export type Comparison =
  | {
      readonly kind: "real";
      readonly actual: readonly number[];
      readonly predicted: readonly number[];
      /** How many there are; some are left out of the picture when there are very many. */
      readonly count: number;
    }
  | {
      readonly kind: "label";
      /** Rows are true classes, columns predicted ones. */
      readonly confusion: readonly (readonly number[])[];
    };

/** One equilibrium block for one unit of data. */
export interface EquilibriumPicture {
  readonly path: string;
  /** Mean firing rate at each snapshot; empty when its states are no rates. */
  readonly rates: readonly number[];
  /** Residual after each evaluation of the map, by snapshot; empty when it was not solved but simulated. */
  readonly residuals: readonly (readonly number[])[];
}

/** What one more pass over the test part shows. */
export interface Examination {
  readonly comparison: Comparison | undefined;
  readonly energy: EnergySummary;
  readonly spikes: readonly SpikePicture[];
  readonly equilibria: readonly EquilibriumPicture[];
}

/** A network in spikes: errors, additions, and the spikes of one input. */
export interface ConversionPicture {
  /** What errors are of. */
  readonly field: string;
  readonly rows: readonly {
    readonly design: string;
    readonly steps: number;
    readonly againstNetwork: number;
    readonly rateTimesSteps: number;
  }[];
  readonly quantised: readonly {
    readonly bits: number;
    readonly rounded?: "all" | "activations";
    readonly againstNetwork: number;
  }[];
  readonly spikes: readonly SpikePicture[];
}

export interface ReportRun {
  readonly record: RunRecord;
  readonly epochs: readonly EpochRecord[];
  readonly examination: Examination | undefined;
  /** What a solver found; undefined for other runs. */
  readonly solution?: readonly FieldSlice[] | undefined;
  /** What `sgnnc convert` measured of it. */
  readonly conversion?: ConversionPicture | undefined;
  /** Why there is no examination. */
  readonly problem: string | undefined;
  /** The command that trains it again, but for the seed. */
  readonly command: string;
}

/** What a baseline predicts on the test part of one seed. */
export interface BaselineRun {
  readonly name: string;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly comparison: Comparison | undefined;
}

/** The runs of one variant, one per seed. */
export interface Variant {
  readonly name: string;
  readonly runs: readonly ReportRun[];
  /** Place in the palette. */
  readonly index: number;
}

/** Runs by experiment, in the order in which they came. */
export function variantsOf(runs: readonly ReportRun[]): readonly Variant[] {
  const names = [...new Set(runs.map(({ record }) => record.experiment))];
  return names.map((name, index) => ({
    name,
    index,
    runs: runs.filter(({ record }) => record.experiment === name),
  }));
}

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; undefined for one value. */
  readonly deviation: number | undefined;
  readonly count: number;
}

/** Mean and spread of what is there; undefined without values. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value): value is number => value !== undefined);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return { mean, deviation: undefined, count: 1 };
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (known.length - 1)), count: known.length };
}
