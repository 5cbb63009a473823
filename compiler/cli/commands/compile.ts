/** `sgnnc compile`: *.sgnn -> *.sgnn.ts and its source map. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { Command } from "../command.js";
import { count, printDiagnostics, summary } from "../diagnostics.js";
import { exit, usageError } from "../errors.js";
import { findSources, writeIfChanged, type Source } from "../files.js";
import { compileOne, type Compiled } from "../sources.js";
import type { Terminal } from "../terminal.js";
import { watchSources } from "../watch.js";

interface Output {
  readonly path: string;
  readonly content: string;
}

export const compile: Command = {
  parameters: "<files|folders>",
  description: `
Writes the TypeScript of each .sgnn file as NAME.sgnn.ts beside it, with a source map. When any file
has an error nothing is written at all.`,
  options: {
    out: { type: "text", value: "DIR", help: "write into DIR instead of beside the source" },
    check: { type: "flag", help: "write nothing; fail when a generated file is missing or stale" },
    watch: { type: "flag", help: "compile again whenever a source changes" },
  },
  examples: [
    ["sgnnc compile cora.sgnn", "writes cora.sgnn.ts and cora.sgnn.ts.map"],
    ["sgnnc compile models --out src/generated", "a whole folder, keeping its structure"],
    ["sgnnc compile examples --check", "for CI: are the committed files current?"],
  ],
  least: 1,
  most: Infinity,
  async run(invocation, terminal) {
    const out = invocation.text("out");
    const once = async (): Promise<number> => {
      const sources = findSources(invocation.positionals);
      const compiled: Compiled[] = [];
      for (const source of sources) compiled.push(await compileOne(source));
      printDiagnostics(compiled, terminal);
      const counts = count(compiled);
      if (counts.errors > 0) {
        terminal.err(`${summary(counts, sources.length)}; nothing was written\n`);
        return exit.input;
      }
      const outputs = compiled.flatMap((one) => outputsOf(one, out));
      rejectCollisions(outputs);
      return invocation.flag("check") ? compare(outputs, terminal) : write(outputs, terminal);
    };
    if (!invocation.flag("watch")) return await once();
    if (invocation.flag("check")) throw usageError("--watch and --check do not go together");
    return await watchSources(invocation.positionals, once, terminal);
  },
};

function outputsOf({ source, text, map }: Compiled, out: string | undefined): Output[] {
  if (text === undefined) return [];
  const path = targetOf(source, out);
  if (map === undefined) return [{ path, content: text }];
  return [
    { path, content: text },
    { path: `${path}.map`, content: withSourcePaths(map, path, source.file) },
  ];
}

function targetOf(source: Source, out: string | undefined): string {
  const name = `${basename(source.file)}.ts`;
  if (out === undefined) return join(dirname(source.file), name);
  const inside = source.below === undefined ? "" : relative(source.below, dirname(source.file));
  return join(out, inside, name);
}

/** A map names its sources relative to itself, so that debuggers find them from another folder too. */
function withSourcePaths(map: string, target: string, source: string): string {
  const up = relative(dirname(target), dirname(source));
  if (up === "") return map;
  const content = JSON.parse(map) as { sources: string[] };
  const moved = (name: string): string =>
    name.startsWith("sgnn:") ? name : join(up, name).replaceAll("\\", "/");
  return JSON.stringify({ ...content, sources: content.sources.map(moved) });
}

function rejectCollisions(outputs: readonly Output[]): void {
  const seen = new Set<string>();
  for (const { path } of outputs) {
    if (seen.has(path)) throw usageError(`two sources would both be written to ${path}`);
    seen.add(path);
  }
}

function compare(outputs: readonly Output[], terminal: Terminal): number {
  let stale = 0;
  for (const { path, content } of outputs) {
    const bytes = Buffer.from(content, "utf8");
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue;
    stale += 1;
    terminal.out(`${existsSync(path) ? "stale" : "missing"} ${path}\n`);
  }
  if (stale === 0) return exit.fine;
  terminal.err(
    `${stale} of ${outputs.length} generated files are not current; run sgnnc compile\n`,
  );
  return exit.input;
}

function write(outputs: readonly Output[], terminal: Terminal): number {
  for (const { path, content } of outputs) {
    const changed = writeIfChanged(path, content);
    if (!path.endsWith(".map")) terminal.out(`${changed ? "wrote" : "current"} ${path}\n`);
  }
  return exit.fine;
}
