/** The texts of `sgnnc --help` and `sgnnc <command> --help`. */
import { commonOptions } from "./arguments.js";
import type { Command } from "./command.js";
import { commands } from "./table.js";

/** Help of the tool: every command in one line. */
export function generalHelp(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const line = (name: string, summary: string): string => `  ${name.padEnd(width)}  ${summary}\n`;
  return [
    "sgnnc: describe a graph network in a .sgnn file; check it, compile it to TypeScript, train it.\n\n",
    "Usage: sgnnc <command> [arguments] [options]\n\n",
    "Commands\n",
    ...Object.entries(commands).map(([name, entry]) => line(name, entry.summary)),
    "\nStart with: sgnnc init my-project\n",
    "More about a command: sgnnc <command> --help\n",
    "Exit codes: 0 fine, 1 the input has errors, 2 wrong usage, 3 failure of the machine or the tool.\n",
  ].join("");
}

/** Help of one command: what it does, its options, and command lines to copy. */
export function commandHelp(name: string, command: Command): string {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(
    ([key, spec]): readonly [string, string] => [
      spec.type === "text" ? `--${key} ${spec.value ?? "VALUE"}` : `--${key}`,
      spec.help,
    ],
  );
  const parameters = command.parameters === "" ? "" : ` ${command.parameters}`;
  return [
    `Usage: sgnnc ${name}${parameters} [options]\n\n${command.description.trim()}\n`,
    `\nOptions\n${columns(options)}`,
    `\nExamples\n${columns(command.examples)}`,
  ].join("");
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}
