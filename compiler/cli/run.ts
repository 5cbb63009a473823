/** From the arguments to the exit code: finds the command, runs it, and words whatever goes wrong. */
import { didYouMean } from "../diagnostics/did-you-mean.js";
import { readArguments } from "./arguments.js";
import { CommandError, exit, usageError } from "./errors.js";
import { commandHelp, generalHelp } from "./help.js";
import type { Terminal } from "./terminal.js";
import { commands } from "./table.js";
import { toolVersion } from "./version.js";

/** Runs `sgnnc <words>` and returns its exit code. Never throws. */
export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    return explainFailure(error, words, terminal);
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.out(generalHelp());
    return name === undefined ? exit.usage : exit.fine;
  }
  if (name === "--version" || name === "-v") {
    terminal.out(`${toolVersion()}\n`);
    return exit.fine;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    const near = name.startsWith("-")
      ? undefined
      : didYouMean(name, { right: Object.keys(commands) });
    throw usageError(
      name.startsWith("-")
        ? `expected a command before \`${name}\``
        : `there is no command \`${name}\``,
      near === undefined ? "see `sgnnc --help`" : `did you mean \`sgnnc ${near}\`?`,
    );
  }
  const command = await entry.load();
  const invocation = readArguments(name, command, rest);
  if (invocation.flag("help")) {
    terminal.out(commandHelp(name, command));
    return exit.fine;
  }
  return await command.run(invocation, terminal);
}

/**
 * Prints one sentence, the reason and the repair; a stack trace only with `--debug`. With `--json` they are
 * also the one document on standard output: `{ error: { message, why, fix } }`.
 */
function explainFailure(error: unknown, words: readonly string[], terminal: Terminal): number {
  const debug = words.includes("--debug");
  const known = asKnownError(error);
  const message = error instanceof Error ? error.message : String(error);
  if (words.includes("--json")) {
    const { why, fix } = known ?? {};
    terminal.out(
      `${JSON.stringify({ error: { message: known?.message ?? message, why, fix } })}\n`,
    );
  }
  terminal.err(`sgnnc: ${known?.message ?? `unexpected failure: ${message}`}\n`);
  if (known?.why !== undefined) terminal.err(`  why: ${known.why}\n`);
  if (known?.fix !== undefined) terminal.err(`  fix: ${known.fix}\n`);
  if (known === undefined && !debug) {
    terminal.err("  This is a fault of the tool. Run it again with --debug for the details.\n");
  }
  if (debug && error instanceof Error) terminal.err(`${error.stack ?? ""}\n`);
  return known?.exitCode ?? exit.failure;
}

/** Errors that already carry their words: our own, the runtime's, and the operating system's. */
function asKnownError(error: unknown): CommandError | undefined {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return undefined;
  if (isRuntimeError(error)) {
    const code = machineFailures.has(error.code) ? exit.failure : exit.input;
    return new CommandError(code, error.message, { why: error.why, fix: error.fix });
  }
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined) {
    const where = path === undefined ? "" : ` ${path}`;
    return new CommandError(exit.failure, `cannot ${syscall}${where}: ${systemReason(code)}`);
  }
  return undefined;
}

/** Runtime errors that blame the machine, not the input: no backend starts, a target cannot be written. */
const machineFailures: ReadonlySet<string> = new Set(["R101", "R204"]);

/** The runtime's errors (runtime/error.ts), recognised by shape so that it need not be loaded. */
function isRuntimeError(
  error: Error,
): error is Error & { code: string; why?: string; fix?: string } {
  const { code, why } = error as { code?: unknown; why?: unknown };
  return (
    typeof code === "string" &&
    /^R\d+$/.test(code) &&
    (why === undefined || typeof why === "string")
  );
}

function systemReason(code: string): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EPERM: "operation not permitted",
    ENOSPC: "the disk is full",
    EROFS: "the file system is read-only",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is not a folder",
    EMFILE: "too many open files",
  };
  return reasons[code] ?? code;
}
