/** The texts that diagnostics point into. */
import { stdTexts } from "../std/sources.js";
import { Lines } from "./place.js";

/** The text of a file of the program; files of the standard library need not be known. */
export type SourceTexts = (file: string) => string | undefined;

/** The lines of each file, split once; an unknown file counts as empty. */
export function linesOf(texts: SourceTexts): (file: string) => Lines {
  const known = new Map<string, Lines>();
  return (file) => {
    const lines = known.get(file) ?? new Lines(texts(file) ?? stdTexts.get(file) ?? "");
    known.set(file, lines);
    return lines;
  };
}
