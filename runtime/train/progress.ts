/** How training tells a person where it stands: a bar on a terminal, plain lines elsewhere. */

/** What the trainer reports, after steps and after epochs. */
export interface ProgressEvent {
  readonly name: string;
  /** Epoch under way (from 1), of `epochs`. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Training loss of this epoch so far. */
  readonly loss: number;
  /** The value that chooses the weights, after an epoch. */
  readonly validation?:
    { readonly name: string; readonly value: number; readonly best: number } | undefined;
  /** What the loss is made of, by name. */
  readonly parts?: Readonly<Record<string, number>> | undefined;
  readonly spikeRate: number;
  readonly secondsLeft: number | undefined;
}

/** Where to write: standard error, or anything like it. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProgressReporter {
  update(event: ProgressEvent): void;
  /** Ends the bar's line. */
  done(): void;
}

/**
 * A reporter. On a terminal it redraws one line, at most ten times a second; elsewhere it writes a line
 * for the first epoch, the last, and about twenty between.
 * @param now clock in milliseconds, for tests
 */
export function createProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): ProgressReporter {
  return stream.isTTY === true ? bar(stream, now) : lines(stream);
}

function bar(stream: ProgressStream, now: () => number): ProgressReporter {
  let last = -Infinity;
  let open = false;
  let text = "";
  const draw = (): void => {
    stream.write(`\r\x1b[2K${text.slice(0, Math.max(20, (stream.columns ?? 100) - 1))}`);
    open = true;
  };
  return {
    update(event) {
      const share = (event.epoch - 1 + event.step / Math.max(1, event.steps)) / event.epochs;
      const filled = Math.round(20 * share);
      text = `${event.name} [${"#".repeat(filled)}${".".repeat(20 - filled)}] ${describe(event)}`;
      if (now() - last < 100 && share < 1) return;
      last = now();
      draw();
    },
    done() {
      if (!open) return;
      draw();
      stream.write("\n");
      open = false;
    },
  };
}

function lines(stream: ProgressStream): ProgressReporter {
  let told = 0;
  return {
    update(event) {
      if (event.step < event.steps || event.epoch === told) return;
      const every = Math.max(1, Math.round(event.epochs / 20));
      if (event.epoch !== 1 && event.epoch !== event.epochs && event.epoch % every !== 0) return;
      told = event.epoch;
      stream.write(`${event.name} ${describe(event)}\n`);
    },
    done() {},
  };
}

function describe(event: ProgressEvent): string {
  const words = [`epoch ${event.epoch}/${event.epochs}`, `loss ${short(event.loss)}`];
  if (event.validation !== undefined) {
    const { name, value, best } = event.validation;
    words.push(`validation ${name} ${short(value)} (best ${short(best)})`);
  }
  const parts = Object.entries(event.parts ?? {}).map(([name, value]) => `${name} ${short(value)}`);
  if (parts.length > 1) words.push(parts.join(", "));
  if (event.spikeRate > 0) words.push(`spikes ${(100 * event.spikeRate).toFixed(1)} %`);
  if (event.secondsLeft !== undefined) words.push(`${duration(event.secondsLeft)} left`);
  return words.join(", ");
}

function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)
    ? value.toExponential(2)
    : value.toPrecision(4);
}

/** 75 -> "1 min 15 s". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
