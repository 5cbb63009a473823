/**
 * Checks and compiles sources for the commands.
 *
 * The compiler is given the bare file name, so that the text it emits does not depend on where the
 * command was called; diagnostics get the path back as the user named it.
 */
import { basename, dirname, join } from "node:path";
import { checkSource, compileSource } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Program } from "../ir/program.js";
import { hostFor, type Source } from "./files.js";
import { toolVersion } from "./version.js";

export interface Checked {
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined when there are errors. */
  readonly program: Program | undefined;
}

export interface Compiled extends Checked {
  /** The TypeScript module; undefined when there are errors. */
  readonly text: string | undefined;
  /** Its source map, JSON. */
  readonly map: string | undefined;
}

/** Diagnostics and the typed program of one source. */
export function checkOne(source: Source): Checked {
  const { file, text } = source;
  const output = checkSource({ file: basename(file), source: text, host: hostFor(file) });
  return { source, program: output.program, diagnostics: output.diagnostics.map(namedAsIn(file)) };
}

/** The same, and the TypeScript when there is no error. */
export async function compileOne(source: Source): Promise<Compiled> {
  const { file, text, hash } = source;
  const output = await compileSource({
    file: basename(file),
    source: text,
    host: hostFor(file),
    hash,
    version: toolVersion(),
  });
  const diagnostics = output.diagnostics.map(namedAsIn(file));
  return { source, program: output.program, diagnostics, text: output.text, map: output.map };
}

/** The compiler saw `cora.sgnn`; the user named `models/cora.sgnn`. */
function namedAsIn(file: string): (diagnostic: Diagnostic) => Diagnostic {
  const name = (seen: string): string => {
    if (seen === basename(file)) return file;
    return seen.startsWith("sgnn:") ? seen : join(dirname(file), seen);
  };
  return (diagnostic) => ({
    ...diagnostic,
    file: name(diagnostic.file),
    related: diagnostic.related.map((place) => ({ ...place, file: name(place.file) })),
  });
}
