/**
 * The two ways through the compiler: `checkSource` (diagnostics and the typed program) and
 * `compileSource` (the same, then plan and TypeScript).
 *
 * Neither does input or output: other files come through the host. `checkSource` never loads
 * ts-morph or prettier, so checking stays fast; emission loads them when it starts.
 */
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { Reporter } from "./diagnostics/diagnostic.js";
import { checkProgram } from "./check/program.js";
import type { Program } from "./ir/program.js";
import { plan } from "./plan/index.js";

/** How the compiler sees other files; paths are as written in imports, resolved against `from`. */
export interface Host {
  /** The text of a file, or undefined when it does not exist. */
  read(file: string): string | undefined;
}

export interface CheckInput {
  /** The name of the file as the user wrote it; appears in diagnostics and in the header. */
  readonly file: string;
  readonly source: string;
  readonly host: Host;
}

export interface CheckOutput {
  /** Undefined when there are errors. */
  readonly program: Program | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompileInput extends CheckInput {
  /** sha256 of the source in hexadecimal; the compiler has no hash of its own. */
  readonly hash: string;
  /** Version of the tool, for the header. */
  readonly version: string;
}

export interface CompileOutput extends CheckOutput {
  /** The TypeScript module; undefined when there are errors. */
  readonly text: string | undefined;
  /** Its source map (version 3, JSON). */
  readonly map: string | undefined;
}

/** Parses and checks one file and what it imports. Never throws on any source. */
export function checkSource(input: CheckInput): CheckOutput {
  const reporter = new Reporter();
  const program = checkProgram({ file: input.file, source: input.source }, input.host, reporter);
  return { program: reporter.hasErrors ? undefined : program, diagnostics: reporter.diagnostics };
}

/** Checks, plans and emits one file. The text depends on nothing but the input. */
export async function compileSource(input: CompileInput): Promise<CompileOutput> {
  const checked = checkSource(input);
  if (checked.program === undefined) return { ...checked, text: undefined, map: undefined };
  const planned = plan(checked.program);
  const { emit } = await import("./emit/index.js");
  const emitted = await emit(planned, {
    version: input.version,
    sourceFile: input.file,
    source: input.source,
    hash: input.hash,
  });
  return {
    program: planned,
    diagnostics: checked.diagnostics,
    text: emitted.text,
    map: emitted.map,
  };
}
