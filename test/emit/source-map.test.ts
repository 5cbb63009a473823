/** The map's encoding, and that every mapped line leads to the place its comment names. */
import { describe, expect, it } from "vitest";
import { emit, toJavaScript } from "../../compiler/emit/index.js";
import { variableLength } from "../../compiler/emit/source-map.js";
import { plan } from "../../compiler/plan/index.js";
import { nodeClassifier } from "./programs.js";

const options = {
  version: "0.1.0",
  sourceFile: "folder/test.sgnn",
  source: "// by hand\n",
  hash: "ab",
};
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function decode(segment: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) === 0) {
      values.push(value & 1 ? -(value >> 1) : value >> 1);
      value = 0;
      shift = 0;
    }
  }
  return values;
}

describe("source map", () => {
  it("encodes numbers as the specification does", () => {
    expect([0, 1, -1, 15, 16, -16, 511, 1024].map(variableLength)).toEqual([
      "A",
      "C",
      "D",
      "e",
      "gB",
      "hB",
      "+f",
      "ggC",
    ]);
    for (let n = -5000; n < 5000; n += 37) expect(decode(variableLength(n))).toEqual([n]);
  });

  it("maps each line to the place in its comment", async () => {
    const { text, map } = await emit(plan(nodeClassifier()), options);
    const { version, file, sources, mappings } = JSON.parse(map) as {
      version: number;
      file: string;
      sources: string[];
      mappings: string;
    };
    expect([version, file, sources[0]]).toEqual([3, "test.sgnn.ts", "test.sgnn"]);
    let source = 0;
    let line = 0;
    let mapped = 0;
    const rows = mappings.split(";");
    const lines = text.split("\n");
    expect(rows.length).toBe(lines.length);
    rows.forEach((row, k) => {
      if (row === "") return;
      const fields = decode(row);
      source += fields[1];
      line += fields[2];
      const match = /(\S+):(\d+)$/.exec(lines[k]);
      if (match === null || !lines[k].includes("//")) return;
      mapped++;
      expect(sources[source].endsWith(match[1])).toBe(true);
      expect(line + 1).toBe(Number(match[2]));
    });
    expect(mapped).toBeGreaterThan(10);
  });
});

describe("toJavaScript", () => {
  it("strips the types and keeps the places", async () => {
    const { text } = await emit(plan(nodeClassifier()), options);
    const script = await toJavaScript(text);
    expect(script).toContain("// spike[T, N, 7]    test.sgnn:10");
    expect(script).not.toMatch(/: Tensor|import type/);
  });
});
