/** The table at the end of training: every model with the mean and spread of its metrics over the seeds. */

/** A value over several seeds. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; undefined for a single seed. */
  readonly deviation: number | undefined;
}

/** One row of the table. */
export interface ComparisonRow {
  readonly name: string;
  readonly parameters: number | undefined;
  readonly seeds: number;
  readonly metrics: Readonly<Record<string, Spread>>;
  readonly secondsPerEpoch: number | undefined;
}

/** Mean and sample standard deviation; undefined without values. */
export function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Each metric that any of the runs has, over the runs that have it. */
export function spreads(runs: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  const found: Record<string, Spread> = {};
  for (const name of names) {
    const values = runs.flatMap((run) => (run[name] === undefined ? [] : [run[name]]));
    const all = spread(values);
    if (all !== undefined) found[name] = all;
  }
  return found;
}

/** The rows as aligned text, one metric per column. */
export function comparisonTable(
  rows: readonly ComparisonRow[],
  metrics: readonly string[],
): string {
  const cells = rows.map((row) => [
    row.name,
    row.parameters === undefined ? "-" : String(row.parameters),
    ...metrics.map((name) => (row.metrics[name] ? shown(row.metrics[name]) : "-")),
    row.secondsPerEpoch === undefined ? "-" : `${row.secondsPerEpoch.toPrecision(2)} s`,
  ]);
  return textTable(["model", "parameters", ...metrics, "epoch"], cells);
}

const meanings: readonly (readonly [string, string])[] = [
  ["mae", "mean absolute error, in the unit of the data: smaller is better"],
  ["rmse", "root of the mean squared error, in the unit of the data: smaller is better"],
  ["r2", "share of the variance that is explained: 1 is perfect, 0 is no better than the mean"],
  ["accuracy", "share of right classes: 1 is perfect"],
  ["spike_rate", "share of neurons and steps at which a spike falls: the fewer, the less work"],
  ["mean", "the same answer whatever the input (mean or most frequent class): to be beaten"],
  ["ridge", "linear regression on moments of the node features, which sees no edges: to be beaten"],
];

/** What the columns and the baselines of the table say, for a reader who sees one for the first time. */
export function legend(rows: readonly ComparisonRow[], metrics: readonly string[]): string {
  const isNamed = (name: string): boolean =>
    metrics.includes(name) ||
    rows.some((row) => row.name === name || row.name.startsWith(`${name} (`));
  const known = meanings.filter(([name]) => isNamed(name));
  const lines = [...known, ["epoch", "time of one pass over the training data"] as const];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, meaning]) => `${name.padEnd(width)}  ${meaning}\n`).join("");
}

/** Aligned columns: the first to the left, the others to the right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k])))
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}

/** `0.8130 ± 0.0054`: the spread with two digits, the mean to the same place. */
function shown({ mean, deviation }: Spread): string {
  if (deviation === undefined || !(deviation > 0)) return decimals(mean, 4);
  const places = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(deviation))));
  return `${mean.toFixed(places)} ± ${deviation.toFixed(places)}`;
}

function decimals(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const text = value.toPrecision(digits);
  return text.includes("e")
    ? text
    : String(value.toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))))));
}
