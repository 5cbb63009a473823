/** `sgnnc explain`: what a diagnostic code means, with a wrong and a right example. */
import { checkSource } from "../../compile.js";
import { explain as explainCode, listCodes, suggestCode } from "../../diagnostics/explain.js";
import type { Command } from "../command.js";
import { exit, usageError } from "../errors.js";

export const explain: Command = {
  parameters: "[code]",
  description: `
Explains a diagnostic by its code or name: what it says, why, and a small program before and after
the repair. Without a code, lists all of them.`,
  options: {},
  examples: [
    ["sgnnc explain T201", "by code"],
    ["sgnnc explain", "all codes and names"],
  ],
  least: 0,
  most: 1,
  async run(invocation, terminal) {
    const [wanted] = invocation.positionals;
    if (wanted === undefined) {
      for (const { code, name, severity } of listCodes()) {
        terminal.out(`${code}  ${severity.padEnd(11)}  ${name}\n`);
      }
      return exit.fine;
    }
    const host = { read: (): undefined => undefined };
    const text = explainCode(
      wanted,
      (source) => checkSource({ file: "example.sgnn", source, host }).diagnostics,
    );
    if (text === undefined) {
      const near = suggestCode(wanted);
      throw usageError(
        `there is no diagnostic ${wanted}`,
        near === undefined ? "`sgnnc explain` lists all codes" : `did you mean ${near}?`,
      );
    }
    terminal.out(text);
    return exit.fine;
  },
};
