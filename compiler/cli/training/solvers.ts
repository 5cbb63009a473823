/** Training of networks that solve problems: one run after the other, and their rows of the table. */
import { join } from "node:path";
import { solve } from "../../../runtime/physics/solve.js";
import type { SolverExperiment } from "../../../runtime/physics/spec.js";
import type { BackendInfo } from "../../../runtime/tensor/backend.js";
import { createProgress, duration } from "../../../runtime/train/progress.js";
import { readRun } from "../../../runtime/train/run-folder.js";
import type { Invocation } from "../command.js";
import { usageError } from "../errors.js";
import type { Terminal } from "../terminal.js";
import { toolVersion } from "../version.js";
import { spread, spreads, type ComparisonRow } from "./comparison.js";
import { originName, originText, type Prepared } from "./experiments.js";
import { isRunFolder } from "./run-folders.js";

/** What the table and the JSON document say of a run. */
export interface SolverOutcome {
  readonly name: string;
  readonly model: string;
  readonly seed: number;
  readonly status: string;
  readonly message: string;
  readonly folder: string;
  readonly parameters: number;
  readonly epochs: number;
  readonly best: undefined;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
}

export interface SolverWork {
  readonly prepared: Prepared;
  readonly invocation: Invocation;
  readonly terminal: Terminal;
  readonly backend: BackendInfo;
  readonly epochs: number | undefined;
  readonly seeds: readonly number[] | undefined;
  readonly root: string;
  /** The whole call trains one solver with one seed: its folder is the root itself. */
  readonly isSingle: boolean;
}

/** The solvers of a file, or the one that `--model` names. */
export function chooseSolvers(
  { module }: Prepared,
  model: string | undefined,
): readonly SolverExperiment[] {
  return module.solvers.filter((one) => model === undefined || one.model === model);
}

/** Folders of the runs to come. */
export function solverTasks(
  solvers: readonly SolverExperiment[],
  { seeds, root, isSingle }: Pick<SolverWork, "seeds" | "root" | "isSingle">,
): readonly {
  readonly solver: SolverExperiment;
  readonly seed: number;
  readonly folder: string;
}[] {
  return solvers.flatMap((solver) =>
    (seeds ?? solver.train.seeds).map((seed) => ({
      ...{ solver, seed },
      folder: isSingle ? root : join(root, solver.name, `seed-${seed}`),
    })),
  );
}

/** Trains all of them; stops after the one that was interrupted. */
export async function trainSolvers(
  solvers: readonly SolverExperiment[],
  work: SolverWork,
): Promise<{ readonly outcomes: readonly SolverOutcome[]; readonly interrupted: boolean }> {
  const { invocation, terminal } = work;
  const tasks = solverTasks(solvers, work);
  const there = tasks.find(({ folder }) => isRunFolder(folder));
  if (there !== undefined && !invocation.flag("resume") && !invocation.flag("replace")) {
    throw usageError(
      `${there.folder} already holds a run`,
      "go on with --resume, train anew with --replace, or choose another folder with --out",
    );
  }
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(130);
    terminal.err("\nstopping after this step; Ctrl-C again ends at once\n");
    abort.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const outcomes: SolverOutcome[] = [];
  try {
    for (const task of tasks) {
      const outcome = finished(task, work) ?? (await trainOne(task, work, abort.signal));
      outcomes.push(outcome);
      if (outcome.status === "interrupted") return { outcomes, interrupted: true };
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  return { outcomes, interrupted: false };
}

type Task = ReturnType<typeof solverTasks>[number];

/** With --resume, a run that is finished is kept as it is. */
function finished({ solver, seed, folder }: Task, work: SolverWork): SolverOutcome | undefined {
  if (!work.invocation.flag("resume") || !isRunFolder(folder)) return undefined;
  const record = readRun(folder);
  const isSame =
    record.status === "finished" &&
    record.experiment === solver.name &&
    record.source.hash === solver.source?.hash &&
    record.seed === seed;
  if (!isSame) return undefined;
  work.terminal.err(`${solver.name}, seed ${seed}: already trained (${folder})\n`);
  return {
    ...{ name: solver.name, model: solver.model, seed, status: record.status, folder },
    ...{ message: record.message ?? "", parameters: record.parameters, epochs: record.epoch },
    ...{ best: undefined, metrics: record.metrics ?? {}, seconds: record.seconds },
    secondsPerEpoch: record.seconds / Math.max(1, record.epoch),
  };
}

async function trainOne(
  { solver, seed, folder }: Task,
  { prepared, invocation, terminal, backend, epochs }: SolverWork,
  signal: AbortSignal,
): Promise<SolverOutcome> {
  const { source } = prepared;
  const progress = createProgress({
    write: (text) => terminal.err(text),
    isTTY: terminal.interactive,
    columns: terminal.columns,
  });
  try {
    const result = await solve(solver, {
      ...{ seed, epochs, folder, backend, signal },
      files: {
        ...prepared.files,
        [originName]: originText(folder, { source: source.file, data: undefined }),
      },
      tool: `sgnnc ${toolVersion()}`,
      resume: invocation.flag("resume"),
      replace: invocation.flag("replace"),
      onProgress: (event) => progress.update({ ...event, name: `${event.name}, seed ${seed}` }),
      onWarning: (message) => terminal.err(`warning: ${message}\n`),
    });
    progress.done();
    terminal.err(`${solver.name}, seed ${seed}: ${result.message} (${duration(result.seconds)})\n`);
    if (result.problem !== undefined) {
      terminal.err(`  why: ${result.problem.why}\n  fix: ${result.problem.fix}\n`);
    }
    const { status, message, parameters, epoch, metrics, seconds, secondsPerEpoch } = result;
    return {
      ...{ name: solver.name, model: solver.model, seed, status, message, folder, parameters },
      ...{ epochs: epoch, best: undefined, metrics, seconds, secondsPerEpoch },
    };
  } catch (error) {
    progress.done();
    throw prepared.module.located(error);
  }
}

/** One row per solver; the residuals stay in the run folders unless they are reported. */
export function solverRows(
  solvers: readonly SolverExperiment[],
  outcomes: readonly SolverOutcome[],
): ComparisonRow[] {
  return solvers.flatMap((solver) => {
    const done = outcomes.filter((one) => one.name === solver.name && one.metrics.test);
    if (done.length === 0) return [];
    const wanted = solver.train.report.length > 0 ? solver.train.report : ["relative_l2"];
    const shown = done.map(({ metrics }) =>
      Object.fromEntries(
        Object.entries(metrics.test).filter(([name]) => wanted.includes(name.split(".")[0])),
      ),
    );
    return [
      {
        name: solver.name,
        parameters: done[0].parameters,
        seeds: done.length,
        metrics: spreads(shown),
        secondsPerEpoch: spread(done.map((one) => one.secondsPerEpoch))?.mean,
      },
    ];
  });
}
