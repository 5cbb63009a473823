/** Tables: variants with mean and spread over the seeds, and the layers of one of them. */
import { energyOf } from "./costs.js";
import { pooledR2 } from "./pooled.js";
import { spreadOf, type ReportRun, type Spread, type Variant } from "./data.js";
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

/** One row per variant: test metrics, activity and energy. */
export function variantTable(variants: readonly Variant[]): string {
  const metricsOf = ({ record }: ReportRun): Readonly<Record<string, number>> =>
    record.metrics?.["test"] ?? {};
  const names = [
    ...new Set(variants.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(metricsOf(run))))),
  ].filter((name) => !name.startsWith("energy_"));
  const pooled = variants.map(({ runs }) => pooledR2(runs));
  const isPooled = pooled.some((one) => one !== undefined);
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
  const rows = variants.map((variant, k) => {
    const { runs, name } = variant;
    const cells = [
      String(runs[0]?.record.parameters ?? ""),
      String(runs.length),
      ...names.map((metric) => spreadText(spreadOf(runs.map((run) => metricsOf(run)[metric])))),
      ...(isPooled ? [pooled[k] === undefined ? "" : number(pooled[k], 4)] : []),
      ...(["nothing", "events", "zeros"] as const).map((rule) =>
        spreadText(energyOf(variant, rule)),
      ),
      spreadText(
        spreadOf(
          runs.map(({ epochs }) =>
            epochs.length === 0
              ? undefined
              : epochs.reduce((sum, { seconds }) => sum + seconds, 0) / epochs.length,
          ),
        ),
      ),
    ];
    return `<tr><th scope="row">${escape(name)}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const head = header.map((name) => `<th scope="col">${escape(name)}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div><p class="note">Test part with the weights that validation chose; mean ± sample standard deviation over the seeds.${isPooled ? " Together: all test predictions of the seeds as one list; with folds, every unit once." : ""}</p>`;
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
