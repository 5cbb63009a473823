/** Turns the words after `sgnnc <command>` into an invocation, or says which word is wrong. */
import { parseArgs } from "node:util";
import { didYouMean } from "../diagnostics/did-you-mean.js";
import type { Command, Invocation, OptionSpec } from "./command.js";
import { usageError } from "./errors.js";

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  help: { type: "flag", help: "show this help" },
  debug: { type: "flag", help: "show the stack trace of an unexpected failure" },
};

/**
 * Checks `words` against the command's options.
 * Throws a usage error (exit 2) that names the wrong word and the likely right one.
 */
export function readArguments(
  name: string,
  command: Command,
  words: readonly string[],
): Invocation {
  const specs: Readonly<Record<string, OptionSpec>> = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...words],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.entries(specs).map(([key, spec]) => [
          key,
          { type: spec.type === "text" ? ("string" as const) : ("boolean" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const see = `see \`sgnnc ${name} --help\``;
  const positionals: string[] = [];
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = specs[token.name];
    if (spec === undefined) {
      const near = didYouMean(token.name, { right: Object.keys(specs) });
      throw usageError(
        `\`sgnnc ${name}\` has no option ${token.rawName}`,
        near === undefined ? see : `did you mean --${near}? ${see}`,
      );
    }
    if (spec.type === "flag") {
      if (token.value !== undefined) throw usageError(`${token.rawName} takes no value`, see);
      flags.add(token.name);
      continue;
    }
    const missing =
      token.value === undefined || (!token.inlineValue && token.value.startsWith("--"));
    if (missing || token.value === undefined) {
      throw usageError(
        `${token.rawName} needs a value: ${token.rawName} ${spec.value ?? "VALUE"}`,
        see,
      );
    }
    if (texts.has(token.name)) throw usageError(`${token.rawName} is given twice`, see);
    texts.set(token.name, token.value);
  }
  const invocation: Invocation = {
    words,
    positionals,
    text: (option) => texts.get(option),
    flag: (option) => flags.has(option),
    integer: (option, least) => readInteger(option, texts.get(option), least),
  };
  if (!flags.has("help")) checkCount(name, command, positionals, see);
  return invocation;
}

function readInteger(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw usageError(`--${option} must be a whole number of at least ${least}, not \`${text}\``);
  }
  return value;
}

function checkCount(name: string, command: Command, given: readonly string[], see: string): void {
  if (given.length < command.least) {
    throw usageError(`\`sgnnc ${name}\` needs ${command.parameters}`, see);
  }
  if (given.length > command.most) {
    throw usageError(`\`sgnnc ${name}\` does not expect \`${given[command.most]}\``, see);
  }
}
