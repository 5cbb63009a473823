/** `sgnnc check`: diagnostics only, nothing is written. */
import type { Command } from "../command.js";
import { count, jsonDiagnostics, printDiagnostics, summary } from "../diagnostics.js";
import { exit } from "../errors.js";
import { findSources } from "../files.js";
import { checkOne } from "../sources.js";

export const check: Command = {
  parameters: "<files|folders>",
  description: `
Checks names, kinds, residency, shapes, neurons, data and training of .sgnn files and prints what
is wrong, why, and how to repair it. Folders are searched for .sgnn files.`,
  options: {
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc check cora.sgnn", "one file"],
    ["sgnnc check examples --json", "every .sgnn file below a folder, for another program to read"],
  ],
  least: 1,
  most: Infinity,
  async run(invocation, terminal) {
    const checked = findSources(invocation.positionals).map(checkOne);
    const counts = count(checked);
    if (invocation.flag("json")) {
      terminal.out(
        `${JSON.stringify(
          {
            files: checked.map((one) => one.source.file),
            errors: counts.errors,
            warnings: counts.warnings,
            diagnostics: jsonDiagnostics(checked),
          },
          undefined,
          2,
        )}\n`,
      );
    } else {
      printDiagnostics(checked, terminal);
      terminal.err(`${summary(counts, checked.length)}\n`);
    }
    return counts.errors > 0 ? exit.input : exit.fine;
  },
};
