/** What a command is: its words for `--help`, its options, and what it does. */
import type { Terminal } from "./terminal.js";

/** The words of one call, checked against the command's options. */
export interface Invocation {
  /** All words as they were given. */
  readonly words: readonly string[];
  readonly positionals: readonly string[];
  /** Value of a text option, undefined when it was not given. */
  text(name: string): string | undefined;
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** Value of a text option that must be an integer of at least `least`. */
  integer(name: string, least: number): number | undefined;
}

export interface OptionSpec {
  readonly type: "text" | "flag";
  /** Placeholder shown in the help of a text option: `--out DIR`. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** What stands after the command's name: `<files|folders>`. */
  readonly parameters: string;
  /** A few lines about what it does, for `sgnnc <command> --help`. */
  readonly description: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Command lines that work, each with a word of explanation. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Fewest and most positional arguments. */
  readonly least: number;
  readonly most: number;
  /** Does the work and returns the exit code. */
  run(invocation: Invocation, terminal: Terminal): Promise<number>;
}
