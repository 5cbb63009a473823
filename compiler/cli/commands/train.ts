/** `sgnnc train`: trains the models that a file's train declarations name, and compares them. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { createProgress, duration } from "../../../runtime/train/progress.js";
import { isMetric } from "../../../runtime/train/metrics.js";
import { readRun } from "../../../runtime/train/run-folder.js";
import type { Experiment } from "../../../runtime/train/spec.js";
import { train as trainOne } from "../../../runtime/train/trainer.js";
import type { BackendInfo } from "../../../runtime/tensor/backend.js";
import type { Invocation } from "../command.js";
import type { Command } from "../command.js";
import { exit, inputError, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import type { Terminal } from "../terminal.js";
import { backendOption, startBackend } from "../training/backend.js";
import { baselines, metricsOf } from "../training/baseline.js";
import {
  comparisonTable,
  legend,
  spread,
  spreads,
  type ComparisonRow,
} from "../training/comparison.js";
import {
  chooseExperiments,
  originName,
  originText,
  prepare,
  type Prepared,
} from "../training/experiments.js";
import { positiveOption, writeJob } from "../training/job.js";
import { chooseSolvers, solverRows, trainSolvers } from "../training/solvers.js";
import { isRunFolder } from "../training/run-folders.js";
import { seedsOf } from "../training/seeds.js";
import { readShard, tasksOf } from "../training/shard.js";
import { budgetOf, sweep, type TaskResult } from "../training/sweep.js";
import { toolVersion } from "../version.js";

/** One training to do: an experiment with a seed and a folder of its own. */
interface Task {
  readonly experiment: Experiment;
  readonly seed: number;
  readonly folder: string;
  /** The run of the stage before, and that of the teacher. */
  readonly continues: string | undefined;
  readonly teacher: string | undefined;
}

/** What the table and the JSON document say of a run. */
interface Outcome {
  readonly name: string;
  readonly model: string;
  readonly seed: number;
  readonly status: string;
  readonly message: string;
  readonly folder: string;
  readonly parameters: number;
  readonly epochs: number;
  readonly best: { readonly epoch: number; readonly value: number } | undefined;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
}

export const train: Command = {
  parameters: "<file>",
  description: `
Trains every model and variant that the file's train declarations name, each with the declared seeds,
and prints a table: metrics on the test part, mean ± standard deviation over the seeds, beside baselines:
the training mean (or the most frequent class), and for numbers of a graph ridge regression on moments of
its node features, which sees no edge. Ctrl-C saves a checkpoint.`,
  options: {
    model: { type: "text", value: "NAME,..", help: "only these models or variants" },
    "all-variants": {
      type: "flag",
      help: "all models and variants (as without --model), each run in a process of its own",
    },
    data: { type: "text", value: "FILE", help: "this data file instead of the declared one" },
    epochs: { type: "text", value: "N", help: "instead of the declared number" },
    seed: { type: "text", value: "N", help: "only this seed" },
    seeds: { type: "text", value: "N,N,..", help: "these seeds instead: 1,2,8 or 1..5" },
    jobs: { type: "text", value: "N", help: "runs at a time, each a process; one for each core" },
    cores: { type: "text", value: "N", help: "cores for all jobs together; all unless given" },
    memory: { type: "text", value: "GiB", help: "memory for all jobs; 80 % of what is free" },
    shard: {
      type: "text",
      value: "K/N",
      help: "only the K-th of N parts; auto/N in an Indexed Job",
    },
    kubernetes: {
      type: "text",
      value: "DIR",
      help: "train nothing; write DIR/job.json and DIR/Containerfile for --shards pods",
    },
    shards: { type: "text", value: "N", help: "pods of the job; 4 unless given" },
    image: { type: "text", value: "NAME", help: "image of the job" },
    backend: backendOption,
    out: {
      type: "text",
      value: "DIR",
      help: "where runs go: DIR/MODEL/seed-N, or DIR itself for one run",
    },
    resume: { type: "flag", help: "go on from checkpoints; finished runs are kept as they are" },
    replace: { type: "flag", help: "overwrite runs that are already there" },
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc train truss.sgnn", "all variants, all seeds, into runs/truss"],
    ["sgnnc train cora.sgnn --model CoraVSN --seed 1", "one run, into runs/cora/CoraVSN/seed-1"],
    ["sgnnc train cora.sgnn --data ~/data/cora.npz", "data from another place"],
    ["sgnnc train cora.sgnn --resume", "after Ctrl-C"],
    ["sgnnc train cora.sgnn --all-variants --seeds 1..5 --resume", "a sweep, runs side by side"],
    ["sgnnc train cora.sgnn --all-variants --shard 1/4 --out part", "a quarter of it"],
    ["sgnnc train cora.sgnn --seeds 1..5 --kubernetes sweep", "the same on a cluster"],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const [file] = invocation.positionals;
    const seeds = seedsOf(invocation);
    const epochs = invocation.integer("epochs", 1);
    const model = invocation.text("model");
    if (model !== undefined && invocation.flag("all-variants")) {
      throw usageError("--model and --all-variants do not go together");
    }
    if (invocation.flag("resume") && invocation.flag("replace")) {
      throw usageError("--resume and --replace do not go together");
    }
    const data = invocation.text("data");
    if (data !== undefined && !existsSync(data)) throw missingFile(data);
    const prepared = await prepare(file, terminal);
    if (typeof prepared === "number") return prepared;
    const solvers = chooseSolvers(prepared, model);
    const isOnlySolvers =
      solvers.length > 0 && (model !== undefined || prepared.module.experiments.length === 0);
    const experiments = isOnlySolvers ? [] : chooseExperiments(prepared, model);
    if (invocation.text("kubernetes") !== undefined) {
      return writeJob(invocation, prepared, terminal);
    }
    const shard = readShard(invocation.text("shard"), process.env);
    const tasks = tasksOf(plan(prepared, experiments, seeds, invocation.text("out")), shard);
    if (tasks.length === 0 && solvers.length === 0) {
      terminal.err("this part of the sweep has no runs\n");
      return exit.fine;
    }
    if (!invocation.flag("resume") && !invocation.flag("replace")) refuseExisting(tasks);
    const backend = await startBackend(invocation.text("backend"));
    terminal.err(`backend ${backend.name}: ${backend.reason}\n`);
    const work = { prepared, invocation, terminal, backend, epochs, data };
    const isSweep = invocation.flag("all-variants") || invocation.text("jobs") !== undefined;
    const trained =
      isSweep && tasks.length > 1
        ? await trainSweep(tasks, work)
        : { ...(await trainAll(tasks, work)), failed: false };
    const out = invocation.text("out");
    const solverSeeds = solvers.flatMap((one) => seeds ?? one.train.seeds);
    // Models that solve problems are trained here, one after the other, by the first part of a sweep.
    const solved =
      trained.interrupted || (shard !== undefined && shard.index > 1)
        ? { outcomes: [], interrupted: false }
        : await trainSolvers(solvers, {
            ...{ prepared, invocation, terminal, backend, epochs, seeds },
            root: out ?? join("runs", basename(prepared.source.file, ".sgnn")),
            isSingle: out !== undefined && tasks.length === 0 && solverSeeds.length === 1,
          });
    const outcomes = [...trained.outcomes, ...solved.outcomes];
    const interrupted = trained.interrupted || solved.interrupted;
    if (interrupted) {
      terminal.err(`go on with: sgnnc train ${resumeWords(invocation)}\n`);
    }
    const rows = [
      ...(await compare(experiments, trained.outcomes, work)),
      ...solverRows(solvers, solved.outcomes),
    ];
    report(rows, outcomes, work);
    if (interrupted) return exit.interrupted;
    if (trained.failed) return exit.failure;
    return outcomes.some((one) => one.status === "diverged") ? exit.input : exit.fine;
  },
};

interface Work {
  readonly prepared: Prepared;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  readonly backend: BackendInfo;
  readonly epochs: number | undefined;
  readonly data: string | undefined;
}

function plan(
  { source }: Prepared,
  experiments: readonly Experiment[],
  seeds: readonly number[] | undefined,
  out: string | undefined,
): Task[] {
  const root = out ?? join("runs", basename(source.file, ".sgnn"));
  const all = experiments.flatMap((experiment) =>
    (seeds ?? experiment.train.seeds).map((seed) => ({
      experiment,
      seed,
      folder: join(root, experiment.name, `seed-${seed}`),
      continues: experiment.continues && join(root, experiment.continues, `seed-${seed}`),
      teacher: experiment.teacher && join(root, experiment.teacher.model, `seed-${seed}`),
    })),
  );
  // Somebody who names the folder of a single run expects the run there, not two floors below.
  return all.length === 1 && out !== undefined ? [{ ...all[0], folder: out }] : all;
}

/** Says so before the first epoch, not hours later when the third model begins. */
function refuseExisting(tasks: readonly Task[]): void {
  const there = tasks.filter((task) => isRunFolder(task.folder));
  if (there.length === 0) return;
  const others = there.length > 1 ? ` (and ${there.length - 1} more)` : "";
  throw usageError(
    `${there[0].folder}${others} already holds a run`,
    "go on with --resume, train anew with --replace, or choose another folder with --out",
  );
}

async function trainAll(
  tasks: readonly Task[],
  work: Work,
): Promise<{ outcomes: Outcome[]; interrupted: boolean }> {
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(exit.interrupted);
    work.terminal.err("\nstopping after this step; Ctrl-C again ends at once\n");
    abort.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const outcomes: Outcome[] = [];
  try {
    for (const task of tasks) {
      const outcome = finishedBefore(task, work) ?? (await trainTask(task, work, abort.signal));
      outcomes.push(outcome);
      if (outcome.status === "interrupted") return { outcomes, interrupted: true };
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  return { outcomes, interrupted: abort.signal.aborted && outcomes.length < tasks.length };
}

/** Runs of their own side by side; then, one after the other, those that begin with another run. */
async function trainSweep(
  tasks: readonly Task[],
  work: Work,
): Promise<{ outcomes: Outcome[]; interrupted: boolean; failed: boolean }> {
  const isBound = (task: Task): boolean => (task.continues ?? task.teacher) !== undefined;
  const apart = await trainApart(
    tasks.filter((task) => !isBound(task)),
    work,
  );
  if (apart.interrupted || apart.failed || !tasks.some(isBound)) return apart;
  const { outcomes, interrupted } = await trainAll(tasks.filter(isBound), work);
  return { outcomes: [...apart.outcomes, ...outcomes], interrupted, failed: false };
}

/** Every task as a process of its own, several at a time. */
async function trainApart(
  tasks: readonly Task[],
  work: Work,
): Promise<{ outcomes: Outcome[]; interrupted: boolean; failed: boolean }> {
  const { invocation, terminal, prepared, epochs, data } = work;
  const found = new Map(tasks.map((task) => [task, finishedBefore(task, work)]));
  const open = tasks.filter((task) => found.get(task) === undefined);
  const backend = invocation.text("backend");
  const words = ({ experiment, seed, folder }: Task): string[] => [
    ...["train", prepared.source.file, "--model", experiment.name, "--seed", String(seed)],
    ...["--out", folder, "--json", invocation.flag("replace") ? "--replace" : "--resume"],
    ...(epochs === undefined ? [] : ["--epochs", String(epochs)]),
    ...(data === undefined ? [] : ["--data", data]),
    ...(backend === undefined ? [] : ["--backend", backend]),
  ];
  const memoryGiB = positiveOption(invocation, "memory");
  const jobs = invocation.integer("jobs", 1);
  const cores = invocation.integer("cores", 1);
  const budget = budgetOf({ jobs, cores, memoryGiB, tasks: open.length });
  const told = `${open.length} runs, ${budget.jobs} at a time with ${budget.threads} threads each`;
  terminal.err(`${told}, ${(budget.memory / 2 ** 30).toFixed(1)} GiB for all\n`);
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    const results = await sweep(
      open.map((task) => ({ label: `${task.experiment.name} ${task.seed}`, words: words(task) })),
      budget,
      {
        executable: process.argv[1],
        // Children say everything twice: what they are, and where they stand.
        onLine: (_label, line) => {
          if (/, seed \d+/.test(line) || line.startsWith("sgnnc:")) terminal.err(`${line}\n`);
        },
        signal: abort.signal,
      },
    );
    let failed = false;
    results.forEach((result, k) => {
      const outcome = outcomeIn(result);
      if (outcome !== undefined) found.set(open[k], outcome);
      else if (!abort.signal.aborted) {
        failed = true;
        terminal.err(`${result.label} failed (${result.code ?? "killed"}): ${result.lastWords}\n`);
      }
    });
    const outcomes = tasks.flatMap((task) => found.get(task) ?? []);
    return { outcomes, interrupted: abort.signal.aborted, failed };
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** The outcome that a child printed as JSON. */
function outcomeIn({ output }: TaskResult): Outcome | undefined {
  try {
    const { runs } = JSON.parse(output) as { runs: readonly Outcome[] };
    return runs[0];
  } catch {
    return undefined; // it failed before it could say how it went
  }
}

/** With --resume, a run that is finished with this source, data and number of epochs is not trained again. */
function finishedBefore(task: Task, work: Work): Outcome | undefined {
  const { invocation, epochs, backend, terminal } = work;
  if (!invocation.flag("resume") || !isRunFolder(task.folder)) return undefined;
  const { experiment, seed, folder } = task;
  const record = readRun(folder);
  const { files, generate } = experiment.data;
  const declared = generate === undefined ? files[0]?.path : `generate ${generate.name}`;
  const same =
    (record.status === "finished" || record.status === "stopped early") &&
    record.experiment === experiment.name &&
    record.source.hash === experiment.source?.hash &&
    record.seed === seed &&
    record.backend === backend.name &&
    record.epochs === (epochs ?? experiment.train.epochs) &&
    record.data === (dataFor(experiment, work) ?? declared);
  if (!same) return undefined;
  terminal.err(`${experiment.name}, seed ${seed}: already trained (${folder})\n`);
  return {
    name: experiment.name,
    model: experiment.model,
    seed,
    status: record.status,
    message: record.message ?? "",
    folder,
    parameters: record.parameters,
    epochs: record.epoch,
    best: record.best,
    metrics: record.metrics ?? {},
    seconds: record.seconds,
    secondsPerEpoch: record.seconds / Math.max(1, record.epoch),
  };
}

/**
 * `--data` stands for the declared file. Beside data with a file, data from a generator has none to replace and
 * keeps its own.
 */
function dataFor(experiment: Experiment, { prepared, data }: Work): string | undefined {
  const isGenerated = (one: Experiment): boolean => one.data.generate !== undefined;
  if (isGenerated(experiment) && !prepared.module.experiments.every(isGenerated)) return undefined;
  return data;
}

async function trainTask(task: Task, work: Work, signal: AbortSignal): Promise<Outcome> {
  const { experiment, seed, folder, continues, teacher } = task;
  const { prepared, invocation, terminal, backend, epochs } = work;
  const { source } = prepared;
  requireRun(continues, experiment.continues, "begins with its weights", source.file, seed);
  requireRun(teacher, experiment.teacher?.model, "learns from it", source.file, seed);
  const progress = createProgress({
    write: (text) => terminal.err(text),
    isTTY: terminal.interactive,
    columns: terminal.columns,
  });
  try {
    const result = await trainOne(experiment, {
      seed,
      epochs,
      dataFile: dataFor(experiment, work),
      baseFolder: source.folder,
      folder,
      files: {
        ...prepared.files,
        [originName]: originText(folder, { source: source.file, data: dataFor(experiment, work) }),
      },
      backend,
      tool: `sgnnc ${toolVersion()}`,
      resume: invocation.flag("resume"),
      replace: invocation.flag("replace"),
      continues,
      teacher,
      onProgress: (event) => progress.update({ ...event, name: `${event.name}, seed ${seed}` }),
      onWarning: (message) => terminal.err(`warning: ${message}\n`),
      signal,
    });
    progress.done();
    terminal.err(
      `${experiment.name}, seed ${seed}: ${result.message} (${duration(result.seconds)})\n`,
    );
    if (result.problem !== undefined) {
      terminal.err(`  why: ${result.problem.why}\n  fix: ${result.problem.fix}\n`);
    }
    const { status, message, parameters, epoch, best, metrics, seconds, secondsPerEpoch } = result;
    const { name, model } = experiment;
    return {
      ...{ name, model, seed, status, message, folder, parameters, epochs: epoch, best },
      ...{ metrics, seconds, secondsPerEpoch },
    };
  } catch (error) {
    progress.done();
    throw prepared.module.located(error);
  }
}

/** A stage needs the run of the stage before it, and of its teacher. */
function requireRun(
  folder: string | undefined,
  name: string | undefined,
  why: string,
  file: string,
  seed: number,
): void {
  if (folder === undefined || name === undefined || isRunFolder(folder)) return;
  const model = name.split(".")[0] ?? name;
  // All stages of a converted model are trained at once, each into a folder of its own.
  const where = name === model ? ` --out ${folder}` : "";
  throw inputError(`${folder} is not a run of ${name}`, {
    why: `the converted model ${why}`,
    fix: `train it first: sgnnc train ${file} --model ${model} --seed ${seed}${where}`,
  });
}

/** One row per trained model, and the baselines of each data set. */
async function compare(
  experiments: readonly Experiment[],
  outcomes: readonly Outcome[],
  work: Work,
): Promise<ComparisonRow[]> {
  const rows: ComparisonRow[] = [];
  for (const experiment of experiments) {
    const done = outcomes.filter((one) => one.name === experiment.name && one.metrics.test);
    if (done.length === 0) continue;
    rows.push({
      name: experiment.name,
      parameters: done[0].parameters,
      seeds: done.length,
      metrics: spreads(done.map((one) => one.metrics.test)),
      secondsPerEpoch: spread(done.map((one) => one.secondsPerEpoch))?.mean,
    });
  }
  const dataSets = new Map(experiments.map((experiment) => [experiment.data, experiment]));
  for (const [data, experiment] of dataSets) {
    const mine = experiments.filter((one) => one.data === data).map((one) => one.name);
    const done = outcomes.filter((one) => mine.includes(one.name) && one.metrics.test);
    const seeds = [...new Set(done.map((one) => one.seed))];
    const names = reportedBy(experiments).filter(isMetric);
    const found: Awaited<ReturnType<typeof baselines>>[] = [];
    for (const seed of seeds) {
      const options = {
        seed,
        baseFolder: work.prepared.source.folder,
        dataFile: dataFor(experiment, work),
      };
      found.push(await baselines(experiment, options));
    }
    for (const baseline of ["mean", "ridge"] as const) {
      const metrics = found.flatMap(({ [baseline]: judged }) =>
        judged === undefined ? [] : [metricsOf(judged, names)],
      );
      if (metrics.length === 0) continue;
      rows.push({
        name: dataSets.size > 1 ? `${baseline} (${data.name})` : baseline,
        parameters: undefined,
        seeds: metrics.length,
        metrics: spreads(metrics),
        secondsPerEpoch: undefined,
      });
    }
  }
  return rows;
}

function reportedBy(experiments: readonly Experiment[]): string[] {
  return [...new Set(experiments.flatMap((experiment) => experiment.train.report))];
}

function report(rows: readonly ComparisonRow[], outcomes: readonly Outcome[], work: Work): void {
  const { prepared, invocation, terminal, backend } = work;
  if (invocation.flag("json")) {
    const document = {
      file: prepared.source.file,
      hash: prepared.source.hash,
      backend: { name: backend.name, versions: backend.versions },
      runs: outcomes,
      comparison: rows,
    };
    terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  if (rows.length === 0) return;
  const names = Object.keys(Object.assign({}, ...rows.map((row) => row.metrics)) as object);
  const seeds = Math.max(...rows.map((row) => row.seeds));
  const over = seeds > 1 ? `, mean ± standard deviation over ${seeds} seeds` : "";
  terminal.out(
    `\n${basename(prepared.source.file)}: test part${over}; backend ${backend.name}\n\n`,
  );
  terminal.out(comparisonTable(rows, names));
  terminal.err(`\n${legend(rows, names)}`);
}

/** The same call with --resume, for the message after Ctrl-C. */
function resumeWords(invocation: Invocation): string {
  const { words } = invocation;
  const kept = words.filter((word) => word !== "--resume" && word !== "--replace");
  return [
    ...kept.map((word) => (/[\s"'$]/.test(word) ? JSON.stringify(word) : word)),
    "--resume",
  ].join(" ");
}
