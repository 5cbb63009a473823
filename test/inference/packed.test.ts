/**
 * Networks of signs follow their plan in bits. The whole numbers before a last real layer are those of the float
 * simulation on tensors, exactly, whatever the signs of scales and of the normalisation.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../../runtime/data/ndarray.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { planIn, plansOf, runBoth, startTensors } from "./compare.js";

beforeAll(startTensors);

/** The edge layers of examples/binary-gnn, k 5. */
const layers: Readonly<Record<string, string>> = {
  RF: `layer Edge<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real[out] = ones
  let near = knn<5>(x)
  let s    = sign(BatchNorm(x))
  return gather max over j -> i in near { concat(-s[j] * s[i], s[i]) @ w * scale |> PReLU }
}`,
  BF1: `layer Edge<out>(x: sign[N, in], g: graph) -> sign[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real[out] = ones
  let near = knn<5, metric: hamming>(x)
  return gather max over j -> i in near { concat(-x[j] * x[i], x[i]) @ w * scale |> PReLU } |> BatchNorm |> sign
}`,
  BF2: `layer Edge<out>(x: sign[N, in], g: graph) -> sign[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real[out] = ones
  let near = knn<5, metric: hamming>(x)
  return gather max over j -> i in near { concat(-x[j] * x[i], x[i]) @ w * scale |> PReLU |> BatchNorm } |> sign
}`,
  Shifted: `layer Edge<out>(x: sign[N, in], g: graph) -> sign[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real = ones
  let near    = knn<5, metric: hamming>(x)
  let largest = gather max over j -> i in near { concat(-x[j] * x[i], x[i]) @ w }
  return scale * largest / sqrt(2 * in) |> MaxShift<n: 5> |> sign
}`,
};

/** The output are the whole numbers that a last real layer would read. */
function network(kind: string): string {
  const first = kind === "RF" ? "" : " |> BatchNorm |> sign";
  const joined = kind === "RF" ? " |> BatchNorm |> sign" : "";
  return `${layers[kind]}
layer First<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: sign[2 * in, out] = glorot
  param scale: real[out] = ones
  let near = knn<5>(x)
  return gather max over j -> i in near { concat(x[i], x[j] - x[i]) @ w * scale } |> PReLU
}
layer Signed<out>(x: sign[N, in]) -> real[N, out] {
  param weight: sign[in, out] = glorot
  return x @ weight
}
layer Last<out>(x: sign[G, in]) -> real[G, out] {
  param weight: sign[in, out] = glorot
  return x @ weight
}
model Net(g: graph(x: real[N, 3])) -> real[G, 6] {
  let h1  = g.x |> First<13>(g)${first}
  let h2  = h1 |> Edge<140>(g)
  let all = concat(h1, h2)${joined} |> Signed<21>
  let p   = pool [max, mean] all over g
  return p |> BatchNorm |> sign |> Last<9> |> PReLU |> BatchNorm |> sign |> Last<6>
}`;
}

/** Clouds of different sizes; coordinates are multiples of 1 / 1024, so that sums of them are exact. */
function clouds(seed: number): Map<string, AnyArray> {
  const rng = Rng.of(seed, "clouds");
  const pointers = Int32Array.of(0, 16, 23, 55, 60);
  const points = Float32Array.from({ length: 180 }, () => (rng.integer(2048) - 1024) / 1024);
  return new Map<string, AnyArray>([
    ["x", ndarray([60, 3], points)],
    ["node_ptr", ndarray([5], pointers)],
    ["edge_index", ndarray([2, 0], new Int32Array())],
  ]);
}

describe.each(Object.keys(layers))("%s", (kind) => {
  test.each([1, 2, 3])("whole numbers before the last layer, weights %i", async (seed) => {
    // Noise of 0.8 makes one in ten of the scales negative, of products and of normalisations.
    const about = { source: network(kind), model: "Net", inputs: clouds(seed), noise: 0.8, seed };
    const { plan, tensors, engine } = await runBoth(about);
    expect([...(plan.data as Float32Array)]).toEqual([...(tensors.data as Float32Array)]);
    expect([...(plan.data as Float32Array)].every((value) => Number.isInteger(value))).toBe(true);
    expect(new Set(plan.data as Float32Array).size).toBeGreaterThan(3);
    const ops = engine.plan.steps.map(({ op }) => op);
    expect(ops).toContain("bitEdges");
    expect(ops).toContain("bitPool");
    expect(engine.report().some(({ bitOps }) => bitOps > 0)).toBe(true);
  });
});

test("no step of a fully binary network computes real numbers between its first and its last layer", async () => {
  for (const kind of ["BF1", "BF2", "Shifted"]) {
    const { steps, values } = planIn(await plansOf(network(kind)), "Net");
    const constants = new Set(values.flatMap(({ source }, k) => (source === undefined ? [] : [k])));
    const feature = values.findIndex(({ source }) => source?.tag === "feature");
    constants.delete(feature);
    const computed = steps.filter(({ args, result }) => {
      const isConstant = args.every((arg) => constants.has(arg));
      if (isConstant) constants.add(result);
      return !isConstant;
    });
    expect(computed.map(({ op }) => op)).toEqual([
      // The real first layer: two products on nodes, and the comparison of their largest sum.
      ...["knn", "matMul", "matMul", "nearExtreme"],
      ...["knn", "bitEdges", "concatBits", "bitPool", "bitProduct", "bitProduct"],
    ]);
    const kinds = computed.map(({ result }) => values[result]!.packed === true);
    expect(kinds.slice(3, -1)).toEqual([true, false, true, true, true, true]);
  }
});

test("a slope that may be negative is not folded", async () => {
  const source = `layer Signed<out>(x: sign[N, in]) -> real[N, out] {
  param weight: sign[in, out] = glorot
  return x @ weight
}
layer Free(x: real[..., c]) -> real[..., c] {
  param slope: real = constant(-0.5)
  return max(x, 0) + slope * min(x, 0)
}
model Net(g: graph(x: real[N, 12])) -> real[N, 4] {
  return g.x |> sign |> Signed<20> |> Free |> BatchNorm |> sign |> Signed<4>
}`;
  const inputs = new Map<string, AnyArray>([
    ["x", ndarray([30, 12], Rng.of(4, "x").normals(360, 0, 1))],
    ["edge_index", ndarray([2, 0], new Int32Array())],
  ]);
  const { plan, tensors, engine } = await runBoth({ source, model: "Net", inputs, noise: 0.4 });
  expect([...(plan.data as Float32Array)]).toEqual([...(tensors.data as Float32Array)]);
  expect(engine.plan.steps.map(({ op }) => op)).toContain("packSigns");
});

test("clouds with fewer points than neighbours are refused as on tensors", async () => {
  const inputs = clouds(1);
  inputs.set("node_ptr", ndarray([5], Int32Array.of(0, 4, 23, 55, 60)));
  const about = { source: network("BF1"), model: "Net", inputs };
  await expect(runBoth(about)).rejects.toThrow("R150: knn<5>: cloud 0 has 4 points");
});
