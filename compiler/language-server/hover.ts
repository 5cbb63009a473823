/** What an editor shows when the pointer rests on a name. */
import type { Span } from "../../grammar/tree.js";
import type { Fact } from "../check/facts.js";
import { primitiveNamed } from "../check/primitives.js";
import { printSize, printType } from "../ir/print.js";
import type { Kind } from "../ir/types.js";
import { kindNames, docWords, headOf, kindWords, placeOfFile, typeWords } from "./texts.js";
import type { Analysis } from "./analysis.js";
import type { Occurrence } from "./occurrences.js";
import { problemWords } from "./problem-words.js";
import { contains, meaningOf, occurrenceAt } from "./symbols-at.js";

export interface Hover {
  readonly span: Span;
  readonly markdown: string;
}

/** Type, kind, residency, shape, declaration and doc comment of what stands at an offset. */
export function hoverAt(analysis: Analysis, offset: number): Hover | undefined {
  const one = occurrenceAt(analysis, offset);
  if (one === undefined) return undefined;
  const parts = [
    ...valueWords(analysis, one),
    ...problemWords(analysis, one),
    ...meaningWords(analysis, one),
  ];
  return parts.length === 0 ? undefined : { span: one.span, markdown: parts.join("\n\n") };
}

/** The smallest fact that begins or ends with a name: `Dense<64>` for `Dense`, `g.x` for `x`. */
function factFor(analysis: Analysis, one: Occurrence): Fact | undefined {
  const matches = analysis.facts.filter((fact) => {
    if (!contains(fact.span, one.span)) return false;
    const isWhole = fact.span.start === one.span.start && fact.span.end === one.span.end;
    if (isWhole) return true;
    if (one.role === "callee") return fact.span.start === one.span.start && fact.sort !== "name";
    return one.role === "member" && fact.span.end === one.span.end;
  });
  return matches.sort((a, b) => length(a.span) - length(b.span))[0];
}

function length(span: Span): number {
  return span.end - span.start;
}

function valueWords(analysis: Analysis, one: Occurrence): string[] {
  if (one.role === "kind") {
    const known = kindNames.some(([kind]) => kind === one.text);
    return known ? [`\`${one.text}\`: ${kindWords(one.text as Kind)}`] : [];
  }
  const fact = factFor(analysis, one);
  if (fact === undefined) return [];
  const words = typeWords(fact.type, fact.timed);
  if (one.role !== "callee") return [`\`${one.text}\` ${words}`];
  return [`gives ${words}`, ...sizeWords(analysis, one, fact)];
}

/** Where the sizes of a call come from. */
function sizeWords(analysis: Analysis, one: Occurrence, fact: Fact): string[] {
  const lines = [...fact.sizes].map(([name, size]) => {
    const text = `\`${name}\` = ${printSize(size)}`;
    const isGiven = analysis.occurrences.some(
      (other) =>
        other.role === "generic argument" && other.text === name && contains(fact.span, other.span),
    );
    const source = inputBefore(analysis, fact);
    const written = writtenGenerics(analysis, one, fact.span);
    if (name.startsWith("steps") && !isGiven) return `${text}, the steps of the block around it`;
    if (isGiven || written.includes(printSize(size))) return `${text}, given here`;
    return source === undefined ? text : `${text}, from ${source}`;
  });
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join("\n")];
}

function writtenGenerics(analysis: Analysis, one: Occurrence, span: Span): readonly string[] {
  const after = analysis.source.slice(one.span.end, span.end);
  const generics = /^<([^>]*)>/.exec(after)?.[1];
  return generics === undefined ? [] : generics.split(",").map((part) => part.trim());
}

/** "`g.x |> Dense<32>`, which is `real[N, 32]` (line 12)": what is piped into a call. */
function inputBefore(analysis: Analysis, fact: Fact): string | undefined {
  const before = analysis.facts
    .filter(({ sort, span }) => sort !== "name" && span.end <= fact.span.start)
    .filter(({ span }) => /^\s*\|>\s*$/.test(analysis.source.slice(span.end, fact.span.start)))
    .sort((a, b) => length(b.span) - length(a.span))[0];
  if (before === undefined) return undefined;
  const text = analysis.source.slice(before.span.start, before.span.end).replace(/\s+/g, " ");
  const shown = text.length > 40 ? `..${text.slice(-38)}` : text;
  return `\`${shown}\`, which is \`${printType(before.type)}\``;
}

function meaningWords(analysis: Analysis, one: Occurrence): string[] {
  const meaning = meaningOf(analysis, one);
  if (meaning === undefined) return [];
  if (meaning.tag === "primitive") {
    const primitive = primitiveNamed(meaning.name);
    const parameters = primitive?.parameters.join(", ") ?? "";
    return [code(`function ${meaning.name}(${parameters})`), "built in"];
  }
  if (meaning.tag === "declaration") {
    const { found } = meaning;
    const place = placeOfFile(found.file, analysis.file);
    const doc = docWords(found.declaration.doc);
    return [
      code(headOf(found)),
      ...(doc === "" ? [] : [doc]),
      ...(place === "" ? [] : [`*${place}*`]),
    ];
  }
  const { definition } = meaning;
  if (definition.span.start === one.span.start && meaning.in.file === analysis.file) {
    return [definition.sort ?? "size, inferred from the arguments"];
  }
  const line = meaning.in.source.slice(0, definition.span.start).split("\n").length;
  const place = placeOfFile(meaning.in.file, analysis.file);
  const sort = definition.sort ?? "size";
  return [`${sort}, line ${line}${place === "" ? "" : ` of ${meaning.in.file}`}`];
}

function code(text: string): string {
  return `\`\`\`sgnn\n${text}\n\`\`\``;
}
