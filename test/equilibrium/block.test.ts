import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import {
  Rng,
  batchGraphs,
  createGraph,
  createRun,
  equilibrium,
  propagate,
  solveWarning,
  symmetricNorm,
  useBackend,
  type Activity,
  type Carry,
  type EquilibriumMap,
  type ForwardSpec,
  type Graph,
  type GradientSpec,
  type Run,
} from "../../runtime/index.js";
import { onEveryBackend } from "../runtime/backends.js";
import { THRESHOLD, denseGradient, loss, rest, type Small } from "./dense.js";

const N = 7;
const H = 3;
const T = 3;

const fine = { tolerance: 1e-7, most: 200 } as const;
const solvers: readonly ForwardSpec[] = [
  { name: "picard", damping: 1, ...fine },
  { name: "anderson", memory: 5, ...fine },
  { name: "broyden", memory: 10, ...fine },
];
const implicit: GradientSpec = {
  name: "implicit",
  solver: { name: "anderson", memory: 5, ...fine },
};

/** A random undirected edge list as [2, E]. */
function edges(rng: Rng): Int32Array {
  const pairs: [number, number][] = [];
  for (let i = 0; i < N; i++)
    for (let j = 0; j < i; j++) if (rng.uniform() < 0.4) pairs.push([i, j], [j, i]);
  return Int32Array.from([...pairs.map(([i]) => i), ...pairs.map(([, j]) => j)]);
}

function adjacency(list: Int32Array): Float64Array {
  const a = new Float64Array(N * N);
  for (let i = 0; i < N; i++) a[i * N + i] = 1;
  const half = list.length / 2;
  for (let e = 0; e < half; e++) a[list[half + e]! * N + list[e]!]! += 1;
  const degree = Array.from({ length: N }, (_, i) =>
    a.subarray(i * N, (i + 1) * N).reduce((x, y) => x + y, 0),
  );
  return a.map((v, k) => v / Math.sqrt(degree[Math.floor(k / N)]! * degree[k % N]!));
}

interface Case {
  readonly small: Small;
  readonly g: readonly Float64Array[];
  readonly graphs: readonly Graph[];
}

function randomCase(seed: number): Case {
  const rng = Rng.of(seed, "equilibrium test");
  const lists = Array.from({ length: T }, () => edges(rng));
  const matrix = (size: number, low: number, high: number): Float64Array =>
    Float64Array.from(rng.uniforms(size, low, high));
  // Rows of absolute sum at most 1: every path around the loop contracts.
  const weights = Array.from({ length: 6 }, (_, k) =>
    matrix(H * H, k === 1 ? 0.4 : -0.2, k === 1 ? 1.4 : 0.6),
  );
  return {
    small: {
      nodes: N,
      width: H,
      adjacency: lists.map(adjacency),
      x: lists.map(() => matrix(N * H, 0, 1)),
      weights,
    },
    g: lists.map(() => matrix(N * H, -1, 1)),
    graphs: lists.map((edgeIndex) => createGraph({ edgeIndex, nodeCount: N })),
  };
}

const map: EquilibriumMap = ({ a, previous }, [x, w, f, u, g, k, c], graph, fire) => {
  const looped = graph.withSelfLoops();
  const spread = (value: tf.Tensor): tf.Tensor =>
    propagate(looped, value, "sum", symmetricNorm(looped));
  const drive = tf.add(
    tf.matMul(x as tf.Tensor2D, f as tf.Tensor2D),
    tf.matMul(previous as tf.Tensor2D, u as tf.Tensor2D),
  );
  const a1 = fire("a1", tf.add(tf.matMul(spread(a!) as tf.Tensor2D, w as tf.Tensor2D), drive));
  const a2 = fire("a2", tf.matMul(spread(a1) as tf.Tensor2D, g as tf.Tensor2D));
  return {
    a: fire(
      "a",
      tf.add(
        tf.matMul(spread(a2) as tf.Tensor2D, k as tf.Tensor2D),
        tf.matMul(a1 as tf.Tensor2D, c as tf.Tensor2D),
      ),
    ),
  };
};

function runBlock(
  { small, g, graphs }: Case,
  options: { solve: ForwardSpec; gradient: GradientSpec; carry: Carry; run?: Run },
): { value: Float32Array; gradients: Float32Array[] } {
  const neuron = { threshold: THRESHOLD, leak: 1 };
  const all = batchGraphs(graphs);
  const stacked = Object.assign(Object.create(all) as Graph, { stacked: graphs });
  return tf.tidy(() => {
    const weights = small.weights.map((w) => tf.tensor2d(Float32Array.from(w), [H, H]));
    const x = tf.tensor2d(Float32Array.from(small.x.flatMap((rows) => [...rows])), [T * N, H]);
    const cotangent = tf.tensor2d(Float32Array.from(g.flatMap((rows) => [...rows])), [T * N, H]);
    let value = new Float32Array();
    const of = tf.grads((...reads: tf.Tensor[]) => {
      const y = equilibrium({
        path: "h",
        run: options.run ?? createRun(),
        graph: stacked,
        solve: options.solve,
        gradient: options.gradient,
        carry: options.carry,
        states: { a: [T * N, H] },
        neurons: { a1: neuron, a2: neuron, a: neuron },
        reads,
        map,
      });
      value = Float32Array.from(y.dataSync());
      return tf.sum(tf.mul(y, cotangent));
    })([x, ...weights]);
    return { value, gradients: of.map((one) => Float32Array.from(one.dataSync())) };
  });
}

/** ||actual - wanted|| / ||wanted||. */
function relative(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let k = 0; k < wanted.length; k++) {
    error += (actual[k]! - wanted[k]!) ** 2;
    size += wanted[k]! ** 2;
  }
  return Math.sqrt(error / size);
}

onEveryBackend(() => {
  const made = randomCase(3);

  it.each(solvers)("$name finds the rest of three snapshots", (solve) => {
    const wanted = rest(made.small).flatMap((rows) => [...rows]);
    const { value } = runBlock(made, { solve, gradient: implicit, carry: "exact" });
    expect(relative(value, wanted)).toBeLessThan(1e-6);
    // The states are inside the clip for the most part: the gradient is no trivial one.
    expect(wanted.filter((v) => v > 0 && v < 1).length).toBeGreaterThan(wanted.length / 2);
  });

  it.each([
    ["exact", 3],
    ["exact", 4],
    ["truncated", 3],
  ] as const)("the gradient is that of a dense linear solve (%s, seed %i)", (carry, seed) => {
    const one = randomCase(seed);
    const [ofX, ...ofWeights] = runBlock(one, {
      solve: solvers[1]!,
      gradient: implicit,
      carry,
    }).gradients;
    const wanted = denseGradient(one.small, one.g, carry);
    ofWeights.forEach((gradient, k) => {
      expect(relative(gradient, wanted[k]!), `weight ${k}`).toBeLessThan(1e-5);
    });
    expect(relative(ofX!, wanted[6]!), "x").toBeLessThan(1e-5);
  });

  it.each(solvers.map((solve) => [solve.name, solve] as const))(
    "%s solves the adjoint equation as well",
    (_, solver) => {
      if (solver.name === "simulate") return;
      const gradient: GradientSpec = { name: "implicit", solver };
      const [, ...ofWeights] = runBlock(made, {
        solve: solvers[0]!,
        gradient,
        carry: "exact",
      }).gradients;
      const wanted = denseGradient(made.small, made.g, "exact");
      ofWeights.forEach((one, k) => expect(relative(one, wanted[k]!)).toBeLessThan(1e-5));
    },
  );

  it("unrolling and enough phantom steps tend to the implicit gradient, few do not", () => {
    const exact = runBlock(made, {
      solve: solvers[1]!,
      gradient: implicit,
      carry: "exact",
    }).gradients;
    const by = (gradient: GradientSpec): number => {
      const found = runBlock(made, { solve: solvers[1]!, gradient, carry: "exact" }).gradients;
      return relative(found[1]!, exact[1]!);
    };
    expect(by({ name: "unroll", steps: 60 })).toBeLessThan(1e-4);
    expect(by({ name: "phantom", steps: 40 })).toBeLessThan(1e-4);
    const few = by({ name: "phantom", steps: 1 });
    expect(few).toBeGreaterThan(1e-2);
    expect(by({ name: "phantom", steps: 3 })).toBeLessThan(few);
  });

  it("simulated neurons tend to the rest", () => {
    const wanted = rest(made.small).flatMap((rows) => [...rows]);
    const error = (steps: number): number =>
      relative(
        runBlock(made, { solve: { name: "simulate", steps }, gradient: implicit, carry: "exact" })
          .value,
        wanted,
      );
    expect(error(400)).toBeLessThan(0.03);
    expect(error(400)).toBeLessThan(error(20) / 4);
  });

  it("records the mean rate of every snapshot", () => {
    const run = createRun();
    const { value } = runBlock(made, {
      solve: solvers[0]!,
      gradient: implicit,
      carry: "exact",
      run,
    });
    const [{ rates, fraction }] = run.activity.entries as [Activity];
    const size = value.length / 3;
    const mean = (list: ArrayLike<number>): number =>
      Array.from(list).reduce((sum, one) => sum + one, 0) / list.length;
    const wanted = [0, 1, 2].map((t) => mean(value.slice(t * size, (t + 1) * size)));
    expect(rates!.map((rate) => rate.toFixed(5))).toEqual(wanted.map((rate) => rate.toFixed(5)));
    expect(fraction).toBeCloseTo(mean(value), 5);
    expect(new Set(rates!.map((rate) => rate.toFixed(5))).size).toBe(3);
  });

  it("a warm start has nothing to do in a snapshot like the one before", () => {
    const { small, graphs, g } = made;
    const same = <V>(all: readonly V[]): V[] => all.map(() => all[0]!);
    const still = {
      small: { ...small, adjacency: same(small.adjacency), x: same(small.x) },
      graphs: same(graphs),
      g,
    };
    const [warm, none] = (["warm", "none"] as const).map((carry) => {
      const run = createRun();
      const { value } = runBlock(still, { solve: solvers[0]!, gradient: implicit, carry, run });
      const forward = run.solves.entries.filter((one) => one.pass === "forward");
      return { value, evaluations: forward.map((one) => one.iterations) };
    });
    expect(relative(warm!.value, none!.value)).toBeLessThan(1e-6);
    expect(none!.evaluations).toEqual(none!.evaluations.map(() => none!.evaluations[0]));
    expect(warm!.evaluations[0]).toBe(none!.evaluations[0]);
    expect(warm!.evaluations.slice(1)).toEqual([1, 1]);
  });

  it("keeps no tensor", () => {
    const before = tf.memory().numTensors;
    const again = randomCase(5);
    runBlock(again, { solve: solvers[2]!, gradient: implicit, carry: "exact" });
    const first = tf.memory().numTensors - before;
    runBlock(again, { solve: solvers[2]!, gradient: implicit, carry: "exact" });
    runBlock(again, { solve: { name: "simulate", steps: 5 }, gradient: implicit, carry: "warm" });
    const per = (tf.memory().numTensors - before - first) / 2;
    // What a batched graph keeps for native kernels is all that stays.
    expect(per).toBeLessThanOrEqual(first);
  });
});

describe("memory", () => {
  it("does not grow with the latent steps of a simulation, and does with unrolled ones", async () => {
    await useBackend("cpu");
    const made = randomCase(3);
    const peak = async (solve: ForwardSpec, gradient: GradientSpec): Promise<number> => {
      const { peakBytes } = await tf.profile(() => {
        runBlock(made, { solve, gradient, carry: "exact" });
        return tf.scalar(0);
      });
      return peakBytes;
    };
    const simulated = (steps: number) => peak({ name: "simulate", steps }, implicit);
    const unrolled = (steps: number) => peak(solvers[0]!, { name: "unroll", steps });
    await simulated(5);
    const few = await simulated(5);
    expect(Math.abs((await simulated(80)) / few - 1)).toBeLessThan(0.01);
    expect(await unrolled(80)).toBeGreaterThan(5 * (await unrolled(5)));
  });
});

describe("a solve that fails", () => {
  it("is recorded with its residual", async () => {
    await useBackend("cpu");
    const run = createRun();
    const solve: ForwardSpec = {
      name: "picard",
      tolerance: 1e-9,
      most: 2,
      damping: 1,
      failed: "stop",
    };
    runBlock(randomCase(3), { solve, gradient: implicit, carry: "none", run });
    const [first] = run.solves.entries;
    expect(first).toMatchObject({
      path: "h",
      pass: "forward",
      snapshot: 0,
      iterations: 2,
      converged: false,
      stops: true,
    });
    expect(first!.residual).toBeGreaterThan(1e-9);
    expect(solveWarning(run.solves.entries)).toMatch(
      /^equilibrium h: 3 of 6 solves did not reach their tolerance; the worst, forward in snapshot \d, has residual \d\.\d\de-\d after 2 evaluations$/,
    );
  });
});

describe("the implicit gradient", () => {
  it("the gradient is that of finite differences", async () => {
    await useBackend("cpu");
    const made = randomCase(3);
    const [, ...ofWeights] = runBlock(made, {
      solve: solvers[1]!,
      gradient: implicit,
      carry: "exact",
    }).gradients;
    const step = 1e-5;
    ofWeights.forEach((gradient, k) => {
      const wanted = Array.from(gradient, (_, at) => {
        const moved = (by: number): number =>
          loss(
            made.small,
            made.g,
            made.small.weights.map((w, j) => {
              const copy = w.slice();
              if (j === k) copy[at]! += by;
              return copy;
            }),
          );
        return (moved(step) - moved(-step)) / (2 * step);
      });
      expect(relative(gradient, wanted), `weight ${k}`).toBeLessThan(1e-3);
    });
  });
});
