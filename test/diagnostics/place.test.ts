import { describe, expect, it } from "vitest";
import { Lines } from "../../compiler/diagnostics/place.js";

describe("lines and columns", () => {
  it("count from 1, past every kind of line end", () => {
    const lines = new Lines("a\nb\r\nc\rd");
    expect(lines.count).toBe(4);
    expect([0, 2, 5, 7].map((offset) => lines.placeOf(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
    ]);
    expect([1, 2, 3, 4].map((line) => lines.textOf(line))).toEqual(["a", "b", "c", "d"]);
  });

  it("count a tab and a surrogate pair as one column", () => {
    const text = "\t😀x";
    expect(new Lines(text).placeOf(text.indexOf("x"))).toEqual({ line: 1, column: 3 });
  });

  it("give the end of the text a place", () => {
    expect(new Lines("ab").placeOf(2)).toEqual({ line: 1, column: 3 });
    expect(new Lines("ab\n").placeOf(3)).toEqual({ line: 2, column: 1 });
    expect(new Lines("").placeOf(0)).toEqual({ line: 1, column: 1 });
    expect(new Lines("ab").placeOf(99)).toEqual({ line: 1, column: 3 });
  });
});
