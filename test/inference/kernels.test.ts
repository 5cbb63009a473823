/** The WebAssembly products give the bits of the reference, on random and degenerate shapes. */
import { describe, expect, test } from "vitest";
import { typescriptKernels } from "../../runtime/inference/kernels.js";
import { wasmKernels } from "../../runtime/inference/wasm-kernels.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

type Values = "spikes" | "graded";

/** Rows, inner, outer: no rows, single columns, widths around multiples of 4 and 16, a large one. */
const SHAPES = [
  [0, 5, 3],
  [1, 1, 1],
  [3, 1, 7],
  [2, 16, 4],
  [5, 17, 6],
  [4, 15, 8],
  [7, 33, 13],
  [9, 64, 1],
  [6, 50, 70],
  [1, 3, 0],
] as const;

/** Everything that one kernel set makes of the same random operands. */
function resultsOf(
  kernels: typeof wasmKernels,
  [rows, inner, outer]: readonly [number, number, number],
  density: number,
  values: Values,
) {
  const sizes = [rows * inner, inner * outer, rows * outer, rows + 1, rows * inner].map(
    (size) => Math.ceil(size / 4) * 4 + 4,
  );
  const products = kernels.open(sizes.reduce((a, b) => a + b, 0));
  let floats = 0;
  const place = (k: number): number => {
    const offset = 4 * floats;
    floats += sizes[k]!;
    return offset;
  };
  const { buffer } = products;
  const x = new Float32Array(buffer, place(0), rows * inner);
  const w = new Float32Array(buffer, place(1), inner * outer);
  const y = new Float32Array(buffer, place(2), rows * outer);
  const pointers = new Int32Array(buffer, place(3), rows + 1);
  const columns = new Int32Array(buffer, place(4), rows * inner);
  const rng = Rng.of(3, "kernels", rows, inner, outer);
  for (let k = 0; k < x.length; k++) {
    const value = values === "spikes" ? 1 : rng.normal();
    x[k] = rng.uniform() < density ? value : 0;
  }
  w.set(rng.normals(w.length, 0, 1));
  const events = { pointers, columns };
  const count = products.list(x, rows, inner, events);
  y.fill(NaN);
  products.events(x, events, values === "spikes", w, y, rows, inner, outer);
  const byEvents = [...y];
  y.fill(NaN);
  products.dense(x, w, y, rows, inner, outer);
  const few = { pointers, columns: columns.subarray(0, Math.max(0, count - 1)) };
  return {
    count,
    list: [...pointers, ...columns.subarray(0, count)],
    byEvents,
    dense: [...y],
    tooMany: products.list(x, rows, inner, few),
  };
}

describe.each(SHAPES)("rows %i, inner %i, outer %i", (...shape) => {
  test.each([
    [0, "spikes"],
    [0.05, "spikes"],
    [0.5, "graded"],
    [1, "graded"],
    [1, "spikes"],
  ] as const)("density %f, %s", (density, values) => {
    const reference = resultsOf(typescriptKernels, shape, density, values);
    const wasm = resultsOf(wasmKernels, shape, density, values);
    expect(wasm).toEqual(reference);
    expect(reference.byEvents).toEqual(reference.dense);
    expect(reference.tooMany).toBe(reference.count === 0 ? 0 : -1);
    const [rows, inner, outer] = shape;
    expect(reference.dense).toHaveLength(rows * outer);
    expect(reference.count).toBeLessThanOrEqual(rows * inner);
  });
});
