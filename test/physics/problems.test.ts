import { describe, expect, it } from "vitest";
import { brokenLines } from "../../compiler/physics/verify.js";
import { check, withFix } from "../declarations/check.js";
import type { ProblemIr } from "../../compiler/ir/physics.js";

const heat = `problem Heat {
  const    k = 0.1
  domain   x in [0, 1], t in [0, 1]
  field    u(x, t)
  equation d(u, t) - k * d(u, x, x) = 0
  initial  u(x, 0) = sin(pi * x)
  boundary u(0, t) = 0, u(1, t) = 0
}`;

function only(source: string): ProblemIr {
  const { program } = check(source);
  return program.problems[0]!;
}
function withLine(line: string): string {
  return heat.replace(/}$/, `  ${line}\n}`);
}

describe("a problem", () => {
  it("has one term for each set of points, derivatives in one combination merged", () => {
    const { terms } = only(heat);
    expect(terms.map(({ name, sites }) => [name, sites])).toEqual([
      ["interior", ["everywhere"]],
      ["initial", [new Map([[1, 0]])]],
      ["boundary 1", [new Map([[0, 0]])]],
      ["boundary 2", [new Map([[0, 1]])]],
    ]);
    const heatOperator = [
      { index: [0, 1], factor: 1 },
      { index: [2, 0], factor: -0.1 },
    ];
    expect(terms[0]!.symbols).toEqual([{ name: "u_L", site: 0, field: 0, operator: heatOperator }]);
  });

  it("does not merge what another term multiplies, or what the chain rule needs", () => {
    const source = heat.replace("d(u, t) - k", "u * d(u, t) + d(u, x) - k");
    const names = only(source).terms[0]!.symbols.map(({ name }) => name);
    expect(names).toEqual(["u", "u_t", "u_x", "u_xx"]);
  });

  it("puts the ansatz of enforce into every line", () => {
    const [interior] = only(withLine("enforce u = x * (1 - x) * u")).terms;
    expect(interior!.symbols.map(({ name }) => name).sort()).toEqual(["u", "u_t", "u_x", "u_xx"]);
  });

  it("reads derivatives at a place, bare fields on all faces, and periodic ends", () => {
    const { terms } = only(`problem Wave {
  domain   x in [0, 2], t in [0, 1]
  field    u(x, t)
  equation d(u, t, t) = d(u, x, x)
  initial  u = sin(pi * x), d(u, t) = 0
  boundary periodic u, d(u(0, t), x) = 0, u = 0
}`);
    expect(terms.map(({ name, sites }) => [name, sites])).toEqual([
      ["interior", ["everywhere"]],
      ["initial", [new Map([[1, 0]])]],
      ["boundary 1", [new Map([[0, 0]])]],
      ["boundary 2", ["faces"]],
      ["boundary 3", [new Map([[0, 0]]), new Map([[0, 2]])]],
    ]);
    expect(terms[1]!.residuals.map(({ text }) => text)).toEqual(["u = sin(pi * x)", "d(u, t) = 0"]);
    expect(terms[4]!.symbols.map(({ name }) => name)).toEqual(["u", "u_2", "u_x", "u_x_2"]);
  });

  it("applies the left side to the exact solution where the right is `exact`", () => {
    const line = "exact    u = exp(-k * pi ^ 2 * t) * sin(pi * x)";
    const source = withLine(line).replace("u(1, t) = 0", "d(u(1, t), x) = exact");
    expect(check(source).diagnostics).toEqual([]);
    expect(brokenLines(only(source))).toEqual([]);
  });
});

describe("warnings about a problem", () => {
  it("an exact solution that does not satisfy the equation, with the point", () => {
    const found = withFix(withLine("exact u = exp(-k * t) * sin(pi * x)"));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /^P753 5:12 \[d\(u, t\) - k \* d\(u, x, x\) = 0\] the exact solution does not satisfy .* it is off by 0\.8\d* at x = 0\.4\d*, t = 0\.0\d*/,
    );
  });

  it("an exact solution that misses a condition", () => {
    const found = withFix(withLine("exact u = 2 * exp(-k * pi ^ 2 * t) * sin(pi * x)"));
    expect(found.map((one) => one.slice(0, 9))).toEqual(["P753 6:12"]);
  });

  it("too few conditions", () => {
    const found = withFix(heat.replace("u(0, t) = 0, ", "").replace(/ {2}initial.*\n/, ""));
    expect(found).toEqual([
      "P754 3:12 [x] only one condition fixes `u` in `x` -> add `boundary` lines for both ends, or `boundary periodic u`",
      "P754 3:25 [t] nothing fixes `u` in `t` -> add an `initial` line; for a second derivative also one such as `d(u, t) = 0`",
    ]);
  });
});

describe("errors in a problem", () => {
  it.each([
    [
      "d(u, x, x)",
      "d(u, x, x, x, x, x)",
      "P752 5:26 [d(u, x, x, x, x, x)] a derivative of order 5",
    ],
    ["u(1, t) = 0", "u(3, t) = 0", "P751 7:27 [3] x = 3 lies outside the domain"],
    ["u(1, t) = 0", "u(x * x, t) = 0", "P750 7:27 [x * x] this is neither `x` nor a number"],
    ["d(u, t)", "d(v, t)", "P703 5:14 [v] `d` of `v`, which is not a field"],
    ["d(u, x, x)", "d(u, x, y)", "P704 5:34 [y] `u` does not depend on `y`"],
  ])("%s -> %s", (piece, by, expected) => {
    const found = withFix(heat.replace(piece, by));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  it("a solver with a layer whose derivatives nobody knows", () => {
    const source = `${heat}\nmodel Net solves Heat { over (x, t) { Dense<8> |> relu |> Dense<1> } }`;
    expect(withFix(source)[0]).toContain("P759 9:51 [relu] `relu` has no derivatives");
  });
});
