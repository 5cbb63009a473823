/**
 * Training: a function of (experiment, data, seed, backend) from initial to chosen weights.
 *
 * Shuffles are keyed by (seed, "shuffle", epoch) and every draw inside the model by (seed, purpose,
 * call, epoch, step), so there is no generator state: a resumed run continues bit for bit.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { SgnnError } from "../error.js";
import { hasSigns, writePacked } from "../export/packed.js";
import { modelWeights, setWeights } from "../export/weights.js";
import type { NdArray } from "../data/ndarray.js";
import { solveWarning, summariseSolves, type Solve } from "../equilibrium/record.js";
import { gradients } from "../layers/gradients.js";
import { createRun } from "../layers/run.js";
import { Rng } from "../tensor/random/rng.js";
import { loadCheckpoint, saveCheckpoint, type Identity } from "./checkpoint.js";
import { RunClock } from "./clock.js";
import { divergence, type Diverged } from "./diverged.js";
import { trainError } from "./errors.js";
import { energyMetrics, measureEnergy } from "./measure.js";
import { isLargerBetter, isMetric } from "./metrics.js";
import { clipFactor, createOptimizer, globalNorm, type Optimizer } from "./optimizers.js";
import type { ProgressEvent } from "./progress.js";
import {
  readRunWeights,
  RunFolder,
  type EpochRecord,
  type RunRecord,
  type RunStatus,
} from "./run-folder.js";
import { createSchedule } from "./schedule.js";
import { openSession, type Session } from "./session.js";
import type { Experiment } from "./spec.js";
import { Teaching } from "./teaching.js";

export interface TrainOptions {
  readonly seed: number;
  /** Instead of the declared number. */
  readonly epochs?: number | undefined;
  /** A data file instead of the declared one. */
  readonly dataFile?: string | undefined;
  /** Folder of the .sgnn file. */
  readonly baseFolder: string;
  /** Run folder; nothing is written without it. */
  readonly folder?: string | undefined;
  /** Texts to keep in the run folder: the source, the generated code. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Name of the backend, and versions, for run.json. */
  readonly backend: { readonly name: string; readonly versions?: Readonly<Record<string, string>> };
  /** Tool and version, for run.json. */
  readonly tool?: string | undefined;
  /** Go on from the last checkpoint in `folder`; from the beginning when there is none. */
  readonly resume?: boolean | undefined;
  /** Overwrite a run in `folder`. */
  readonly replace?: boolean | undefined;
  readonly fold?: number | undefined;
  /** A run whose chosen weights this one begins with. */
  readonly continues?: string | undefined;
  /** The run of the experiment's teacher; without it only the labels are learned. */
  readonly teacher?: string | undefined;
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Stops after the current step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds between checkpoints; 2 unless given, 0 for one after every step. When they fall does not change results. */
  readonly checkpointSeconds?: number | undefined;
}

export interface RunResult {
  readonly status: Exclude<RunStatus, "running">;
  /** One sentence for people; for "interrupted" and "diverged" it says what to do. */
  readonly message: string;
  /** Set when training diverged. */
  readonly problem: SgnnError | undefined;
  readonly epoch: number;
  readonly epochs: number;
  readonly select: string;
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
  /** loss and the reported metrics, with the chosen weights, for validation and test (those that are not empty). */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly history: readonly EpochRecord[];
  readonly parameters: number;
  /** The chosen weights by path. */
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly seconds: number;
  /** Mean wall time of an epoch of this call, validation included. */
  readonly secondsPerEpoch: number;
  readonly folder: string | undefined;
}

/**
 * Trains one model with one seed.
 * @throws SgnnError R2xx (data), R3xx (training); a loss that is not finite is no exception but the status "diverged"
 */
export async function train(experiment: Experiment, options: TrainOptions): Promise<RunResult> {
  const session = await openSession(experiment, options);
  const { teacher } = experiment;
  const teaching =
    teacher === undefined || options.teacher === undefined
      ? undefined
      : new Teaching(teacher, options.teacher);
  let trainer: Trainer | undefined;
  try {
    trainer = new Trainer(session, options, teaching);
    return await trainer.run();
  } finally {
    trainer?.dispose();
    teaching?.dispose();
    session.dispose();
  }
}

class Trainer {
  private readonly experiment: Experiment;
  private readonly epochs: number;
  private readonly optimizers: Optimizer[];
  private readonly select: string;
  private readonly reported: readonly string[];
  private readonly identity: Identity;
  private readonly folder: RunFolder | undefined;
  private readonly clock = new RunClock();
  private history: EpochRecord[] = [];
  private epoch = 0;
  private step = 0;
  private lossSum = 0;
  private lossCount = 0;
  private best: { epoch: number; value: number } | undefined;
  private bestWeights: Map<string, NdArray> | undefined;
  private lastSave = performance.now();
  private lastYield = performance.now();
  private spikeRate = 0;

  constructor(
    private readonly session: Session,
    private readonly options: TrainOptions,
    private readonly teaching: Teaching | undefined,
  ) {
    const { experiment } = session;
    const { train: spec, source } = experiment;
    this.experiment = experiment;
    this.epochs = options.epochs ?? spec.epochs;
    this.select = spec.select ?? "loss";
    this.reported = spec.report.filter((name) => isMetric(name) || name === "spike_rate");
    if (!Number.isInteger(this.epochs) || this.epochs < 1) {
      throw trainError(
        "R304",
        `training for ${this.epochs} epochs`,
        "it is a whole number, at least 1",
        "give --epochs 100, for example",
      );
    }
    if (this.select !== "loss" && !isMetric(this.select)) {
      throw trainError(
        "R302",
        `select ${this.select} is not a validation value`,
        "weights are chosen by the loss or by a metric",
        "use select loss",
      );
    }
    if (
      session.split.validation.length === 0 &&
      (spec.patience !== undefined || spec.select !== undefined)
    ) {
      throw trainError(
        "R303",
        `${spec.patience !== undefined ? "patience" : "select"} needs a validation part, data ${experiment.data.name} has none`,
        "it watches a value on rows that are not trained on",
        "give the split a validation part, or take the line out",
      );
    }
    this.optimizers = spec.optimize.map(createOptimizer);
    if (this.optimizers.length === 0)
      this.optimizers.push(createOptimizer({ name: "adam", args: {} }));
    this.identity = {
      experiment: experiment.name,
      sourceHash: source?.hash ?? "",
      seed: options.seed,
      backend: options.backend.name,
    };
    const mode = options.resume === true ? "resume" : options.replace === true ? "replace" : "new";
    this.folder =
      options.folder === undefined
        ? undefined
        : RunFolder.open(options.folder, options.files ?? {}, mode);
    if (options.continues !== undefined) {
      const { tensors, label } = readRunWeights(options.continues);
      setWeights(session.model, tensors, label);
    }
    if (options.folder !== undefined && mode === "resume") this.restore(options.folder);
    this.history = this.folder?.truncateEpochs(this.epoch) ?? [];
  }

  async run(): Promise<RunResult> {
    const { options } = this;
    const schedule = createSchedule(this.experiment.train.schedule, this.epochs);
    const firstEpoch = this.epoch;
    this.writeRecord("running");
    let status: RunResult["status"] = "finished";
    let diverged: Diverged | undefined;
    while (this.epoch < this.epochs) {
      if (this.patienceIsOver()) {
        status = "stopped early";
        break;
      }
      const outcome = await this.runEpoch(schedule(this.epoch + 1));
      if (outcome === "interrupted") {
        this.save();
        status = "interrupted";
        break;
      }
      if (outcome !== "done") {
        diverged = outcome;
        status = "diverged";
        break;
      }
      if (options.signal?.aborted === true && this.epoch < this.epochs) {
        this.save();
        status = "interrupted";
        break;
      }
      this.saveWhenDue();
    }
    return this.finish(status, diverged, firstEpoch);
  }

  dispose(): void {
    for (const optimizer of this.optimizers) optimizer.dispose();
  }

  /** One pass over the training units, from the step where a checkpoint left it. */
  private async runEpoch(factor: number): Promise<"done" | "interrupted" | Diverged> {
    const start = performance.now();
    const epoch = this.epoch + 1;
    const { session, experiment } = this;
    const order = this.order(epoch);
    const size = experiment.train.batch ?? order.length;
    const steps = Math.max(1, Math.ceil(order.length / size));
    const optimizer = this.optimizerOf(epoch);
    // Losses stay on the backend until the epoch ends, unless something needs them earlier.
    const pending: { value: Tensor; count: number; step: number }[] = [];
    let rates = 0;
    let runs = 0;
    const solves: Solve[] = [];
    const settle = (): Diverged | undefined => {
      let bad: Diverged | undefined;
      for (const { value, count, step } of pending) {
        const loss = value.dataSync()[0]!;
        value.dispose();
        if (!Number.isFinite(loss)) bad ??= { epoch, step, value: loss };
        this.lossSum += loss * count;
        this.lossCount += count;
      }
      pending.length = 0;
      return bad;
    };
    while (this.step < steps) {
      if (this.options.signal?.aborted === true) {
        const bad = settle();
        return bad ?? "interrupted";
      }
      const units = order.subarray(this.step * size, (this.step + 1) * size);
      const { batch, kept } = session.batch(
        units,
        Rng.of(this.options.seed, "augment", epoch, this.step),
      );
      const run = createRun({
        training: true,
        seed: this.options.seed,
        epoch,
        step: this.step,
        binary: experiment.binary,
        remembersStructure: this.teaching !== undefined,
      });
      const lesson = this.teaching?.lesson(batch);
      const { value, gradients: found } = gradients(
        () =>
          lesson === undefined || this.teaching === undefined
            ? session.forward(batch, run).loss
            : this.teaching.loss(batch, session, run, lesson),
        session.model.parameters(),
      );
      lesson?.dispose();
      rates += run.activity.rate;
      runs += 1;
      solves.push(...run.solves.entries);
      if (run.solves.entries.some(({ stops }) => stops)) {
        [value, ...found.values()].forEach((tensor) => tensor.dispose());
        if (!kept) batch.dispose();
        const unsolved = solveWarning(run.solves.entries);
        return settle() ?? { epoch, step: this.step, value: NaN, unsolved };
      }
      this.applyStep(optimizer, found, factor);
      pending.push({ value, count: batch.count, step: this.step });
      if (!kept) batch.dispose();
      this.step += 1;
      if (this.step < steps && (this.dueToSave() || performance.now() - this.lastYield > 50)) {
        const bad = settle();
        if (bad) return bad;
        this.spikeRate = rates / runs;
        this.saveWhenDue();
        this.report(epoch, steps, start, undefined);
        await this.pause();
      }
    }
    const bad = settle();
    if (bad) return bad;
    const warning = solveWarning(solves);
    if (warning !== undefined) this.options.onWarning?.(`epoch ${epoch}: ${warning}`);
    const loss = this.lossSum / this.lossCount;
    if (runs > 0) this.spikeRate = rates / runs;
    const judged = this.judge(epoch);
    if (judged !== undefined && !Number.isFinite(judged.value))
      return { epoch, step: steps, value: judged.value };
    this.epoch = epoch;
    this.step = 0;
    this.lossSum = 0;
    this.lossCount = 0;
    const record: EpochRecord = {
      epoch,
      loss,
      rate: this.rateOf(epoch) * factor,
      spike_rate: judged?.spikeRate ?? this.spikeRate,
      validation: judged?.values,
      solves: summariseSolves(solves),
      seconds: round(performance.now() - start) / 1000,
    };
    this.history.push(record);
    this.folder?.appendEpoch(record);
    this.report(epoch, steps, start, loss);
    if (performance.now() - this.lastYield > 50) await this.pause();
    return "done";
  }

  /** Units in the order of this epoch. */
  private order(epoch: number): Int32Array {
    const { train: units } = this.session.split;
    if (this.experiment.train.batch === undefined) return units;
    return Rng.of(this.options.seed, "shuffle", epoch)
      .permutation(units.length)
      .map((k) => units[k]!);
  }

  /** The second optimiser takes over after `epochs` of the first, or after half of the training. */
  private optimizerOf(epoch: number): Optimizer {
    return this.optimizers[this.phaseOf(epoch)]!;
  }
  private phaseOf(epoch: number): number {
    if (this.optimizers.length < 2) return 0;
    const first = this.experiment.train.optimize[0]?.args["epochs"] ?? Math.ceil(this.epochs / 2);
    return epoch <= first ? 0 : 1;
  }
  private rateOf(epoch: number): number {
    const call = this.experiment.train.optimize[this.phaseOf(epoch)];
    return call?.args["rate"] ?? (call?.name === "sgd" ? 0.01 : 1e-3);
  }

  private applyStep(optimizer: Optimizer, found: Map<string, Tensor>, factor: number): void {
    const { clip } = this.experiment.train;
    const host =
      clip === undefined ? [] : [...found.values()].map((each) => each.dataSync<"float32">());
    const scale = clip === undefined ? 1 : clipFactor(globalNorm(host), clip);
    for (const parameter of this.session.model.parameters()) {
      const gradient = found.get(parameter.path);
      if (gradient === undefined) continue;
      optimizer.step(parameter, gradient, factor, scale);
      parameter.project();
    }
    for (const gradient of found.values()) gradient.dispose();
  }

  /** Validates, and remembers the weights when they are the best so far. */
  private judge(
    epoch: number,
  ): { value: number; values: Record<string, number>; spikeRate: number } | undefined {
    if (this.session.split.validation.length === 0) return undefined;
    const names = [
      ...new Set([...this.reported, ...(this.select === "loss" ? [] : [this.select])]),
    ];
    const { loss, metrics, spikeRate } = this.session.evaluate("validation", names);
    const value = this.select === "loss" ? loss : (metrics[this.select] ?? NaN);
    const better =
      this.best === undefined ||
      (isLargerBetter(this.select) ? value > this.best.value : value < this.best.value);
    if (Number.isFinite(value) && better) {
      this.best = { epoch, value };
      this.bestWeights = modelWeights(this.session.model);
    }
    return { value, values: { loss, ...metrics }, spikeRate };
  }

  private patienceIsOver(): boolean {
    const { patience } = this.experiment.train;
    return (
      patience !== undefined && this.best !== undefined && this.epoch - this.best.epoch >= patience
    );
  }

  private report(epoch: number, steps: number, start: number, loss: number | undefined): void {
    const { onProgress } = this.options;
    if (onProgress === undefined) return;
    const seconds = (performance.now() - start) / 1000;
    const done = loss === undefined ? this.step / steps : 1;
    const recent = this.history.slice(-10);
    const perEpoch =
      recent.length > 0
        ? recent.reduce((sum, record) => sum + record.seconds, 0) / recent.length
        : seconds / Math.max(done, 1e-9);
    const last = this.history.at(-1)?.validation;
    const value = last?.[this.select];
    onProgress({
      name: this.experiment.name,
      epoch,
      epochs: this.epochs,
      step: loss === undefined ? this.step : steps,
      steps,
      loss: loss ?? this.lossSum / this.lossCount,
      validation:
        value === undefined || this.best === undefined
          ? undefined
          : { name: this.select, value, best: this.best.value },
      spikeRate: this.spikeRate,
      secondsLeft: perEpoch * (this.epochs - epoch + 1 - done),
    });
  }

  /** Lets signals and other work through. */
  private async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
  }

  private dueToSave(): boolean {
    const wait = (this.options.checkpointSeconds ?? 2) * 1000;
    return this.folder !== undefined && performance.now() - this.lastSave >= wait;
  }
  private saveWhenDue(): void {
    if (this.dueToSave()) this.save();
  }

  private save(): void {
    if (this.folder === undefined) return;
    saveCheckpoint(this.folder.path, {
      identity: this.identity,
      progress: {
        epoch: this.epoch,
        step: this.step,
        lossSum: this.lossSum,
        lossCount: this.lossCount,
        best: this.best,
        ...this.clock.spent(),
      },
      model: plain(modelWeights(this.session.model)),
      best: this.bestWeights && plain(this.bestWeights),
      optimizers: this.optimizers.map((optimizer) => optimizer.slots),
    });
    this.lastSave = performance.now();
  }

  private restore(folder: string): void {
    const loaded = loadCheckpoint(folder, this.identity);
    if (loaded === undefined) return;
    const { checkpoint, warning } = loaded;
    if (warning !== undefined)
      this.options.onWarning?.(`${warning}; the generation before it is used`);
    const shapes = modelWeights(this.session.model);
    const shaped = (values: ReadonlyMap<string, Float32Array>): Map<string, NdArray> =>
      new Map(
        [...values].map(([path, data]) => {
          const shape = shapes.get(path)?.shape;
          return [path, { shape: shape ?? [data.length], dtype: "f32" as const, data }];
        }),
      );
    setWeights(this.session.model, shaped(checkpoint.model), folder);
    this.bestWeights = checkpoint.best && shaped(checkpoint.best);
    checkpoint.optimizers.forEach((slots, k) => {
      for (const [path, slot] of slots) this.optimizers[k]?.slots.set(path, { ...slot });
    });
    const { progress } = checkpoint;
    this.epoch = progress.epoch;
    this.step = progress.step;
    this.lossSum = progress.lossSum;
    this.lossCount = progress.lossCount;
    this.best = progress.best;
    this.clock.restore(progress);
  }

  private finish(
    status: RunResult["status"],
    diverged: Diverged | undefined,
    firstEpoch: number,
  ): RunResult {
    const { session } = this;
    const trained = this.clock.sitting();
    // The checkpoint of a finished run lets it be continued with more epochs.
    if (status === "finished" || status === "stopped early") this.save();
    const problem = diverged && divergence(diverged, this.best?.epoch);
    const weights = this.bestWeights ?? (diverged ? undefined : modelWeights(session.model));
    const metrics: Record<string, Record<string, number>> = {};
    if (weights !== undefined) {
      setWeights(session.model, weights, "the chosen weights");
      for (const part of ["validation", "test"] as const) {
        if (session.split[part].length === 0 || status === "interrupted") continue;
        const { loss, metrics: values } = session.evaluate(part, this.reported);
        const energy =
          part === "test" && this.experiment.train.report.includes("energy")
            ? energyMetrics(measureEnergy(session, part))
            : {};
        metrics[part] = { loss, ...values, ...energy };
      }
      this.folder?.writeWeights(weights, {
        experiment: this.experiment.name,
        sourceHash: this.identity.sourceHash,
        scale: session.scale,
        binary: this.experiment.binary,
      });
      if (this.experiment.binary?.weights !== "real" && hasSigns(session.model)) {
        const scale = Object.keys(session.scale).length > 0 ? JSON.stringify(session.scale) : "";
        const about: Record<string, string> = scale === "" ? {} : { scale };
        this.folder?.writePackedWeights(writePacked(session.model, weights, about));
      }
    }
    const message = problem ? `${problem.message}. ${problem.fix}` : this.messageFor(status);
    this.writeRecord(status, message, metrics);
    const ran = this.epoch - firstEpoch;
    return {
      status,
      message,
      problem,
      epoch: this.epoch,
      epochs: this.epochs,
      select: this.select,
      best: this.best,
      metrics,
      history: this.history,
      parameters: this.parameterCount(),
      weights: weights ?? new Map(),
      seconds: this.clock.spent().seconds,
      secondsPerEpoch: ran > 0 ? trained / ran : 0,
      folder: this.folder?.path,
    };
  }

  private messageFor(status: RunResult["status"]): string {
    const chosen = this.best === undefined ? "" : `; weights of epoch ${this.best.epoch}`;
    switch (status) {
      case "stopped early":
        return `no better validation ${this.select} for ${this.experiment.train.patience} epochs: stopped after epoch ${this.epoch}${chosen}`;
      case "interrupted":
        return `interrupted in epoch ${this.epoch + 1} of ${this.epochs}; ${this.folder === undefined ? "nothing was saved (no run folder)" : `a checkpoint is in ${this.folder.path}, go on with --resume`}`;
      default:
        return `${this.epoch} epochs${chosen}`;
    }
  }

  private parameterCount(): number {
    return this.session.model
      .parameters()
      .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
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
      fold: options.fold,
      backend: options.backend.name,
      versions: options.backend.versions ?? {},
      data: options.dataFile ?? this.session.raw.table.label,
      parameters: this.parameterCount(),
      epochs: this.epochs,
      epoch: this.epoch,
      select: this.select,
      best: this.best,
      metrics,
      ...this.clock.spent(),
    });
  }
}

function plain(weights: ReadonlyMap<string, NdArray>): Map<string, Float32Array> {
  return new Map([...weights].map(([path, { data }]) => [path, data as Float32Array]));
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
