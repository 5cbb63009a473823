/**
 * How long a run took, over all the sittings it was trained in. The time of the processor is kept beside that of the
 * wall because it hardly changes when other programs share the machine.
 */
export interface Spent {
  /** On the wall, in seconds. */
  readonly seconds: number;
  /** Of all threads of this process, in seconds; absent in records of earlier versions. */
  readonly cpuSeconds?: number | undefined;
}

export class RunClock {
  private readonly started = performance.now();
  private readonly cpuStarted = process.cpuUsage();
  private before: Spent = { seconds: 0, cpuSeconds: 0 };

  /** Goes on from what earlier sittings spent. */
  restore({ seconds, cpuSeconds = 0 }: Spent): void {
    this.before = { seconds, cpuSeconds };
  }

  /** Seconds on the wall since this sitting began. */
  sitting(): number {
    return Math.round((performance.now() - this.started) * 100) / 100_000;
  }

  /** What this sitting and those before it spent. */
  spent(): Required<Spent> {
    const { user, system } = process.cpuUsage(this.cpuStarted);
    const cpu = (this.before.cpuSeconds ?? 0) + (user + system) / 1e6;
    return {
      seconds: this.before.seconds + this.sitting(),
      cpuSeconds: Math.round(cpu * 100) / 100,
    };
  }
}
