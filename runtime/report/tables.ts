/** Tables: variants with mean and spread over the seeds, and the layers of one of them. */
import { energyOf } from "./costs.js";
import type { Skipping } from "../energy/work.js";
import { spreadOf, type BaselineRun, type ReportRun, type Spread, type Variant } from "./data.js";
import { pooledR2 } from "./pooled.js";
import { escape, number } from "./svg.js";

/** `0.813 ± 0.005`. */
export function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return "";
  const { mean, deviation } = spread;
  if (deviation === undefined) return number(mean, 4);
  if (deviation === 0) return `${number(mean, 4)} ± 0`;
  const places = 1 - Math.floor(Math.log10(deviation));
  if (places < 0 || places > 5) return `${number(mean, 4)} ± ${number(deviation, 2)}`;
  return `${mean.toFixed(places)} ± ${deviation.toFixed(places)}`;
}

/** What the table of variants says, for people and for programs. */
export interface VariantRow {
  readonly name: string;
  /** Undefined for a baseline. */
  readonly parameters: number | undefined;
  readonly seeds: readonly number[];
  /** Test metrics over the seeds. */
  readonly metrics: Readonly<Record<string, Spread>>;
  readonly pooledR2: number | undefined;
  /** Microjoules per unit: no zero skipped, zeros on event wires, every zero. */
  readonly energy: Readonly<Record<Skipping, Spread | undefined>>;
  readonly secondsPerEpoch: Spread | undefined;
}

/** One row per variant, then one per baseline. */
export function variantRows(
  variants: readonly Variant[],
  baselines: readonly BaselineRun[],
): readonly VariantRow[] {
  const own = variants.map((variant): VariantRow => {
    const { runs, name } = variant;
    const measured = runs.map(({ record }) => record.metrics?.["test"] ?? {});
    const seconds = ({ epochs }: ReportRun): number | undefined =>
      epochs.length === 0
        ? undefined
        : epochs.reduce((sum, one) => sum + one.seconds, 0) / epochs.length;
    return {
      name,
      parameters: runs[0]?.record.parameters,
      seeds: runs.map(({ record }) => record.seed),
      metrics: spreadsOf(measured),
      pooledR2: pooledR2(runs.map(({ examination }) => examination?.comparison)),
      energy: {
        nothing: energyOf(variant, "nothing"),
        events: energyOf(variant, "events"),
        zeros: energyOf(variant, "zeros"),
      },
      secondsPerEpoch: spreadOf(runs.map(seconds)),
    };
  });
  const names = [...new Set(baselines.map(({ name }) => name))];
  const others = names.map((name): VariantRow => {
    const runs = baselines.filter((one) => one.name === name);
    return {
      name,
      parameters: undefined,
      seeds: runs.map(({ seed }) => seed),
      metrics: spreadsOf(runs.map(({ metrics }) => metrics)),
      pooledR2: pooledR2(runs.map(({ comparison }) => comparison)),
      energy: { nothing: undefined, events: undefined, zeros: undefined },
      secondsPerEpoch: undefined,
    };
  });
  return [...own, ...others];
}

/** Every metric that one of the runs has, but for the energy, which has columns of its own. */
function spreadsOf(runs: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  const found: Record<string, Spread> = {};
  for (const name of names) {
    const spread = spreadOf(runs.map((run) => run[name]));
    if (spread !== undefined && !name.startsWith("energy_")) found[name] = spread;
  }
  return found;
}

/** The rows as a table: test metrics, activity and energy. */
export function variantTable(rows: readonly VariantRow[]): string {
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  const isPooled = rows.some((row) => row.pooledR2 !== undefined);
  const header = [
    "variant",
    "parameters",
    "seeds",
    ...names,
    ...(isPooled ? ["r2 of all seeds together"] : []),
    "energy µJ, dense",
    "energy µJ, events",
    "energy µJ, every zero",
    "seconds per epoch",
  ];
  const lines = rows.map((row) => {
    const { parameters, seeds, metrics, energy } = row;
    const cells = [
      String(parameters ?? ""),
      String(seeds.length),
      ...names.map((name) => spreadText(metrics[name])),
      ...(isPooled ? [row.pooledR2 === undefined ? "" : row.pooledR2.toFixed(3)] : []),
      ...[energy.nothing, energy.events, energy.zeros, row.secondsPerEpoch].map(spreadText),
    ];
    return `<tr><th scope="row">${escape(row.name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const head = header.map((name) => `<th scope="col">${escape(name)}</th>`).join("");
  const together = isPooled
    ? " Together: all test predictions of the seeds as one list; with folds, every unit once."
    : "";
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${lines.join("")}</tbody></table></div><p class="note">Test part with the weights that validation chose; mean ± sample standard deviation over the seeds.${together}</p>`;
}

/** The layers of one run with their measured operations and energy. */
export function layerTable({ examination }: ReportRun): string {
  if (examination === undefined) return "";
  const { places, total, unit } = examination.energy;
  const columns = ["macs", "adds", "bitOps", "reads", "writes"] as const;
  const row = (
    name: string,
    type: string,
    activity: number | undefined,
    cost: typeof total,
  ): string => {
    const cells = [
      escape(type),
      activity === undefined ? "" : `${number(100 * activity)} %`,
      ...columns.map((column) => count(cost.events.counts[column])),
      ...(["nothing", "events", "zeros"] as const).map((rule) =>
        number(cost[rule].joules * 1e9, 4),
      ),
    ];
    return `<tr><th scope="row">${escape(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  };
  const header = [
    ...[
      "layer",
      "type",
      "not 0",
      "MACs",
      "additions",
      "bit operations",
      "words read",
      "words written",
    ],
    ...["nJ, dense", "nJ, events", "nJ, every zero"],
  ];
  const body = places.map(({ path, layer, activity, cost }) =>
    row(path === "" ? "(model)" : path, layer, activity, cost),
  );
  const head = header.map((name) => `<th scope="col">${name}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody><tfoot>${row("total", "", undefined, total)}</tfoot></table></div><p class="note">Per ${escape(unit)}, measured on the test part; operations with zeros skipped on event wires. "Not 0" is what a neuron emits, or what enters a layer's products.</p>`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
