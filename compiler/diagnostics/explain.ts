/** `sgnnc explain`: what a diagnostic means, without a program that has it. */
import { didYouMean } from "./did-you-mean.js";
import type { AnyEntry } from "./catalogue/index.js";
import { catalogue } from "./catalogue/index.js";

/** The row with this code (`U301`, any case) or name (`unknown-neuron-value`). */
export function findEntry(codeOrName: string): AnyEntry | undefined {
  const wanted = codeOrName.trim().toLowerCase();
  return catalogue.find((row) => row.code.toLowerCase() === wanted || row.name === wanted);
}

/** Codes and names, in the order of the catalogue. */
export function listCodes(): readonly {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
}[] {
  return catalogue.map(({ code, name, severity }) => ({ code, name, severity }));
}

/** The code or name that was probably meant. */
export function suggestCode(codeOrName: string): string | undefined {
  return didYouMean(codeOrName, {
    right: catalogue.map((row) => row.code),
    other: catalogue.map((row) => row.name),
  });
}

/**
 * Title, a small wrong program and the repaired one. Why and fix depend on the place, so they are
 * given by `demonstrate`, which compiles the wrong program and returns its diagnostic of this code.
 */
export function explain(
  codeOrName: string,
  demonstrate: (source: string) => readonly {
    readonly code: string;
    readonly message: string;
    readonly why: string;
    readonly fix: string | undefined;
  }[],
): string | undefined {
  const row = findEntry(codeOrName);
  if (row === undefined) return undefined;
  const shown = demonstrate(row.example.wrong).find((one) => one.code === row.code);
  const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");
  return [
    `${row.code} ${row.name} (${row.severity})`,
    "",
    ...(shown === undefined ? [] : [`${shown.message}`, ""]),
    "wrong",
    indent(row.example.wrong),
    "",
    "right",
    indent(row.example.right),
    "",
    ...(shown === undefined ? [] : [`why: ${shown.why}`]),
    ...(shown?.fix === undefined ? [] : [`fix: ${shown.fix}`]),
    "",
  ].join("\n");
}
