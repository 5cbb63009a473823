/**
 * Where the command line writes. Standard output carries the result (one JSON document with
 * `--json`), standard error everything that people read along the way.
 */

export interface Terminal {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** True when standard error is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** True when people's text may be coloured. */
  readonly color: boolean;
  /** Width of the terminal in columns. */
  readonly columns: number;
}

/**
 * The terminal of this process. From here on, whatever a library prints with `console.log` goes to
 * standard error, so that nothing but our own result reaches standard output; a closed pipe
 * (`sgnnc ... | head`) ends the process quietly.
 */
export function processTerminal(): Terminal {
  const toError = (...words: unknown[]): void => console.error(...words);
  console.log = toError;
  console.info = toError;
  console.debug = toError;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  const interactive = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  const wantsColor = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive,
    color: interactive && wantsColor,
    columns: process.stderr.columns ?? 100,
  };
}
