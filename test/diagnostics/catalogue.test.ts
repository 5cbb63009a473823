import { describe, expect, it } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue/index.js";
import { explain, findEntry, listCodes, suggestCode } from "../../compiler/diagnostics/explain.js";
import { check } from "../declarations/check.js";

describe("the catalogue", () => {
  it("has each code and each name once", () => {
    for (const key of ["code", "name"] as const) {
      const values = catalogue.map((row) => row[key]);
      expect(values.filter((value, at) => values.indexOf(value) !== at)).toEqual([]);
    }
  });

  it.each(catalogue.map((row) => [row.code, row] as const))("%s is well formed", (_, row) => {
    expect(row.code).toMatch(/^[A-Z]\d{3}$/);
    expect(row.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(row.example.wrong).not.toBe(row.example.right);
  });

  it.each(catalogue.map((row) => [row.code, row] as const))(
    "the wrong example of %s raises it, and the right one has no error",
    (code, row) => {
      const codes = check(row.example.wrong).diagnostics.map((one) => one.code);
      expect(codes).toContain(code);
      const right = check(row.example.right).diagnostics;
      expect(right.filter((one) => one.severity === "error" || one.code === code)).toEqual([]);
    },
  );
});

describe("explain", () => {
  it("finds rows by code in any case and by name", () => {
    expect(findEntry("u301")?.name).toBe("unknown-neuron-value");
    expect(findEntry("unknown-neuron-value")?.code).toBe("U301");
    expect(findEntry("U999")).toBeUndefined();
    expect(suggestCode("unkown-neuron-value")).toBe("unknown-neuron-value");
    expect(listCodes().find((row) => row.code === "U301")).toEqual({
      code: "U301",
      name: "unknown-neuron-value",
      severity: "error",
    });
  });

  it("shows a wrong and a right program, why and fix", () => {
    expect(explain("U320", (source) => check(source).diagnostics)).toBe(
      `U320 emit-zero (error)

a spike emits 0

wrong
  neuron Leaky<beta: 0.9 in [0, 1], threshold: 1> {
    state  v = 0
    update v = beta * v + input
    spike  when v >= threshold
    reset  v = v - threshold
    emit   0
  }

right
  neuron Leaky<beta: 0.9 in [0, 1], threshold: 1> {
    state  v = 0
    update v = beta * v + input
    spike  when v >= threshold
    reset  v = v - threshold
    emit   1
  }

why: 0 is what a silent neuron emits, so the next layer could not see the spike
fix: emit 1, or a value
`,
    );
    expect(explain("U999", () => [])).toBeUndefined();
  });
});
