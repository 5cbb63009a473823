/** What a command is: its words for `--help`, its options, and what it does. */
import type { Invocation } from "./arguments.js";
import type { Terminal } from "./terminal.js";

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
