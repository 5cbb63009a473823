/** What a command throws to end with a message instead of a stack trace, and the exit code of each. */

/** Exit codes of `sgnnc`; scripts rely on them. */
export const exit = {
  fine: 0,
  /** The input has errors; diagnostics were printed and nothing was written. */
  input: 1,
  /** Wrong usage: unknown command, option, model or file name on the command line. */
  usage: 2,
  /** The machine or the tool itself failed. */
  failure: 3,
  /** Interrupted by Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

/** An ending with a sentence, a reason and a repair; `code` is the exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly why: string | undefined;
  readonly fix: string | undefined;

  constructor(exitCode: number, message: string, more: { why?: string; fix?: string } = {}) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.why = more.why;
    this.fix = more.fix;
  }
}

/** The command line itself is wrong (exit 2). */
export function usageError(message: string, fix?: string): CommandError {
  return new CommandError(exit.usage, message, { fix });
}

/** What was given to the command is wrong (exit 1). */
export function inputError(
  message: string,
  more: { why?: string; fix?: string } = {},
): CommandError {
  return new CommandError(exit.input, message, more);
}

/** The machine refuses: permissions, a full disk, a missing library (exit 3). */
export function machineError(
  message: string,
  more: { why?: string; fix?: string } = {},
): CommandError {
  return new CommandError(exit.failure, message, more);
}
