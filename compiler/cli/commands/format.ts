/** `sgnnc format`: rewrites .sgnn files in the standard layout. */
import { format as formatSource } from "../../../grammar/format/index.js";
import { Lines } from "../../diagnostics/place.js";
import type { Command } from "../command.js";
import { exit } from "../errors.js";
import { findSources, writeIfChanged, type Source } from "../files.js";
import type { Terminal } from "../terminal.js";

export const format: Command = {
  parameters: "<files|folders>",
  description: `
Rewrites .sgnn files in the standard layout: indentation, spaces, and fields below each other so that
neurons and layers read like equations. Comments and empty lines stay, line breaks inside a field too.
A declaration that does not parse is left as it is, and named.`,
  options: {
    check: { type: "flag", help: "write nothing; fail when a file is not in the standard layout" },
  },
  examples: [
    ["sgnnc format cora.sgnn", "one file"],
    ["sgnnc format models --check", "for CI: is everything formatted?"],
  ],
  least: 1,
  most: Infinity,
  async run(invocation, terminal) {
    const check = invocation.flag("check");
    let code: number = exit.fine;
    for (const source of findSources(invocation.positionals)) {
      const { text, leftAlone } = formatSource(source.text);
      for (const span of leftAlone) reportLeftAlone(source, span, terminal);
      const differs = text !== source.text;
      if (leftAlone.length > 0 || (check && differs)) code = exit.input;
      if (check) {
        if (differs) terminal.out(`not formatted ${source.file}\n`);
      } else {
        if (differs) writeIfChanged(source.file, text);
        terminal.out(`${differs ? "formatted" : "unchanged"} ${source.file}\n`);
      }
    }
    return code;
  },
};

function reportLeftAlone(
  { file, text }: Source,
  span: { readonly start: number; readonly end: number },
  terminal: Terminal,
): void {
  const lines = new Lines(text);
  const first = lines.lineOf(span.start);
  const last = lines.lineOf(span.end);
  const where = first === last ? `line ${first}` : `lines ${first} to ${last}`;
  terminal.err(
    `${file}: ${where} left as written: there is a syntax error; see sgnnc check ${file}\n`,
  );
}
