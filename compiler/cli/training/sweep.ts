/**
 * Many trainings in processes of their own, as many at a time as cores and memory allow. Each process is
 * `sgnnc train` with one model and one seed, so a run of a sweep is the same as the run alone; whoever kills the
 * sweep finds the finished runs in their folders, and `--resume` goes on with the others.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, freemem } from "node:os";

export interface SweepTask {
  /** How to name it in messages. */
  readonly label: string;
  /** The words of its call of sgnnc; it prints one JSON document. */
  readonly words: readonly string[];
}

export interface Budget {
  /** Processes at a time. */
  readonly jobs: number;
  /** Threads of each. */
  readonly threads: number;
  /** Bytes for all of them together. */
  readonly memory: number;
}

export interface TaskResult {
  readonly label: string;
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  /** What it printed on standard output. */
  readonly output: string;
  /** The last lines on standard error. */
  readonly lastWords: string;
}

/** Jobs from the options and the machine: a core each, and most of the memory that is free. */
export function budgetOf(options: {
  readonly jobs?: number | undefined;
  readonly cores?: number | undefined;
  readonly memoryGiB?: number | undefined;
  readonly tasks: number;
}): Budget {
  const cores = options.cores ?? Math.max(1, cpus().length);
  const jobs = Math.max(1, Math.min(options.jobs ?? cores, options.tasks));
  const memory = options.memoryGiB === undefined ? 0.8 * freemem() : options.memoryGiB * 2 ** 30;
  return { jobs, threads: Math.max(1, Math.floor(cores / jobs)), memory };
}

/** Lines of a child that are kept for when it fails. */
const KEPT_LINES = 6;
/** Milliseconds between looks at the memory of the children. */
const LOOK = 500;

/**
 * Runs the tasks. The second starts when the first has shown how much memory a training takes (it has said
 * something on standard error and lived for two looks); further ones while the largest seen so far fits once more.
 * @param onLine lines that children print for people
 * @param signal stops the sweep: children get SIGINT and save checkpoints, nothing new starts
 */
export async function sweep(
  tasks: readonly SweepTask[],
  budget: Budget,
  options: {
    readonly executable: string;
    readonly onLine: (label: string, line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<TaskResult[]> {
  const running = new Map<number, Child>();
  const results: (TaskResult | undefined)[] = tasks.map(() => undefined);
  let largest = 0;
  let next = 0;
  await new Promise<void>((resolve) => {
    const mayStart = (): boolean => {
      if (options.signal.aborted || next >= tasks.length) return false;
      if (running.size === 0) return true;
      if (running.size >= budget.jobs) return false;
      const known = [...running.values()].some(({ isWarm }) => isWarm) || results.some(Boolean);
      return known && (running.size + 1) * largest <= budget.memory;
    };
    const startMore = (): void => {
      while (mayStart()) {
        const index = next++;
        const task = tasks[index];
        const child = new Child(task, budget.threads, options, (result) => {
          largest = Math.max(largest, child.peak);
          running.delete(index);
          results[index] = result;
          startMore();
        });
        running.set(index, child);
      }
      if (running.size === 0) {
        clearInterval(timer);
        resolve();
      }
    };
    const timer = setInterval(() => {
      for (const child of running.values()) largest = Math.max(largest, child.look());
      startMore();
    }, LOOK);
    options.signal.addEventListener("abort", () => {
      for (const child of running.values()) child.interrupt();
      if (running.size === 0) startMore();
    });
    startMore();
  });
  return results.filter((result) => result !== undefined);
}

/** One training in a process of its own. */
class Child {
  /** Largest memory seen, in bytes; 0 where the system does not tell. */
  peak = 0;
  private readonly process: ChildProcess;
  private looks = 0;
  private spoke = false;

  constructor(
    task: SweepTask,
    threads: number,
    options: {
      readonly executable: string;
      readonly onLine: (label: string, line: string) => void;
    },
    onEnd: (result: TaskResult) => void,
  ) {
    const environment = {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: "1",
      OMP_NUM_THREADS: String(threads),
    };
    this.process = spawn(process.execPath, [options.executable, ...task.words], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let rest = "";
    const last: string[] = [];
    const line = (text: string): void => {
      if (text.trim() === "") return;
      this.spoke = true;
      last.push(text);
      if (last.length > KEPT_LINES) last.shift();
      options.onLine(task.label, text);
    };
    this.process.stdout?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    this.process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(line);
    });
    let failure: string | undefined;
    let ended = false;
    const end = (code: number | undefined): void => {
      if (ended) return;
      ended = true;
      line(rest);
      onEnd({ label: task.label, code, output, lastWords: failure ?? last.join("\n") });
    };
    this.process.on("error", (error) => {
      failure = error.message;
      end(undefined);
    });
    this.process.on("close", (code) => end(code ?? undefined));
  }

  /** True when its memory says something about a training. */
  get isWarm(): boolean {
    return this.spoke && this.looks >= 2;
  }

  /** Looks at its memory; returns the peak so far. */
  look(): number {
    this.looks += 1;
    if (process.platform !== "linux" || this.process.pid === undefined) return this.peak;
    try {
      const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
      if (kilobytes !== undefined) this.peak = Math.max(this.peak, Number(kilobytes) * 1024);
    } catch {
      // It has just ended.
    }
    return this.peak;
  }

  interrupt(): void {
    this.process.kill("SIGINT");
  }
}
