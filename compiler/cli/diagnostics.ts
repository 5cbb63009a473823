/** Prints diagnostics for people (with source frames) or as JSON. */
import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { renderDiagnostics } from "../diagnostics/frame.js";
import { diagnosticsJson, type DiagnosticJson } from "../diagnostics/json.js";
import type { SourceTexts } from "../diagnostics/texts.js";
import { textOf, type Source } from "./files.js";
import type { Terminal } from "./terminal.js";

/** One source and what was found in it. */
export interface Findings {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

/** How many errors and warnings there are in all. */
export function count(findings: readonly Findings[]): Counts {
  const all = findings.flatMap((one) => one.diagnostics);
  const of = (severity: Diagnostic["severity"]): number =>
    all.filter((diagnostic) => diagnostic.severity === severity).length;
  return { errors: of("error"), warnings: of("warning") };
}

/** `2 errors and 1 warning in 3 files`. */
export function summary(counts: Counts, files: number): string {
  const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
  const found = [
    ...(counts.errors > 0 ? [plural(counts.errors, "error")] : []),
    ...(counts.warnings > 0 ? [plural(counts.warnings, "warning")] : []),
  ];
  return `${found.length === 0 ? "no problem" : found.join(" and ")} in ${plural(files, "file")}`;
}

/** Source frames on standard error, with an empty line between and after them. */
export function printDiagnostics(findings: readonly Findings[], terminal: Terminal): void {
  const diagnostics = distinct(findings);
  if (diagnostics.length === 0) return;
  const width = Math.max(40, Math.min(terminal.columns - 10, 120));
  const options = { texts: textsOf(findings), colour: terminal.color, width };
  terminal.err(`${renderDiagnostics(diagnostics, options)}\n`);
}

/** Diagnostics as data, in the order of the files. */
export function jsonDiagnostics(findings: readonly Findings[]): readonly DiagnosticJson[] {
  return diagnosticsJson(distinct(findings), textsOf(findings));
}

/** A file that is both named and imported is checked twice; its diagnostics are shown once. */
function distinct(findings: readonly Findings[]): Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of findings.flatMap((one) => one.diagnostics)) {
    const { file, code, span } = diagnostic;
    const key = `${file}:${code}:${span.start}:${span.end}`;
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}

function textsOf(findings: readonly Findings[]): SourceTexts {
  const texts = new Map(findings.map(({ source }) => [source.file, source.text]));
  return (file) =>
    texts.get(file) ?? (dirname(file).startsWith("sgnn:") ? undefined : textOf(file));
}
