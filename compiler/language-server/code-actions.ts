/** Repairs of diagnostics as edits. */
import type { Span } from "../../grammar/tree.js";
import type { Diagnostic, TextEdit } from "../diagnostics/diagnostic.js";
import type { Analysis } from "./analysis.js";

export interface CodeAction {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly diagnostic: Diagnostic;
}

/** One action for each diagnostic in the range that knows its repair. */
export function codeActions(analysis: Analysis, range: Span): readonly CodeAction[] {
  return analysis.diagnostics
    .filter(({ span }) => span.start <= range.end && span.end >= range.start)
    .flatMap((diagnostic) => {
      const edits = editsOf(diagnostic);
      return edits.length === 0 ? [] : [{ title: titleOf(diagnostic, edits), edits, diagnostic }];
    });
}

/** The edits that the diagnostic carries, or the one that its words describe. */
function editsOf(diagnostic: Diagnostic): readonly TextEdit[] {
  if (diagnostic.edits.length > 0) return diagnostic.edits;
  const meant = /^did you mean `([^`]+)`\?$/.exec(diagnostic.fix ?? "")?.[1];
  return meant === undefined ? [] : [{ span: diagnostic.span, text: meant }];
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
