/**
 * Scaling of features and targets: fitted on training rows only, applied to all, undone for metrics.
 *
 * standard  (x - mean) / deviation per column (population deviation; a constant column is only shifted)
 * minmax    (x - low) / (high - low) per column
 * rows      each row divided by the sum of its absolute values (no state; for bags of words)
 * none      as it is
 *
 * A target with one column, or any column of a feature, has its own shift and factor.
 */
import type { Column } from "./column.js";
import type { Dataset, Sample } from "./dataset.js";
import { dataError, suggest } from "./errors.js";
import type { GraphSet } from "./graphs.js";

export type Place = "nodes" | "edges" | "samples";

/** How one name is scaled: y = (x - shift) / factor, per column. Plain data, saved with the weights. */
export interface FieldScale {
  readonly where: Place;
  readonly method: string;
  readonly shift: readonly number[];
  readonly factor: readonly number[];
}
/** By name. */
export type ScaleState = Readonly<Record<string, FieldScale>>;

const methods = ["standard", "minmax", "rows", "none"];

/**
 * Fits the scalers a data set asks for on its training units.
 * @throws SgnnError R274 (no such name or method, or a target that cannot be scaled)
 */
export function fitScale(dataset: Dataset, train: Int32Array, labelTarget: boolean): ScaleState {
  const state: Record<string, FieldScale> = {};
  for (const { name, method } of dataset.spec.scale) {
    if (!methods.includes(method)) {
      throw dataError(
        "R274",
        `scale ${name} ${method}: there is no such scaler`,
        "the last word names the scaler",
        suggest(method, methods, "scalers"),
      );
    }
    const where = placeOf(name, dataset);
    if (method === "none") continue;
    if (name === "target" && (labelTarget || method === "rows")) {
      throw dataError(
        "R274",
        labelTarget
          ? "scale target: the target is a class number"
          : "scale target rows cannot be undone",
        labelTarget
          ? "class numbers are names, not amounts"
          : "metrics are told in the units of the data",
        labelTarget
          ? "take target out of the scale line"
          : "scale the target by standard or minmax",
      );
    }
    const column = columnOf(name, where, dataset);
    state[name] =
      method === "rows"
        ? { where, method, shift: [], factor: [] }
        : { where, method, ...fit(column, rowsFor(where, name, dataset, train), method) };
  }
  return state;
}

function placeOf(name: string, dataset: Dataset): Place {
  if (dataset.graphs?.nodes.has(name) === true) return "nodes";
  if (dataset.graphs?.edges.has(name) === true) return "edges";
  if (dataset.samples.has(name)) return "samples";
  const names = [
    ...(dataset.graphs?.nodes.keys() ?? []),
    ...(dataset.graphs?.edges.keys() ?? []),
    ...dataset.samples.keys(),
  ];
  throw dataError(
    "R274",
    `scale ${name}: there is no such feature or sample`,
    "features and samples of this data declaration can be scaled",
    suggest(name, names, "features and samples"),
  );
}

function columnOf(name: string, where: Place, dataset: Dataset): Column {
  const found =
    where === "samples"
      ? dataset.samples.get(name)
      : where === "nodes"
        ? dataset.graphs?.nodes.get(name)
        : dataset.graphs?.edges.get(name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
}

/** The rows that belong to training units, each once. */
function rowsFor(where: Place, name: string, dataset: Dataset, train: Int32Array): Int32Array {
  const { graphs, level, graphOf } = dataset;
  if (level === "row" || graphs === undefined) return train;
  const perNode = where === "samples" && dataset.samples.get(name)?.at === "node";
  if (where === "samples" && !perNode) return train;
  if (level === "node") {
    if (where === "nodes") return train;
    return Int32Array.from({ length: graphs.edgeCount }, (_, k) => k);
  }
  const chosen = new Set(level === "point" ? train.map((unit) => graphOf?.[unit] ?? 0) : train);
  const ptr = where === "edges" ? graphs.edgePtr : graphs.nodePtr;
  const rows: number[] = [];
  for (const graph of [...chosen].sort((a, b) => a - b)) {
    for (let row = ptr[graph]!; row < ptr[graph + 1]!; row++) rows.push(row);
  }
  return Int32Array.from(rows);
}

function fit(
  column: Column,
  rows: Int32Array,
  method: string,
): { shift: number[]; factor: number[] } {
  const { width, data } = column;
  const tables = column.snapshots ?? 1;
  const count = rows.length * tables;
  const shift: number[] = [];
  const factor: number[] = [];
  for (let c = 0; c < width; c++) {
    let low = Infinity;
    let high = -Infinity;
    let sum = 0;
    for (let k = 0; k < tables; k++) {
      for (const row of rows) {
        const value = data[(k * column.rows + row) * width + c]!;
        low = Math.min(low, value);
        high = Math.max(high, value);
        sum += value;
      }
    }
    const mean = sum / count;
    if (rows.length === 0) {
      shift.push(0);
      factor.push(1);
    } else if (method === "minmax") {
      shift.push(low);
      factor.push(high > low ? high - low : 1);
    } else {
      let square = 0;
      for (let k = 0; k < tables; k++) {
        for (const row of rows) square += (data[(k * column.rows + row) * width + c]! - mean) ** 2;
      }
      const deviation = Math.sqrt(square / count);
      shift.push(mean);
      // Rounding leaves a tiny deviation in a constant column: dividing by it would blow up noise.
      factor.push(
        deviation > 1e-7 * Math.max(1, Math.abs(mean)) * 1e-3 && high > low ? deviation : 1,
      );
    }
  }
  return { shift, factor };
}

/** A column with its scaler applied, as a new array. */
export function scaleRows(data: Float32Array, width: number, scale: FieldScale): Float32Array {
  const out = new Float32Array(data.length);
  if (scale.method === "rows") {
    for (let at = 0; at < data.length; at += width) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += Math.abs(data[at + c]!);
      for (let c = 0; c < width; c++) out[at + c] = sum === 0 ? 0 : data[at + c]! / sum;
    }
    return out;
  }
  for (let k = 0; k < data.length; k++) {
    const c = k % width;
    out[k] = (data[k]! - (scale.shift[c] ?? 0)) / (scale.factor[c] ?? 1);
  }
  return out;
}

/** Undoes a scaler, in double precision: what metrics are computed on. */
export function unscaleRows(
  data: ArrayLike<number>,
  width: number,
  scale: FieldScale | undefined,
): Float64Array {
  return Float64Array.from(data, (value, k) =>
    scale === undefined
      ? value
      : value * (scale.factor[k % width] ?? 1) + (scale.shift[k % width] ?? 0),
  );
}

/** The data set with every scaled feature and sample replaced; the rest is shared. */
export function applyScale(dataset: Dataset, state: ScaleState): Dataset {
  const mapped = <C extends Column>(
    columns: ReadonlyMap<string, C>,
    where: Place,
  ): Map<string, C> =>
    new Map(
      [...columns].map(([name, column]) => {
        const scale = state[name];
        return scale?.where === where
          ? [
              name,
              { ...column, data: scaleRows(column.data, column.width, scale), labels: undefined },
            ]
          : [name, column];
      }),
    );
  const graphs: GraphSet | undefined = dataset.graphs && {
    ...dataset.graphs,
    nodes: mapped(dataset.graphs.nodes, "nodes"),
    edges: mapped(dataset.graphs.edges, "edges"),
  };
  return { ...dataset, graphs, samples: mapped<Sample>(dataset.samples, "samples") };
}
