/**
 * Trains a network to solve a problem: first-order steps in single precision, then a quasi-Newton method in
 * double, where the line search compares losses that differ in their last digits. Both see all points at every step.
 */
import { SgnnError } from "../error.js";
import { modelWeights, setWeights } from "../export/weights.js";
import type { NdArray } from "../data/ndarray.js";
import type { Model } from "../layers/layer.js";
import { Scope } from "../layers/scope.js";
import { loadCheckpoint, saveCheckpoint, type Identity } from "../train/checkpoint.js";
import { RunClock } from "../train/clock.js";
import { clipGradients, createOptimizer, type Optimizer } from "../train/optimizers.js";
import type { ProgressEvent } from "../train/progress.js";
import { RunFolder, type RunRecord, type RunStatus } from "../train/run-folder.js";
import { createSchedule } from "../train/schedule.js";
import type { NamedCall } from "../train/spec.js";
import { buildEngine, layoutOf, type Layout } from "./build.js";
import { Judge } from "./judge.js";
import { InverseHessian } from "./broyden.js";
import { StepMemory } from "./lbfgs.js";
import { ProblemLoss, ProblemPoints, type LossValue } from "./loss.js";
import { minimise, type Curvature, type End, type Verdict } from "./quasi-newton.js";
import type { SolverExperiment } from "./spec.js";

export interface SolveOptions {
  readonly seed: number;
  /** Steps of the first-order optimiser instead of the declared number. */
  readonly epochs?: number | undefined;
  readonly folder?: string | undefined;
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly backend: { readonly name: string; readonly versions?: Readonly<Record<string, string>> };
  readonly tool?: string | undefined;
  /** Go on from the checkpoint in `folder`, as if training had never stopped. */
  readonly resume?: boolean | undefined;
  readonly replace?: boolean | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SolveResult {
  readonly status: Exclude<RunStatus, "running">;
  readonly message: string;
  readonly problem: SgnnError | undefined;
  /** Steps and iterations made. */
  readonly epoch: number;
  readonly epochs: number;
  /** `test`: errors against the exact solution, and the mean squared residuals by term. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly parameters: number;
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  readonly folder: string | undefined;
}

/** Seconds between checkpoints. */
const SAVE_EVERY = 20;
/** Steps between lines of metrics.jsonl, as a share of all. */
const RECORDS = 200;

/**
 * Trains one solver with one seed.
 * @throws SgnnError R3xx; a loss that is not finite is no exception but the status "diverged"
 */
export async function solve(
  experiment: SolverExperiment,
  options: SolveOptions,
): Promise<SolveResult> {
  const scope = new Scope({ seed: options.seed });
  const model = experiment.create(scope);
  try {
    return await new Solver(experiment, model, options).run();
  } finally {
    model.dispose();
  }
}

class Solver {
  private readonly layout: Layout;
  /** Parameters of the first-order steps. */
  private readonly values: Float32Array;
  private readonly points: ProblemPoints;
  private readonly single: ProblemLoss;
  private readonly double: ProblemLoss;
  private readonly judge: Judge;
  private readonly stages: readonly Stage[];
  private readonly identity: Identity;
  private readonly folder: RunFolder | undefined;
  private readonly steps: number;
  private readonly epochs: number;
  private readonly clock = new RunClock();
  /** Steps of first-order stages. */
  private step = 0;
  /** Iterations of all quasi-Newton stages, and those of the current stage. */
  private iterations = 0;
  private made = 0;
  private stage = 0;
  /** Parameters of the quasi-Newton stages, once one has begun. */
  private exact: Float64Array | undefined;
  private loss: LossValue = { total: NaN, terms: [] };
  private lastSave = performance.now();
  private lastPause = performance.now();
  private ends: string[] = [];

  constructor(
    private readonly experiment: SolverExperiment,
    private readonly model: Model<never>,
    private readonly options: SolveOptions,
  ) {
    const { problem, network, train, name, source } = experiment;
    this.layout = layoutOf(model.parameters());
    this.values = flatten(modelWeights(model), this.layout);
    const first = buildEngine(problem, network, this.layout, 32);
    const second = buildEngine(problem, network, this.layout, 64);
    this.points = new ProblemPoints(problem, second, options.seed);
    this.single = new ProblemLoss(problem, first, this.points);
    this.double = new ProblemLoss(problem, second, this.points);
    this.judge = new Judge(problem, second);
    this.stages = train.optimize.map((call) => stageOf(call, this.values.length));
    this.steps = options.epochs ?? train.epochs;
    const more = train.optimize.map(({ args }) => args["most"] ?? 0);
    this.epochs = this.firstOrder() * this.steps + more.reduce((sum, one) => sum + one, 0);
    this.identity = {
      experiment: name,
      sourceHash: source?.hash ?? "",
      seed: options.seed,
      backend: options.backend.name,
    };
    const mode = options.resume === true ? "resume" : options.replace === true ? "replace" : "new";
    this.folder =
      options.folder === undefined
        ? undefined
        : RunFolder.open(options.folder, options.files ?? {}, mode);
    if (options.folder !== undefined && mode === "resume") this.restore(options.folder);
    this.folder?.truncateEpochs(this.step + this.iterations);
  }

  private firstOrder(): number {
    return this.stages.some(({ rule }) => rule !== undefined) ? 1 : 0;
  }

  async run(): Promise<SolveResult> {
    const before = this.step + this.iterations;
    this.writeRecord("running");
    let status: SolveResult["status"] = "finished";
    for (; this.stage < this.stages.length; this.stage += 1) {
      const { call, rule, curvature } = this.stages[this.stage]!;
      if (rule !== undefined) status = await this.follow(rule, call);
      else if (curvature !== undefined) status = await this.refine(curvature, call);
      this.save();
      if (status !== "finished") break;
      this.made = 0;
    }
    return this.finish(status, before);
  }

  /** Steps of a first-order optimiser; returns how it went. */
  private async follow(rule: Optimizer, call: NamedCall): Promise<SolveResult["status"]> {
    const { train, problem } = this.experiment;
    const schedule = createSchedule(train.schedule, this.steps);
    const gradient = new Float64Array(this.values.length);
    let good = this.values.slice();
    const balanceEvery = problem.weights?.name === "adaptive" ? problem.weights.args["every"]! : 0;
    while (this.step < this.steps) {
      if (this.options.signal?.aborted === true) return "interrupted";
      this.points.advance(this.step, this.single, this.values);
      if (balanceEvery > 0 && this.step % balanceEvery === 0) this.single.balance(this.values);
      this.loss = this.single.value(this.values, gradient);
      if (!Number.isFinite(this.loss.total) || !gradient.every(Number.isFinite)) {
        this.values.set(good);
        return "diverged";
      }
      good = this.values.slice();
      const host = new Map([["all", Float32Array.from(gradient)]]);
      if (train.clip !== undefined) clipGradients(host, train.clip);
      const factor = schedule(this.step + 1);
      rule.update("all", this.values, host.get("all")!, factor);
      this.step += 1;
      this.record(this.step, (call.args["rate"] ?? 1e-3) * factor, this.steps);
      if (this.step % 16 === 0 && (performance.now() - this.lastSave) / 1000 > SAVE_EVERY)
        this.save();
      await this.pause();
    }
    this.ends.push(`${this.steps} steps of ${rule.name}`);
    return "finished";
  }

  /** A quasi-Newton stage. */
  private async refine(curvature: Curvature, call: NamedCall): Promise<SolveResult["status"]> {
    const { most = 5000, tolerance = 1e-9 } = call.args;
    const x = (this.exact ??= Float64Array.from(this.values));
    const first = this.iterations - this.made;
    // The search tries points; what is reported is the one it keeps.
    let tried: LossValue = this.loss;
    const result = await minimise(
      (at, gradient) => (tried = this.double.value(at, gradient)).total,
      x,
      curvature,
      { most, tolerance, made: this.made },
      async ({ iteration }): Promise<Verdict> => {
        this.loss = tried;
        this.made = iteration;
        this.iterations = first + iteration;
        const reached = this.step + this.iterations;
        this.record(reached, 1, most);
        const changed = this.points.advance(reached, this.double, x);
        if ((performance.now() - this.lastSave) / 1000 > SAVE_EVERY) this.save();
        await this.pause();
        if (this.options.signal?.aborted === true) return "stop";
        return changed ? "changed" : "go on";
      },
    );
    const words: Record<End, string> = {
      most: "",
      tolerance: " (the gradient is below the tolerance)",
      "no progress": " (no step lowers the loss further)",
      "not finite": "",
      stopped: "",
    };
    this.ends.push(`${result.iteration} iterations of ${call.name}${words[result.end]}`);
    if (result.end === "not finite") {
      this.loss = { total: NaN, terms: [] };
      return "diverged";
    }
    return result.end === "stopped" ? "interrupted" : "finished";
  }

  private termValues(): Record<string, number> {
    return Object.fromEntries(
      this.single.names.map((name, k) => [name, this.loss.terms[k] ?? NaN]),
    );
  }

  private record(step: number, rate: number, steps: number): void {
    this.options.onProgress?.({
      ...{ name: this.experiment.name, epoch: step, epochs: this.epochs, step: 1, steps: 1 },
      ...{ loss: this.loss.total, parts: this.termValues(), spikeRate: 0 },
      secondsLeft: ((this.epochs - step) * this.clock.sitting()) / Math.max(1, step),
    });
    const every = Math.max(1, Math.floor(steps / RECORDS));
    if (step % every !== 0) return;
    this.folder?.appendEpoch({
      ...{ epoch: step, loss: this.loss.total, rate, spike_rate: 0 },
      parts: this.termValues(),
      seconds: this.clock.sitting(),
    });
  }

  /** Lets signals in, a few times a second. */
  private async pause(): Promise<void> {
    if (performance.now() - this.lastPause < 50) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.lastPause = performance.now();
  }

  private save(): void {
    const { folder } = this.options;
    this.lastSave = performance.now();
    if (folder === undefined) return;
    const { step, values, stages, stage, made, iterations } = this;
    const doubles = new Map(this.points.state());
    doubles.set("counters", Float64Array.of(stage, made, iterations));
    if (this.exact !== undefined) doubles.set("parameters", this.exact);
    const known = stages[stage]?.curvature?.state() ?? [];
    known.forEach((array, k) => doubles.set(`curvature.${k}`, array));
    saveCheckpoint(folder, {
      identity: this.identity,
      progress: {
        ...{ epoch: step, step: 0, lossSum: 0, lossCount: 0, best: undefined },
        ...this.clock.spent(),
      },
      model: new Map([["all", values]]),
      best: undefined,
      optimizers: stages.flatMap(({ rule }) => (rule === undefined ? [] : [rule.slots])),
      doubles,
    });
  }

  private restore(folder: string): void {
    const loaded = loadCheckpoint(folder, this.identity);
    if (loaded === undefined) return;
    const { checkpoint, warning } = loaded;
    if (warning !== undefined)
      this.options.onWarning?.(`${warning}; the generation before it is used`);
    const values = checkpoint.model.get("all");
    if (values?.length === this.values.length) this.values.set(values);
    const rules = this.stages.flatMap(({ rule }) => rule ?? []);
    checkpoint.optimizers.forEach((slots, k) => {
      for (const [path, slot] of slots) rules[k]?.slots.set(path, { ...slot });
    });
    this.step = checkpoint.progress.epoch;
    this.clock.restore(checkpoint.progress);
    const doubles = checkpoint.doubles ?? new Map<string, Float64Array>();
    this.points.restore(doubles);
    this.exact = doubles.get("parameters")?.slice();
    const [stage = 0, made = 0, iterations = 0] = doubles.get("counters") ?? [];
    Object.assign(this, { stage, made, iterations });
    const known: Float64Array[] = [];
    for (let k = 0; doubles.has(`curvature.${k}`); k++) known.push(doubles.get(`curvature.${k}`)!);
    if (known.length > 0) this.stages[stage]?.curvature?.restore(known);
  }

  private finish(status: SolveResult["status"], before: number): SolveResult {
    const x = this.exact ?? this.values;
    const { seconds } = this.clock.spent();
    const spent = this.clock.sitting();
    setWeights(this.model, unflatten(Float32Array.from(x), this.layout), "the solution");
    const weights = modelWeights(this.model);
    const metrics: Record<string, Record<string, number>> = {};
    if (status !== "interrupted") {
      // As saved, in single precision.
      const { terms } = this.double.value(Float32Array.from(x));
      const names = this.double.names;
      metrics["test"] = {
        ...this.judge.metrics(),
        ...Object.fromEntries(names.map((name, k) => [`residual.${name}`, terms[k]!])),
      };
    }
    this.folder?.writeWeights(weights, {
      experiment: this.experiment.name,
      sourceHash: this.identity.sourceHash,
      scale: {},
    });
    const problem = status === "diverged" ? this.divergence() : undefined;
    const message = problem ? `${problem.message}. ${problem.fix}` : this.messageFor(status);
    this.writeRecord(status, message, metrics);
    const made = this.step + this.iterations - before;
    return {
      ...{ status, message, problem, metrics, weights, seconds },
      epoch: this.step + this.iterations,
      epochs: this.epochs,
      parameters: this.layout.size,
      secondsPerEpoch: made > 0 ? spent / made : 0,
      folder: this.folder?.path,
    };
  }

  private messageFor(status: SolveResult["status"]): string {
    if (status !== "interrupted") return this.ends.join(", then ");
    const where =
      this.folder === undefined ? "nothing was saved" : `a checkpoint is in ${this.folder.path}`;
    return `interrupted after ${this.step + this.iterations} steps; ${where}, go on with --resume`;
  }

  private divergence(): SgnnError {
    return new SgnnError({
      code: "R310",
      message: `the loss became ${this.loss.total} at step ${this.step + this.iterations + 1}`,
      why: "a residual overflowed, or was divided by zero, or the learning rate is too large",
      fix: "Lower the rate, or limit the gradient with clip 1; the weights of the step before were kept",
    });
  }

  private writeRecord(status: RunStatus, message?: string, metrics?: RunRecord["metrics"]): void {
    const { experiment, options } = this;
    this.folder?.writeRecord({
      tool: options.tool ?? "sgnn",
      experiment: experiment.name,
      model: experiment.model,
      status,
      message,
      source: experiment.source ?? { file: "", hash: "" },
      seed: options.seed,
      backend: options.backend.name,
      versions: options.backend.versions ?? {},
      data: experiment.problem.name,
      parameters: this.layout.size,
      epochs: this.epochs,
      epoch: this.step + this.iterations,
      select: "loss",
      metrics,
      ...this.clock.spent(),
    });
  }
}

/** A first-order rule, or what a quasi-Newton method knows of the curvature. */
interface Stage {
  readonly call: NamedCall;
  readonly rule: Optimizer | undefined;
  readonly curvature: Curvature | undefined;
}

function stageOf(call: NamedCall, size: number): Stage {
  switch (call.name) {
    case "lbfgs":
      return { call, rule: undefined, curvature: new StepMemory(call.args["memory"] ?? 50) };
    case "broyden":
      return { call, rule: undefined, curvature: new InverseHessian(size) };
    default:
      return { call, rule: createOptimizer(call), curvature: undefined };
  }
}

/** All parameters of a model in one array. */
export function flatten(weights: ReadonlyMap<string, NdArray>, layout: Layout): Float32Array {
  const all = new Float32Array(layout.size);
  for (const [path, { data }] of weights) all.set(data as Float32Array, layout.offsets.get(path)!);
  return all;
}

/** The arrays of a model out of one. */
export function unflatten(all: Float32Array, layout: Layout): Map<string, NdArray> {
  return new Map(
    [...layout.shapes].map(([path, shape]) => {
      const start = layout.offsets.get(path)!;
      const size = shape.reduce((product, one) => product * one, 1);
      return [path, { shape: [...shape], dtype: "f32", data: all.slice(start, start + size) }];
    }),
  );
}
