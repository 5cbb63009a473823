/** Words about types and declarations, in markdown. */
import type { Declaration } from "../../grammar/tree.js";
import { printType } from "../ir/print.js";
import type { GraphType, Kind, TensorType } from "../ir/types.js";
import { spaceOf } from "../check/size.js";
import { placeWords } from "../check/types.js";
import type { Found } from "../resolve/found.js";

const kinds: Readonly<Record<Kind, string>> = {
  real: "any number; a product after it multiplies and adds",
  graded: "a number that is mostly exactly 0; a product after it skips the zeros",
  spike: "0 or 1; a product after it only adds",
  trit: "-1, 0 or 1; a product after it adds or subtracts",
  sign: "-1 or 1; stored as one bit",
  label: "a class number",
};

/** What values of a kind are. */
export function kindWords(kind: Kind): string {
  return kinds[kind];
}

/** All kinds with their meaning. */
export const kindNames: readonly (readonly [string, string])[] = Object.entries(kinds);

/** "`spike[N, 64]`: on nodes; 0 or 1; ..". */
export function typeWords(type: TensorType | GraphType, timed: boolean): string {
  const text = `\`${printType(type)}\``;
  if (type.tag === "graph") return `${text}: a graph`;
  const space = type.dims.length === 0 ? undefined : spaceOf(type.dims[0]);
  const parts = [
    ...(space === undefined ? [] : [placeWords(space)]),
    ...(timed ? ["one slice per time step"] : []),
    kindWords(type.kind),
  ];
  return `${text}: ${parts.join("; ")}`;
}

/** The source of a declaration's head, on one line; of a neuron, all of it. */
export function headOf({ declaration, source }: Found): string {
  const text = source.slice(declaration.span.start, declaration.span.end);
  if (declaration.type === "neuron" || declaration.type === "variant") return text;
  if (declaration.type === "function" && text.length < 100) return text;
  const brace = text.indexOf("{");
  return (brace < 0 ? text : text.slice(0, brace)).replace(/\s+/g, " ").trim();
}

/** A doc comment as markdown: indented lines are equations. */
export function docWords(doc: string | undefined): string {
  if (doc === undefined) return "";
  return doc
    .split("\n")
    .map((line) => (/^ {2,}\S/.test(line) ? `    ${line.trim()}` : line))
    .join("\n");
}

/** Where a declaration comes from, for people. */
export function placeOfFile(file: string, own: string): string {
  return file === own ? "" : file.startsWith("sgnn:") ? "standard library" : file;
}

/** The word a reader knows a declaration by. */
export function sortOf(declaration: Declaration): string {
  return declaration.type === "solver" ? "model" : declaration.type;
}
