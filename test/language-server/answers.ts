/** The answer to each question of a scenario as text. */
import { format } from "../../grammar/index.js";
import type { Span } from "../../grammar/tree.js";
import type { Host } from "../../compiler/compile.js";
import { Lines } from "../../compiler/diagnostics/place.js";
import { analyse } from "../../compiler/language-server/analysis.js";
import type { Analysis } from "../../compiler/language-server/analysis.js";
import { codeActions } from "../../compiler/language-server/code-actions.js";
import { completionAt } from "../../compiler/language-server/completion.js";
import { hoverAt } from "../../compiler/language-server/hover.js";
import { inlayHints } from "../../compiler/language-server/inlay-hints.js";
import {
  definitionAt,
  prepareRename,
  referencesAt,
  renameAt,
} from "../../compiler/language-server/navigation.js";
import { documentSymbols, foldingRanges } from "../../compiler/language-server/outline.js";
import { semanticTokens } from "../../compiler/language-server/semantic-tokens.js";
import { signatureHelpAt } from "../../compiler/language-server/signature-help.js";
import { standardLibrary } from "../../compiler/resolve/standard.js";

export interface Question {
  readonly source: string;
  /** Offset of the cursor; -1 when the source has no mark. */
  readonly cursor: number;
  /** What stands after the name of the question: a new name, a number of proposals. */
  readonly argument: string;
  /** Other files by name. */
  readonly files: ReadonlyMap<string, string>;
}

const MAIN = "main.sgnn";

/** Replaces the text of spans, last first. */
export function applyEdits(
  source: string,
  edits: readonly { readonly span: Span; readonly text: string }[],
): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce(
      (text, { span, text: put }) => text.slice(0, span.start) + put + text.slice(span.end),
      source,
    );
}

export const answers: Readonly<Record<string, (question: Question) => string>> = {
  diagnostics: (question) => {
    const { diagnostics } = analysisOf(question);
    return diagnostics
      .map((one) => `${one.code} ${place(question.source, one.span)} ${one.message}`)
      .join("\n");
  },
  hover: (question) => {
    const hover = hoverAt(analysisOf(question), question.cursor);
    if (hover === undefined) return "nothing";
    const fence = "`".repeat(3);
    return `${place(question.source, hover.span)}\n${hover.markdown.replaceAll(fence, "~~~")}`;
  },
  hints: (question) => {
    const all = { start: 0, end: question.source.length };
    const hints = inlayHints(analysisOf(question), all).map(({ offset, text }) => ({
      span: { start: offset, end: offset },
      text: `«${text}»`,
    }));
    return applyEdits(question.source, hints).trimEnd();
  },
  completion: (question) => {
    const { source, cursor, argument } = question;
    const found = completionAt(MAIN, source, cursor, hostOf(question));
    const shown = found.slice(0, Number(argument || 8));
    return shown
      .map(
        (one) =>
          `${one.rank} ${one.label} (${one.sort}) ${one.insert} — ${one.detail.split("\n")[0]}`,
      )
      .join("\n");
  },
  ranks: (question) => {
    const { source, cursor, argument } = question;
    const found = completionAt(MAIN, source, cursor, hostOf(question));
    const rankOf = (name: string): number | undefined =>
      found.find((one) => one.label === name)?.rank;
    return argument
      .split(" ")
      .map((name) => `${name} ${rankOf(name) ?? "missing"}`)
      .join(", ");
  },
  signature: (question) => {
    const help = signatureHelpAt(analysisOf(question), question.cursor);
    if (help === undefined) return "nothing";
    return `${help.label}\nactive: ${help.parameters[help.active] ?? "none"}`;
  },
  definition: (question) => {
    const found = definitionAt(analysisOf(question), question.cursor);
    if (found === undefined) return "nothing";
    const text =
      found.file === MAIN
        ? question.source
        : (question.files.get(found.file) ?? standardLibrary.source(found.file) ?? "");
    const line = new Lines(text).textOf(new Lines(text).lineOf(found.span.start));
    return `${found.file} ${place(text, found.span)}\n${line}`;
  },
  references: (question) => {
    const all = documentsOf(question);
    return referencesAt(all[0], question.cursor, all)
      .map(({ file, span }) => {
        const { source } = all.find((one) => one.file === file) ?? all[0];
        const lines = new Lines(source);
        return `${file} ${place(source, span)} ${lines.textOf(lines.lineOf(span.start)).trim()}`;
      })
      .join("\n");
  },
  rename: (question) => {
    const all = documentsOf(question);
    const prepared = prepareRename(all[0], question.cursor);
    if ("refused" in prepared) return `refused: ${prepared.refused}`;
    const renamed = renameAt(all[0], question.cursor, question.argument, all);
    if ("refused" in renamed) return `refused: ${renamed.refused}`;
    return all
      .map(({ file, source }) => {
        const edits = renamed.places
          .filter((one) => one.file === file)
          .map(({ span }) => ({ span, text: question.argument }));
        const text = applyEdits(source, edits).trimEnd();
        return all.length > 1 ? `// ${file}\n${text}` : text;
      })
      .join("\n");
  },
  symbols: (question) =>
    documentSymbols(analysisOf(question))
      .flatMap((one) => [
        `${one.sort} ${one.name} ${place(question.source, one.span)}`,
        ...one.children.map((child) => `  ${child.sort} ${child.name}`),
      ])
      .join("\n"),
  folding: (question) =>
    foldingRanges(analysisOf(question))
      .map(({ startLine, endLine, kind }) => `${startLine + 1}-${endLine + 1} ${kind}`)
      .join("\n"),
  tokens: (question) => {
    const lines = new Lines(question.source);
    const byLine = new Map<number, string[]>();
    for (const { span, type, modifiers } of semanticTokens(analysisOf(question))) {
      const line = lines.lineOf(span.start);
      const text = question.source.slice(span.start, span.end);
      const words = [type, ...modifiers].join(".");
      byLine.set(line, [...(byLine.get(line) ?? []), `${text}:${words}`]);
    }
    return [...byLine.values()].map((parts) => parts.join(" ")).join("\n");
  },
  action: (question) => {
    const { source, cursor } = question;
    const found = codeActions(analysisOf(question), { start: cursor, end: cursor });
    return found
      .map(({ title, edits, diagnostic }) => {
        const text = applyEdits(source, edits).trimEnd();
        return `${diagnostic.code}: ${title}\n${text}`;
      })
      .join("\n");
  },
  format: ({ source }) => format(source).text.trimEnd(),
};

function hostOf({ files }: Question): Host {
  return { read: (file) => files.get(file) };
}

function analysisOf(question: Question): Analysis {
  return analyse(MAIN, question.source, hostOf(question));
}

function documentsOf(question: Question): readonly Analysis[] {
  const others = [...question.files].map(([file, text]) => analyse(file, text, hostOf(question)));
  return [analysisOf(question), ...others];
}

/** `3:5-9`, or `3:5-4:2` over lines; columns from 1, the end exclusive. */
function place(source: string, span: Span): string {
  const lines = new Lines(source);
  const start = lines.placeOf(span.start);
  const end = lines.placeOf(span.end);
  const last = end.line === start.line ? "" : `${end.line}:`;
  return `${start.line}:${start.column}-${last}${end.column}`;
}
