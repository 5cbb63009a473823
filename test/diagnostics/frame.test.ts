import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.js";
import { renderDiagnostic, renderDiagnostics } from "../../compiler/diagnostics/frame.js";
import { diagnosticsJson } from "../../compiler/diagnostics/json.js";

function diagnosticAt(source: string, marked: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = source.indexOf(marked);
  return {
    code: "T204",
    name: "width-mismatch",
    severity: "error",
    message: "expected real[N, 16]",
    why: "layer hidden outputs 16",
    fix: "write 16",
    edits: [],
    file: "a.sgnn",
    span: { start, end: start + marked.length },
    related: [],
    ...more,
  };
}
const frameOf = (source: string, marked: string, more: Partial<Diagnostic> = {}, width = 100) =>
  renderDiagnostic(diagnosticAt(source, marked, more), { texts: () => source, width });

describe("a frame for the terminal", () => {
  it("has a header, the place, the line, carets, why and fix", () => {
    expect(frameOf("one\nlet h = x |> Dense<32>\n", "32")).toBe(
      [
        "error T204 width-mismatch: expected real[N, 16]",
        "  a.sgnn:2:20",
        "    |",
        "  2 | let h = x |> Dense<32>",
        "    |                    ^^",
        "  why: layer hidden outputs 16",
        "  fix: write 16",
      ].join("\n"),
    );
  });

  it("shows related places, all with one gutter, and leaves out a missing fix", () => {
    const source = `first\n${"\n".repeat(10)}second`;
    const related = [{ file: "a.sgnn", span: { start: 0, end: 5 }, message: "declared here" }];
    expect(frameOf(source, "second", { related, fix: undefined })).toBe(
      [
        "error T204 width-mismatch: expected real[N, 16]",
        "  a.sgnn:12:1",
        "     |",
        "  12 | second",
        "     | ^^^^^^",
        "  declared here:",
        "  a.sgnn:1:1",
        "     |",
        "   1 | first",
        "     | -----",
        "  why: layer hidden outputs 16",
      ].join("\n"),
    );
  });

  it("keeps carets under the word after tabs and wide characters", () => {
    const lines = frameOf("\tlet 重 = 😀 + wrong", "wrong").split("\n");
    expect(lines[3]).toBe("  1 |     let 重 = 😀 + wrong");
    // Each of the two wide characters takes two columns, so the carets stand two further right.
    expect(lines[4]).toBe(`    | ${" ".repeat(4 + 4 + 2 + 3 + 2 + 3)}^^^^^`);
  });

  it("shows one caret for an empty place, also at the end of a line", () => {
    const diagnostic = diagnosticAt("abc\n", "", { span: { start: 3, end: 3 } });
    const lines = renderDiagnostic(diagnostic, { texts: () => "abc\n" }).split("\n");
    expect(lines[4]).toBe("    |    ^");
  });

  it("marks the first line of a place over several lines", () => {
    const lines = frameOf("let a = (\n  b\n)", "(\n  b\n)").split("\n");
    expect(lines.slice(3, 5)).toEqual(["  1 | let a = (", "    |         ^"]);
  });

  it("cuts a long line around the caret", () => {
    const source = `${"a".repeat(300)} wrong ${"b".repeat(300)}`;
    const lines = frameOf(source, "wrong", {}, 40).split("\n");
    expect(lines[1]).toBe("  a.sgnn:1:302");
    expect(lines[3].length).toBeLessThanOrEqual(6 + 40 + 6);
    expect(lines[3]).toMatch(/^ {2}1 \| \.\.\.a+ wrong b+\.\.\.$/);
    const from = lines[4].indexOf("^");
    expect(lines[3].slice(from, from + 5)).toBe("wrong");
    expect(lines[4].slice(from)).toBe("^^^^^");
  });

  it("cuts at the start and at the end of a long line, too", () => {
    for (const source of [`wrong ${"b".repeat(300)}`, `${"a".repeat(300)} wrong`]) {
      const lines = frameOf(source, "wrong", {}, 40).split("\n");
      const from = lines[4].indexOf("^");
      expect(lines[3].slice(from, from + 5)).toBe("wrong");
    }
  });

  it("never lets a source speak to the terminal", () => {
    const frame = frameOf("\u001b[31m\u202ewrong", "wrong", { message: "no \u001b[0m" });
    expect(frame).not.toContain("\u001b");
    expect(frame).not.toContain("\u202e");
    expect(frame).toContain("\ufffd[31m\ufffdwrong");
  });

  it("uses colours only when asked", () => {
    const source = "wrong";
    const plain = renderDiagnostics([diagnosticAt(source, "wrong")], { texts: () => source });
    const options = { texts: () => source, colour: true };
    const coloured = renderDiagnostics([diagnosticAt(source, "wrong")], options);
    expect(plain).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[1;31merror T204 width-mismatch\u001b[0m");
    expect(coloured.replaceAll(/\u001b\[[\d;]*m/g, "")).toBe(plain);
  });
});

describe("diagnostics as JSON", () => {
  it("have the promised shape, counted from 1, the end after the last character", () => {
    const source = "a\n\t😀 wrong";
    const related = [{ file: "a.sgnn", span: { start: 0, end: 1 }, message: "here" }];
    const [json] = diagnosticsJson([diagnosticAt(source, "wrong", { related })], () => source);
    expect(json).toEqual({
      code: "T204",
      name: "width-mismatch",
      severity: "error",
      message: "expected real[N, 16]",
      file: "a.sgnn",
      range: { start: { line: 2, column: 4 }, end: { line: 2, column: 9 } },
      related: [
        {
          file: "a.sgnn",
          range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
          message: "here",
        },
      ],
      why: "layer hidden outputs 16",
      fix: "write 16",
    });
    expect(Object.keys(json)).toEqual([
      "code",
      "name",
      "severity",
      "message",
      "file",
      "range",
      "related",
      "why",
      "fix",
    ]);
  });

  it("say null when there is no fix", () => {
    const [json] = diagnosticsJson([diagnosticAt("x", "x", { fix: undefined })], () => "x");
    expect(json.fix).toBeNull();
  });
});
