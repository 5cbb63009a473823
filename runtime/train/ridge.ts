/**
 * The baseline that a graph network must beat: ridge regression on moments of the node features. It sees which
 * features a graph's nodes have, never which node is connected to which.
 */
import { solveBanded } from "../data/generators/bars.js";
import type { Dataset } from "../data/dataset.js";
import type { Split } from "../data/split.js";

/** Penalties tried; the best on the validation part is taken. */
const PENALTIES = [1e-2, 1e-1, 1, 10, 100, 1000];

/**
 * Predictions for some units, [units, width of the target], in the scale of `dataset`. Undefined where it does not
 * apply: targets that are no numbers of a graph, or hardly any training data.
 *
 * The features of a unit: mean and standard deviation over the nodes of each node feature, the logarithm of the
 * number of nodes, the other inputs s of the unit, s^2, and the products of the moments with s and s^2. With a
 * column of ones (not penalised), the weights solve (X'X + p I) w = X'y.
 * @param inputs names of the model's inputs among the samples
 * @param fields names of the node features that the model reads
 */
export function ridge(
  dataset: Dataset,
  split: Split,
  units: Int32Array,
  about: { readonly inputs: readonly string[]; readonly fields: readonly string[] },
): Float32Array | undefined {
  const target = dataset.samples.get("target");
  const isOfGraph = dataset.level === "point" || dataset.level === "graph";
  if (target === undefined || target.at === "node" || !isOfGraph) return undefined;
  const rowOf = featuresOf(dataset, about);
  const width = target.width;
  const rows = (list: Int32Array): Float64Array[] => Array.from(list, rowOf);
  const train = rows(split.train);
  const size = train[0]?.length ?? 0;
  if (train.length < 8 || size > 2000) return undefined;
  const truth = (unit: number, c: number): number => target.data[unit * width + c]!;
  const products = normalProducts(train, size);
  const right = Array.from({ length: width }, (_, c) => {
    const sums = new Float64Array(size);
    train.forEach((row, k) => {
      const y = truth(split.train[k]!, c);
      for (let i = 0; i < size; i++) sums[i]! += row[i]! * y;
    });
    return sums;
  });
  let best: { error: number; weights: Float64Array[] } | undefined;
  const chosenOn = split.validation.length > 0 ? split.validation : split.train;
  const judged = rows(chosenOn);
  for (const penalty of PENALTIES) {
    const weights = right.map((sums) => solve(products, sums, penalty));
    let error = 0;
    judged.forEach((row, k) =>
      weights.forEach((w, c) => (error += (dot(row, w) - truth(chosenOn[k]!, c)) ** 2)),
    );
    if (best === undefined || error < best.error) best = { error, weights };
  }
  const { weights } = best!;
  return Float32Array.from(rows(units).flatMap((row) => weights.map((w) => dot(row, w))));
}

/** The row of a unit, a one in front. */
function featuresOf(
  { graphs, graphOf, samples }: Dataset,
  { inputs, fields }: { readonly inputs: readonly string[]; readonly fields: readonly string[] },
): (unit: number) => Float64Array {
  const moments = new Map<number, number[]>();
  const momentsOf = (graph: number): number[] => {
    const known = moments.get(graph);
    if (known !== undefined) return known;
    const from = graphs!.nodePtr[graph]!;
    const to = graphs!.nodePtr[graph + 1]!;
    const found = [Math.log(to - from)];
    for (const field of fields) {
      const column = graphs!.nodes.get(field);
      for (let c = 0; column !== undefined && c < column.width; c++) {
        let sum = 0;
        let squares = 0;
        for (let n = from; n < to; n++) {
          const value = column.data[n * column.width + c]!;
          sum += value;
          squares += value * value;
        }
        const mean = sum / (to - from);
        found.push(mean, Math.sqrt(Math.max(0, squares / (to - from) - mean * mean)));
      }
    }
    moments.set(graph, found);
    return found;
  };
  return (unit) => {
    const own = momentsOf(graphOf === undefined ? unit : graphOf[unit]!);
    const row = [1, ...own];
    for (const name of inputs) {
      const sample = samples.get(name);
      if (sample === undefined || sample.at === "node") continue;
      for (let c = 0; c < sample.width; c++) {
        const s = sample.data[unit * sample.width + c]!;
        row.push(s, s * s, ...own.flatMap((moment) => [moment * s, moment * s * s]));
      }
    }
    return Float64Array.from(row);
  };
}

/** X'X as a full lower band matrix. */
function normalProducts(rows: readonly Float64Array[], size: number): Float64Array {
  const products = new Float64Array(size * size);
  for (const row of rows) {
    for (let i = 0; i < size; i++) {
      const value = row[i]!;
      for (let j = 0; j <= i; j++) products[i * size + j]! += value * row[j]!;
    }
  }
  return products;
}

/** (X'X + p I) w = X'y by Cholesky; the ones in front get only what keeps the matrix definite. */
function solve(products: Float64Array, sums: Float64Array, penalty: number): Float64Array {
  const size = sums.length;
  const band = size - 1;
  const width = band + 1;
  const matrix = new Float64Array(size * width);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * width + j - i + band] = products[i * size + j]!;
    matrix[i * width + band]! += i === 0 ? 1e-9 : penalty;
  }
  const solution = Float64Array.from(sums);
  solveBanded(matrix, band, solution);
  return solution;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
