/**
 * Runs every scenario below this folder. `SGNN_RECORD=1 npx vitest run test/scenarios` writes what the
 * compiler says now into the files; read the difference before committing it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { checkSource, compileSource } from "../../compiler/compile.js";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { readScenarios, rerecord } from "./markdown.js";

const here = dirname(fileURLToPath(import.meta.url));
const recording = process.env.SGNN_RECORD === "1";
const host = { read: (): undefined => undefined };
const file = "main.sgnn";

const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .sort();

for (const name of files) {
  const markdown = readFileSync(join(here, name), "utf8");
  const recorded = new Map<string, string>();
  describe(name.replace(/\.md$/, ""), () => {
    for (const scenario of readScenarios(markdown)) {
      test(scenario.title, async () => {
        const { source } = scenario;
        if (scenario.diagnostics !== undefined) {
          const { diagnostics } = checkSource({ file, source, host });
          const text = diagnostics.map((one) => describeDiagnostic(one, source)).join("\n");
          recorded.set(scenario.title, text);
          if (!recording) expect(text).toBe(scenario.diagnostics);
        }
        if (scenario.typescript !== undefined) {
          const input = { file, source, host, hash: "0".repeat(64), version: "0.0.0" };
          const { text } = await compileSource(input);
          expect(text).toContain(scenario.typescript);
        }
      });
    }
    if (recording) afterAll(() => writeFileSync(join(here, name), rerecord(markdown, recorded)));
  });
}

/** `T210 error 3:17-21 \`Dens\`: there is no layer ..`, then the reason, related places and the repair. */
function describeDiagnostic(diagnostic: Diagnostic, source: string): string {
  const { code, severity, message, why, fix, span, related } = diagnostic;
  const word = source.slice(span.start, span.end).split("\n")[0];
  const lines = [
    `${code} ${severity} ${range(span.start, span.end, source)} \`${word}\`: ${message}`,
  ];
  if (why !== "") lines.push(`  why: ${why}`);
  for (const place of related) {
    const at = place.file === file ? range(place.span.start, place.span.end, source) : place.file;
    lines.push(`  see: ${at} ${place.message}`);
  }
  if (fix !== undefined) lines.push(`  fix: ${fix}`);
  return lines.join("\n");
}

/** `3:17-21`, or `3:17-4:2` across lines; 1-based, the end is exclusive. */
function range(start: number, end: number, source: string): string {
  const place = (offset: number): [number, number] => {
    const before = source.slice(0, offset).split("\n");
    return [before.length, before[before.length - 1].length + 1];
  };
  const [line, column] = place(start);
  const [endLine, endColumn] = place(end);
  return line === endLine
    ? `${line}:${column}-${endColumn}`
    : `${line}:${column}-${endLine}:${endColumn}`;
}
