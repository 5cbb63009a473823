/** Turns what the parser reports into diagnostics. */
import type { SyntaxProblem } from "../../grammar/problems.js";
import { syntax } from "./catalogue/syntax.js";
import type { DiagnosticEntry, Reporter } from "./diagnostic.js";

/** The rows of the syntax catalogue by code. */
const rows: ReadonlyMap<string, DiagnosticEntry<never>> = new Map(
  Object.values<DiagnosticEntry<never>>(syntax).map((row) => [row.code, row]),
);

const roleTexts = {
  opening: "opened here",
  closing: "closed here",
  result: "the result stands here",
} as const;

/** Reports every problem of one file. */
export function reportSyntax(
  problems: readonly SyntaxProblem[],
  file: string,
  reporter: Reporter,
): void {
  for (const problem of problems) {
    const row = rows.get(problem.code);
    if (row === undefined) throw new Error(`no catalogue row for ${problem.code}`);
    const related = problem.related.map(({ span, role }) => ({
      file,
      span,
      message: roleTexts[role],
    }));
    // Code and arguments belong together by construction: SyntaxArguments is keyed by the code.
    reporter.report(row, { file, span: problem.span }, problem.args as never, {
      related,
      edits: problem.edits,
    });
  }
}
