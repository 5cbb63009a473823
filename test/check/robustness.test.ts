/** The checker never throws, whatever the tree, and says something about what is too large. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../compiler/diagnostics/catalogue/index.js";
import { stdTexts } from "../../compiler/std/sources.js";
import { check } from "../declarations/check.js";
import { samples } from "../grammar/samples.js";

const sources = [
  ...catalogue
    .filter((row) => row.example.wrong.length < 2000)
    .flatMap((row) => [row.example.wrong, row.example.right]),
  ...stdTexts.values(),
  ...samples.map(([, source]) => source),
];
const runs = Number(process.env.SGNN_FUZZ ?? 600);
const words = sources.map((s) => s.split(/(?<=[^\w])|(?=[^\w])/));

describe("robustness", () => {
  test("no mutation of an example makes the checker throw", () => {
    const mutation = fc.record({
      file: fc.nat({ max: words.length - 1 }),
      other: fc.nat({ max: words.length - 1 }),
      at: fc.nat(),
      from: fc.nat(),
      count: fc.nat({ max: 3 }),
      insert: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(mutation, ({ file, other, at, from, count, insert }) => {
        const tokens = [...words[file]];
        const added = words[other].slice(from % words[other].length).slice(0, insert);
        tokens.splice(at % tokens.length, count, ...added);
        check(tokens.join(""));
      }),
      { numRuns: runs },
    );
  });

  test("long programs", () => {
    const deep = `layer L(x: real[N, in]) -> real[N, in] {\n  return ${"x + ".repeat(5000)}x\n}`;
    expect(check(deep).diagnostics.length).toBeGreaterThan(0);
    const pipe = `layer L(x: real[N, in]) -> real[N, in] {\n  return x${" |> relu".repeat(5000)}\n}`;
    expect(check(pipe).diagnostics.map((d) => d.code)).toEqual(["T277"]);
    const lets = Array.from({ length: 2000 }, (_, k) => `  let a${k + 1} = relu(a${k})`);
    const long = `layer L(a0: real[N, in]) -> real[N, in] {\n${lets.join("\n")}\n  return a2000\n}`;
    expect(check(long).diagnostics).toEqual([]);
  });

  test("each instance of nested generics is checked once: 2^40 uses end", () => {
    const layers = Array.from(
      { length: 40 },
      (_, k) =>
        `layer L${k + 1}<A: relu>(x: real[N, in]) -> real[N, in] {\n  return x |> L${k}<A: A> |> L${k}<A: A>\n}`,
    );
    const source = `layer L0<A: relu>(x: real[N, in]) -> real[N, in] {\n  return x |> A\n}\n${layers.join("\n")}`;
    expect(check(source).diagnostics).toEqual([]);
  });
});
