/** The recorded modules pass the strict compiler, the project's lint and the formatter. */
import { ESLint } from "eslint";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { check } from "prettier";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = fileURLToPath(new URL("./golden/", import.meta.url));
const files = readdirSync(folder).map((name) => `${folder}${name}`);

describe("emitted modules", () => {
  it("compile under strict, with nothing unused", () => {
    const config = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
    const program = ts.createProgram(files, {
      ...options,
      noEmit: true,
      noUnusedLocals: true,
      noUnusedParameters: true,
    });
    const problems = files.flatMap((file) => {
      const source = program.getSourceFile(file);
      return [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
    });
    const texts = problems.map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
    expect(texts).toEqual([]);
  });

  it("pass the lint", async () => {
    const results = await new ESLint({ cwd: root }).lintFiles(files);
    expect(results.flatMap((result) => result.messages.map((m) => m.message))).toEqual([]);
  });

  it("are formatted", async () => {
    for (const file of files) {
      const isFormatted = await check(readFileSync(file, "utf8"), {
        parser: "typescript",
        printWidth: 100,
      });
      expect(isFormatted, file).toBe(true);
    }
  });
});
