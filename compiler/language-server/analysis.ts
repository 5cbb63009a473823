/** A document as the compiler sees it: the tree, the types, the diagnostics. */
import type { ParseResult } from "../../grammar/index.js";
import type { Token } from "../../grammar/token.js";
import type { Declaration, File, Span, Trivia } from "../../grammar/tree.js";
import { Facts } from "../check/facts.js";
import type { Fact } from "../check/facts.js";
import { checkProgram } from "../check/program.js";
import type { Host } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Reporter } from "../diagnostics/diagnostic.js";
import type { Environment } from "../resolve/environment.js";
import { occurrencesOf } from "./occurrences.js";
import type { Occurrence } from "./occurrences.js";

export interface Analysis {
  readonly file: string;
  readonly source: string;
  readonly tree: File;
  readonly tokens: readonly Token[];
  readonly trivia: readonly Trivia[];
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: readonly Fact[];
  readonly environment: Environment;
  readonly occurrences: readonly Occurrence[];
}

/** Which declarations of a document are checked: all, none, or those that touch a part of the text. */
export type Reach = "all" | "none" | Span;

/** Parses and checks a document. Never throws on any source. */
export function analyse(file: string, source: string, host: Host, reach: Reach = "all"): Analysis {
  const reporter = new Reporter();
  const facts = new Facts();
  const isReached = (one: Declaration): boolean =>
    reach === "all" ||
    (reach !== "none" && one.span.start <= reach.end && reach.start <= one.span.end + 1);
  let found: { readonly environment: Environment; readonly parsed: ParseResult } | undefined;
  checkProgram({ file, source }, host, reporter, {
    facts,
    isReached,
    resolved: (environment, parsed) => (found = { environment, parsed }),
  });
  if (found === undefined) throw new Error("the names of a document are always resolved");
  const { environment, parsed } = found;
  const { file: tree, tokens } = parsed;
  return {
    file,
    source,
    tree,
    tokens,
    trivia: tree.trivia,
    diagnostics: reporter.diagnostics.filter((one) => one.file === file),
    facts: facts.of(file),
    environment,
    occurrences: occurrencesOf(tree),
  };
}
