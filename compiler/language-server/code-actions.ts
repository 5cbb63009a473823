/** Repairs of diagnostics as edits. */
import type { Span } from "../../grammar/tree.js";
import type { Diagnostic, TextEdit } from "../diagnostics/diagnostic.js";
import type { Analysis } from "./analysis.js";
import type { Repair } from "./repairs.js";
import { repairsOf } from "./repairs.js";

export interface CodeAction {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly diagnostic: Diagnostic;
}

/** The repairs of the diagnostics in a range. */
export function codeActions(analysis: Analysis, range: Span): readonly CodeAction[] {
  return analysis.diagnostics
    .filter(({ span }) => span.start <= range.end && span.end >= range.start)
    .flatMap((diagnostic) =>
      repairs(diagnostic, analysis).map(({ title, edits }) => ({
        title: title ?? titleOf(diagnostic, edits),
        edits,
        diagnostic,
      })),
    );
}

/** The edits that the diagnostic carries, else those that its words describe. */
function repairs(diagnostic: Diagnostic, { source, tree }: Analysis): readonly Repair[] {
  if (diagnostic.edits.length > 0) return [{ edits: diagnostic.edits }];
  const meant = /^did you mean `([^`]+)`\?$/.exec(diagnostic.fix ?? "")?.[1];
  if (meant !== undefined) return [{ edits: [{ span: diagnostic.span, text: meant }] }];
  return repairsOf(diagnostic, source, tree);
}

function titleOf(diagnostic: Diagnostic, edits: readonly TextEdit[]): string {
  const [first] = edits;
  if (/^did you mean/.test(diagnostic.fix ?? "")) return `Replace by \`${first.text}\``;
  if (diagnostic.fix !== undefined) {
    return `${diagnostic.fix[0].toUpperCase()}${diagnostic.fix.slice(1)}`;
  }
  if (first.text === "") return "Remove this";
  return first.span.start === first.span.end
    ? `Insert \`${first.text}\``
    : `Replace by \`${first.text}\``;
}
