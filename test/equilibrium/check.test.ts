import { describe, expect, it } from "vitest";
import { withFix } from "../declarations/check.js";
import { changed } from "../declarations/texts.js";

const deep = `equilibrium Deep<H>(x: real[N, in], g: graph) -> real[N, H] {
  neuron   IF<threshold: 2>
  param    w, c: real[H, H] = orthogonal  contraction 0.9
  param    f: real[H, H] = orthogonal  contraction 1
  param    u: real[in, H] = glorot
  fixpoint a1 = clip((propagate(g, a) @ w + x @ u + previous @ f) / threshold, 0, 1),
           a = clip((propagate(g, a1) @ f + a1 @ c) / threshold, 0, 1)
  solve    anderson(memory: 5)
  gradient implicit(solver: broyden)
  carry    exact
}
`;
const problems = (piece: string, by: string): string[] => withFix(changed(deep, piece, by));

describe("the bound of an equilibrium", () => {
  it("adds the compensation path and the layers: 0.9 / 2 * (1 / 2 + 0.9 / 2) is below 1", () => {
    expect(withFix(deep)).toEqual([]);
  });

  it("is refused from 1 on, with the number, unless the author says unchecked", () => {
    // 0.9 / 1 * (1 / 1 + 0.9 / 1)
    const large = changed(deep, "threshold: 2", "threshold: 1");
    expect(withFix(large)).toEqual([
      "P780 1:13 [Deep] this map is bounded by 1.71 only, so its equilibrium may not exist -> lower a `contraction` or raise the threshold, or write `unchecked` to take the risk",
    ]);
    expect(withFix(changed(large, "  carry", "  unchecked\n  carry"))).toEqual([]);
  });

  it("needs a bound for the weight of the compensation too", () => {
    expect(
      problems(
        "w, c: real[H, H] = orthogonal  contraction 0.9",
        "w: real[H, H] = orthogonal  contraction 0.9\n  param c: real[H, H] = glorot",
      ),
    ).toEqual([expect.stringMatching(/^P713 .*\[c\] nothing bounds `c`/)]);
  });

  it("knows no slope of exp", () => {
    expect(problems("(propagate(g, a1) @ f", "exp(propagate(g, a1) @ f")).toEqual([
      expect.stringMatching(/^P781 .* nothing is known about how much `.*` stretches a difference/),
    ]);
  });
});

describe("the fields of an equilibrium", () => {
  it("simulates only rates of its neuron", () => {
    const source = changed(deep, "anderson(memory: 5)", "simulate(steps: 30)");
    expect(withFix(source)).toEqual([]);
    expect(
      withFix(
        changed(
          source,
          "a = clip((propagate(g, a1) @ f + a1 @ c) / threshold, 0, 1)",
          "a = tanh(0.5 * (propagate(g, a1) @ f + a1 @ c))",
        ),
      ),
    ).toEqual([expect.stringMatching(/^P784 .* `a` is not the rate of the block's neuron/)]);
  });

  it("knows the words of carry", () => {
    expect(problems("carry    exact", "carry    exakt")).toEqual([
      expect.stringMatching(
        /^N122 .*\[exakt\] there is no carry `exakt` -> did you mean `exact`\?$/,
      ),
    ]);
  });

  it("refuses a layer with weights on a state", () => {
    expect(problems("a1 @ c", "(a1 |> Dense<H>)")).toEqual([
      expect.stringMatching(/^P783 .* `Dense` is called on `a1`, which is being solved for/),
    ]);
  });
});
