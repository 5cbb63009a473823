/** One side of a comparison: a process that stays, answers one request a line, and is timed by itself. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Side {
  /** Starts a process whose first line of output is a JSON object, its greeting. */
  static async open(command, args, environment = {}) {
    const side = new Side(command, args, environment);
    side.greeting = await side.#read();
    return side;
  }

  constructor(command, args, environment) {
    this.child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    let said = "";
    this.child.stderr.on("data", (data) => (said = (said + data).slice(-2000)));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.failed = new Promise((_, reject) => {
      this.child.on("error", reject);
      this.child.on("exit", (code) => {
        if (code !== 0)
          reject(new Error(said.trim().split("\n").at(-1) || `it ended with ${code}`));
      });
    });
    this.failed.catch(() => undefined);
    this.child.stdin.on("error", () => undefined);
  }

  /** Runs a work so many times: `{ ms, peak }`, milliseconds of one time and peak memory so far in MiB. */
  ask(work, times) {
    this.child.stdin.write(`${work} ${times}\n`);
    return this.#read();
  }

  end() {
    this.child.stdin.end();
  }

  async #read() {
    const { value } = await Promise.race([this.lines.next(), this.failed]);
    if (value === undefined) return this.failed;
    return JSON.parse(value);
  }
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/**
 * Ours and the peer in turn, after one round that warms both up. The ratio, peer time / our time, is the median
 * of the rounds' ratios, because what else the machine does changes both times of a round alike.
 */
export async function inTurn(ours, peer, work, times, rounds) {
  const pairs = [];
  for (let round = -1; round < rounds; round++) {
    const mine = await ours.ask(work, times);
    const other = await peer?.ask(work, times);
    if (round >= 0) pairs.push({ mine, other });
  }
  return {
    ours: median(pairs.map(({ mine }) => mine.ms)),
    peer: peer && median(pairs.map(({ other }) => other.ms)),
    ratio: peer && median(pairs.map(({ mine, other }) => other.ms / mine.ms)),
    ourPeak: pairs.at(-1).mine.peak,
    peerPeak: pairs.at(-1).other?.peak,
    peerWay: pairs.at(-1).other?.way,
    pairs: rounds,
  };
}

/** Environment that gives libtensorflow and PyTorch so many threads. */
export function threadLimit(threads) {
  const count = String(threads);
  return {
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
  };
}
