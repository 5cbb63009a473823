/** Reports a failure that has no repair. */
import { describeExpected, describeFound } from "./errors.js";
import type { Failure } from "./errors.js";
import type { Token } from "./lexer.js";
import { spanOf } from "./lexer.js";
import type { ProblemList } from "./problems.js";
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
    problems.add("S001", spanOf(found), { expected, found: describeFound(found) });
  }
}
