import { test } from "vitest";
import { readFileSync, writeFileSync } from "node:fs";
import { check } from "./program.js";
test("record", () => {
  const cases = JSON.parse(readFileSync("/tmp/cases.json", "utf8")) as [string, string][];
  writeFileSync("/tmp/recorded.json", JSON.stringify(cases.map(([name, source]) => ({ name, source, found: check(source).diagnostics.map((d) => ({ text: `${d.code} \`${d.file === "test.sgnn" ? source.slice(d.span.start, d.span.end) : d.file}\`: ${d.message}`, fix: d.fix, why: d.why })) }))));
});
