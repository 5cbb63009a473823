/** Every row of the type catalogue has an example that raises it, and its repair is right. */
import { describe, expect, test } from "vitest";
import { types } from "../../compiler/diagnostics/catalogue/types.js";
import { check } from "../declarations/check.js";

const rows = Object.values(types);

describe("catalogue of types", () => {
  test("codes and names are unique and well formed", () => {
    expect(new Set(rows.map((r) => r.code)).size).toBe(rows.length);
    expect(new Set(rows.map((r) => r.name)).size).toBe(rows.length);
    expect(rows.map((r) => r.code).filter((c) => !/^T\d{3}$/.test(c))).toEqual([]);
  });

  for (const row of rows) {
    test(`${row.code} ${row.name}`, () => {
      const wrong = check(row.example.wrong).diagnostics;
      expect(wrong.map((d) => d.code)).toEqual([row.code]);
      expect(wrong[0].severity).toBe(row.severity);
      const right = check(row.example.right).diagnostics;
      expect(right.map((d) => `${d.code} ${d.message}`)).toEqual([]);
    });
  }
});
