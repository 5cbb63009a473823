/** Fields that a declaration has once, and declarations that are named by other declarations. */
import type { Declaration, Identifier, Node, Span } from "../../grammar/tree.js";
import { fields as rows } from "../diagnostics/catalogue/fields.js";
import { names } from "../diagnostics/catalogue/names.js";
import type { Reporter } from "../diagnostics/diagnostic.js";
import type { Found } from "../resolve/found.js";
import type { Environment } from "../resolve/environment.js";
import { wordFor } from "../resolve/modules.js";

/** The fields of one type, in source order. */
export function fieldsOf<F extends { readonly type: string }, T extends F["type"]>(
  fields: readonly F[],
  type: T,
): readonly (F & { readonly type: T })[] {
  return fields.filter((field): field is F & { readonly type: T } => field.type === type);
}

/** Reports every field after the first as a repetition. `owner` is as in "this data". */
export function reportRepeated(
  fields: readonly Node[],
  keyword: string,
  owner: string,
  file: string,
  environment: Environment,
  reporter: Reporter,
): void {
  const [first, ...more] = fields;
  const wordOf = (field: Node): Span => ({
    start: field.span.start,
    end: field.span.start + keyword.length,
  });
  for (const field of more) {
    // A field whose keyword was misspelt, and repaired to this one, is no repetition.
    const isBroken = [first, field].some((one) => environment.hasSyntaxProblem(file, one.span));
    if (isBroken) continue;
    const line = environment.origin(file, first.span).line;
    reporter.report(
      rows.duplicateField,
      { file, span: wordOf(field) },
      { owner, field: keyword, line },
      { related: [{ file, span: wordOf(first), message: "the first one" }] },
    );
  }
}

/**
 * The declaration `name` means, if it is of one of the types `wanted`; reports an unknown name (with a
 * guess) or a declaration of another kind. `what` is the word for what is wanted, `place` the subject
 * of "takes a model".
 */
export function findDeclaration(
  name: Identifier,
  what: string,
  wanted: readonly Declaration["type"][],
  place: string,
  file: string,
  environment: Environment,
  reporter: Reporter,
): Found | undefined {
  if (name.text === "") return undefined;
  const at = { file, span: name.span };
  const found = environment.lookup(name.text, file);
  if (found === undefined) {
    if (environment.isReported(name.text, file)) return undefined;
    const suggestion = environment.suggest(name.text, file, wanted);
    const edits = suggestion === undefined ? [] : [{ span: name.span, text: suggestion }];
    reporter.report(names.unknownName, at, { what, name: name.text, suggestion }, { edits });
    return undefined;
  }
  const { type } = found.declaration;
  if (wanted.includes(type)) return found;
  reporter.report(names.wrongKindOfName, at, {
    name: name.text,
    found: wordFor(type),
    expected: what,
    place,
  });
  return undefined;
}
