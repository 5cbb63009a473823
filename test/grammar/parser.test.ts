import { expect, test } from "vitest";
import { SgnnParser } from "../../grammar/parser.js";

test("the grammar itself has no ambiguity, left recursion or empty repetition", () => {
  expect(new SgnnParser({ validate: true })).toBeDefined();
});
