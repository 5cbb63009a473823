/** Reports a failure that has no repair. */
import { describeExpected, describeFound } from "./errors.js";
import type { Failure } from "./errors.js";
import type { Token } from "./token.js";
import { spanOf } from "./lexer.js";
import type { ProblemList } from "./problems.js";
import { closest } from "./spelling.js";
import * as t from "./tokens.js";

/** A failure that has no repair: something missing, or something in the way. */
export function reportFailure(
  tokens: readonly Token[],
  failure: Failure,
  problems: ProblemList,
): void {
  const { at } = failure;
  const found = tokens[at] as Token | undefined;
  const before = tokens[at - 1] as Token | undefined;
  const expected = describeExpected(failure, before);
  const ended = found === undefined || found.end === found.startOffset;
  if (before !== undefined && (ended || (found.firstOnLine && failure.kind !== "leftover"))) {
    const place = { start: before.end, end: before.end };
    problems.add("S002", place, { expected, after: describeFound(before) });
    return;
  }
  if (found === undefined) return;
  const operator = (found.tokenType.CATEGORIES ?? []).includes(t.ComparisonOperator);
  const compared = tokens
    .slice(0, at)
    .some((one) => (one.tokenType.CATEGORIES ?? []).includes(t.ComparisonOperator));
  if (operator && compared && failure.kind !== "choice") {
    problems.add("S025", spanOf(found), { operator: found.image });
  } else {
    const span = spanOf(found);
    const suggestion = keywordMeant(found, failure);
    const edits = suggestion === undefined ? [] : [{ span, text: suggestion }];
    problems.add("S001", span, { expected, found: describeFound(found), suggestion }, { edits });
  }
}

/** The one of the expected keywords that a word of the author resembles. */
function keywordMeant(found: Token, { expected }: Failure): string | undefined {
  if (!t.isWord(found.tokenType)) return undefined;
  const expectedNames = new Set(expected);
  const keywords = [...t.wordTypes].filter(([, type]) => expectedNames.has(type.name));
  return closest(
    found.image,
    keywords.map(([text]) => text),
  );
}
