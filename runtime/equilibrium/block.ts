/**
 * An equilibrium block: z = f(z, previous, reads) at every snapshot, with its gradient.
 *
 * Forward, no operation of the solve is recorded. Backward at the equilibrium z with J = df/dz
 * (Bai, Kolter, Koltun 2019, thm. 1; for spiking networks Xiao et al. 2021, eq. 7; over snapshots ours):
 *
 *   v_T = J_T^T v_T + g_T,    v_t = J_t^T v_t + g_t + (df_{t+1}/dz_t)^T v_{t+1}
 *   dL/dreads = sum_t (df_t/dreads)^T v_t
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Graph } from "../graph/graph.js";
import type { Run } from "../layers/run.js";
import { linearise, type Linearisation } from "./linearise.js";
import { rateOf, simulate, type Fire, type RateNeuron } from "./simulate.js";
import { solveFixedPoint, type Solution } from "./solvers.js";
import type { Carry, ForwardSpec, GradientSpec } from "./spec.js";

/** States by name; the map also finds `previous` there, the result of the snapshot before. */
export type States = Readonly<Record<string, Tensor>>;

/** One evaluation of the block's equations: fed-back states in, the same states out. */
export type EquilibriumMap = (
  states: States,
  reads: readonly Tensor[],
  graph: Graph,
  fire: Fire,
) => States;

export interface EquilibriumOptions {
  /** Path of the block in the model. */
  readonly path: string;
  readonly run: Run;
  /** The graph the block lives on; of a stack of snapshots each is solved after the one before. */
  readonly graph: Graph | undefined;
  readonly solve: ForwardSpec;
  readonly gradient: GradientSpec;
  readonly carry: Carry;
  /** Shapes of the fed-back states over all snapshots together; the last one is the result. */
  readonly states: Readonly<Record<string, readonly number[]>>;
  /** Spiking neurons by state; empty when the equations have other forms. */
  readonly neurons: Readonly<Record<string, RateNeuron>>;
  /** Everything else the map depends on: weights, and values with a row per node (and snapshot). */
  readonly reads: readonly Tensor[];
  readonly map: EquilibriumMap;
}

/**
 * The result state at the equilibrium, [rows, ..]; with snapshots time-major, [T * N, ..].
 * Solves are recorded in `run.solves`, firing rates in `run.activity`.
 */
export function equilibrium(options: EquilibriumOptions): Tensor {
  const block = new Block(options);
  const result =
    options.gradient.name === "unroll"
      ? block.unrolled(options.gradient.steps)
      : block.implicit(options.gradient);
  block.recordActivity(result);
  return result;
}

class Block {
  private readonly names: readonly string[];
  private readonly result: string;
  private readonly graphs: readonly (Graph | undefined)[];
  /** Whether each read has its own rows in every snapshot. */
  private readonly isSplit: readonly boolean[];

  constructor(private readonly options: EquilibriumOptions) {
    const { graph, reads, states } = options;
    this.names = Object.keys(states);
    this.result = this.names[this.names.length - 1]!;
    this.graphs = graph?.stacked ?? [graph];
    const rows = graph === undefined ? -1 : graph.nodeCount;
    this.isSplit = reads.map(
      (read) => this.graphs.length > 1 && !(read instanceof tf.Variable) && read.shape[0] === rows,
    );
  }

  /* ---------------------------------------------------------------- one snapshot */

  private shape(name: string): number[] {
    const [rows, ...rest] = this.options.states[name]!;
    return [rows! / this.graphs.length, ...rest];
  }

  private zeros(): States {
    return Object.fromEntries(this.names.map((name) => [name, tf.zeros(this.shape(name))]));
  }

  /** The reads of snapshot t as new tensors where they have rows of their own. */
  private readsAt(reads: readonly Tensor[], t: number): Tensor[] {
    return reads.map((read, k) => {
      if (!this.isSplit[k]) return tf.clone(read);
      const rows = read.shape[0]! / this.graphs.length;
      return tf.slice(read, t * rows, rows);
    });
  }

  private readonly rate: Fire = (name, current) => rateOf(current, this.options.neurons[name]!);

  private evaluate(states: States, previous: Tensor, reads: readonly Tensor[], t: number): States {
    const { map, graph } = this.options;
    const snapshot = this.graphs[t] ?? graph;
    return map({ ...states, previous }, reads, snapshot as Graph, this.rate);
  }

  /** States side by side as one tensor: the state itself when there is only one. */
  private pack(states: States): Tensor {
    if (this.names.length === 1) return states[this.result]!;
    return tf.concat(
      this.names.map((name) => tf.reshape(states[name]!, [-1])),
      0,
    );
  }

  private unpack(packed: Tensor): States {
    if (this.names.length === 1) return { [this.result]: packed };
    const sizes = this.names.map((name) => tf.util.sizeFromShape(this.shape(name)));
    const parts = tf.split(packed, sizes, 0);
    return Object.fromEntries(
      this.names.map((name, k) => [name, tf.reshape(parts[k]!, this.shape(name))]),
    );
  }

  /* ---------------------------------------------------------------- forward */

  /** The equilibria of all snapshots, packed; outside of the tape. */
  private forward(reads: readonly Tensor[]): Tensor[] {
    const { carry, solve: spec, map, graph, neurons } = this.options;
    const found: Tensor[] = [];
    this.graphs.forEach((snapshot, t) => {
      const here = this.readsAt(reads, t);
      const before = found[t - 1];
      const previous = tf.tidy(() => this.previous(before));
      if (spec.name === "simulate") {
        const start = this.zeros();
        const { rates } = simulate(
          (spikes, fire) => map({ ...spikes, previous }, here, (snapshot ?? graph) as Graph, fire),
          start,
          neurons,
          spec.steps,
        );
        found.push(tf.tidy(() => tf.clone(this.pack(rates))));
        Object.values({ ...rates, ...start }).forEach((tensor) => tensor.dispose());
      } else {
        const isFresh = before === undefined || carry === "none";
        const start = isFresh ? tf.tidy(() => this.pack(this.zeros())) : tf.clone(before);
        const solution = solveFixedPoint(
          (z) => this.pack(this.evaluate(this.unpack(z), previous, here, t)),
          start,
          spec,
        );
        start.dispose();
        this.record(solution, "forward", t, spec.failed === "stop");
        found.push(solution.value);
      }
      previous.dispose();
      here.forEach((tensor) => tensor.dispose());
    });
    return found;
  }

  /** What the map reads as `previous`; zero at the first snapshot, or without a carry. */
  private previous(before: Tensor | undefined): Tensor {
    const { carry } = this.options;
    if (before === undefined || carry === "none" || carry === "warm") {
      return tf.zeros(this.shape(this.result));
    }
    return tf.clone(this.unpack(before)[this.result]!);
  }

  private record(
    solution: Solution,
    pass: "forward" | "backward",
    t: number,
    stops: boolean,
  ): void {
    const { residual, iterations, history, converged } = solution;
    this.options.run.solves.record({
      path: this.options.path,
      pass,
      snapshot: t,
      residual,
      iterations,
      history,
      converged,
      stops: stops && !converged,
    });
  }

  /* ---------------------------------------------------------------- gradients */

  implicit(gradient: Exclude<GradientSpec, { name: "unroll" }>): Tensor {
    const { reads } = this.options;
    const run = tf.customGrad((...args) => {
      const save = args[args.length - 1] as unknown as (tensors: Tensor[]) => void;
      const given = args.slice(0, -1) as Tensor[];
      const found = this.forward(given);
      save([...given, ...found]);
      const value = tf.tidy(() =>
        tf.concat(
          found.map((packed) => this.unpack(packed)[this.result]!),
          0,
        ),
      );
      found.forEach((tensor) => tensor.dispose());
      return {
        value,
        gradFunc: (dy: Tensor, saved: Tensor[]) =>
          tf.tidy(() =>
            this.backward(dy, saved.slice(0, given.length), saved.slice(given.length), gradient),
          ),
      };
    });
    return run(...reads);
  }

  private backward(
    dy: Tensor,
    reads: readonly Tensor[],
    found: readonly Tensor[],
    gradient: Exclude<GradientSpec, { name: "unroll" }>,
  ): Tensor[] {
    const count = this.graphs.length;
    const rows = dy.shape[0]! / count;
    const whole: (Tensor | undefined)[] = reads.map(() => undefined);
    const parts: Tensor[][] = reads.map(() => []);
    let carried: Tensor | undefined;
    for (let t = count - 1; t >= 0; t--) {
      const here = this.readsAt(reads, t);
      const previous = this.previous(found[t - 1]);
      const point = linearise(
        ([z, before, ...rest]) => [this.pack(this.evaluate(this.unpack(z!), before!, rest, t))],
        [found[t]!, previous, ...here],
      );
      const own = tf.slice(dy, t * rows, rows);
      const arriving = this.arriving(carried ? tf.add(own, carried) : own);
      const adjoint = this.adjoint(point, arriving, gradient, t);
      const isCarried = this.options.carry === "exact" && t > 0;
      const wanted = [...(isCarried ? [1] : []), ...here.map((_, k) => k + 2)];
      const pulled = point.pull([adjoint], wanted);
      carried = isCarried ? pulled.shift() : undefined;
      pulled.forEach((part, k) => {
        const sum = whole[k];
        if (this.isSplit[k]) parts[k]!.unshift(part);
        else whole[k] = sum ? tf.add(sum, part) : part;
        if (!this.isSplit[k] && sum) {
          sum.dispose();
          part.dispose();
        }
      });
      point.values.forEach((value) => value.dispose());
      point.dispose();
      [adjoint, arriving, own, previous, ...here].forEach((tensor) => tensor.dispose());
    }
    return reads.map((_, k) => (this.isSplit[k] ? tf.concat(parts[k]!, 0) : whole[k]!));
  }

  /** The gradient of the result as one of the packed states. */
  private arriving(dy: Tensor): Tensor {
    if (this.names.length === 1) return tf.clone(dy);
    const zeros = this.names.slice(0, -1).map((name) => tf.zeros(this.shape(name)));
    return tf.tidy(() =>
      tf.concat(
        [...zeros, dy].map((part) => tf.reshape(part, [-1])),
        0,
      ),
    );
  }

  /** v = J^T v + g. */
  private adjoint(
    point: Linearisation,
    g: Tensor,
    gradient: Exclude<GradientSpec, { name: "unroll" }>,
    t: number,
  ): Tensor {
    const step = (v: Tensor): Tensor => tf.add(point.pull([v], [0])[0]!, g);
    if (gradient.name === "implicit") {
      const solution = solveFixedPoint(step, g, gradient.solver);
      this.record(solution, "backward", t, false);
      return solution.value;
    }
    let v = tf.clone(g);
    for (let k = 1; k < gradient.steps; k++) {
      const next = tf.tidy(() => step(v));
      v.dispose();
      v = next;
    }
    return v;
  }

  /** Plain iteration on the tape from zero at every snapshot: backpropagation through all steps. */
  unrolled(steps: number): Tensor {
    const { reads, carry } = this.options;
    const count = this.graphs.length;
    const parts = reads.map((read, k) =>
      this.isSplit[k] ? tf.split(read, count, 0) : Array.from({ length: count }, () => read),
    );
    const results: Tensor[] = [];
    for (let t = 0; t < count; t++) {
      const here = parts.map((part) => part[t]!);
      const before = results[t - 1];
      const isRead = before !== undefined && (carry === "exact" || carry === "truncated");
      const zero = tf.zeros(this.shape(this.result));
      const previous = !isRead ? zero : carry === "exact" ? before : detached(before);
      let states = this.zeros();
      for (let k = 0; k < steps; k++) states = this.evaluate(states, previous, here, t);
      results.push(states[this.result]!);
    }
    return count === 1 ? results[0]! : tf.concat(results, 0);
  }

  /* ---------------------------------------------------------------- activity */

  /** The rate of each neuron: spikes per latent step. */
  recordActivity(result: Tensor): void {
    const { run, path, neurons } = this.options;
    if (neurons[this.result] === undefined) return;
    const steps = this.graphs.length;
    const rates = tf.tidy(() => [...tf.mean(tf.reshape(result, [steps, -1]), 1).dataSync()]);
    run.activity.record({
      path,
      fraction: rates.reduce((sum, rate) => sum + rate, 0) / steps,
      tensor: tf.mean(result),
      steps,
      units: result.size / steps,
      rates,
    });
  }
}

/** The value without its gradient. */
function detached(x: Tensor): Tensor {
  return tf.customGrad((...args) => ({
    value: tf.clone(args[0] as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(x);
}
