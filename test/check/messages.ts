/** Runs wrong programs and compares the full text of what they get: code, marked text, message and repair. */
import { describe, expect, test } from "vitest";
import { check } from "./program.js";

export interface MessageCase {
  readonly name: string;
  readonly source: readonly string[];
  /** Code, marked text and message; then the repair, when there is one. */
  readonly expected: readonly (readonly [string, string?])[];
}

/** One test per case. */
export function compareMessages(title: string, cases: readonly MessageCase[]): void {
  describe(title, () => {
    for (const { name, source, expected } of cases) {
      test(name, () => {
        const text = source.join("\n");
        const found = check(text).diagnostics.map((d) => {
          const marked = text.slice(d.span.start, d.span.end);
          const line = `${d.code} \`${marked}\`: ${d.message}`;
          return d.fix === undefined ? [line] : [line, d.fix];
        });
        expect(found).toEqual(expected);
      });
    }
  });
}
