import { describe, expect, it } from "vitest";
import { withFix } from "./check.js";
import { changed, convert, problem, rest } from "./texts.js";

/** What is replaced, by what, and each diagnostic with its fix after ` -> `. */
type Case = [piece: string, by: string, expected: string[]];

/** The diagnostics apart from the information that a conversion into spikes is of a trained run. */
function wrong(source: string): string[] {
  return withFix(source).filter((one) => !one.startsWith("P735"));
}

describe("declarations that are right", () => {
  it("have nothing to say, but where their code is", () => {
    expect(withFix(problem)).toEqual([]);
    expect(withFix(rest)).toEqual([]);
    expect(withFix(convert)).toEqual([
      "P735 4:16 [SpikingNet] conversion `SpikingNet` is of a trained run: no code is written for it here -> train the original, then `sgnnc convert RUN --steps 8,12`",
    ]);
    expect(withFix(`${problem}variant Other = HeatNet\n`)).toEqual([
      "P763 13:9 [Other] `Other` is a variant of `HeatNet`, which solves a problem -> declare `Other` as a `model .. solves ..` of its own",
    ]);
  });

  it("have one thing to say when one is wrong", () => {
    expect(withFix(changed(rest, "contraction 0.9", "contraction 2")).length).toBe(1);
  });
});

describe("what is wrong in a problem", () => {
  it.each<Case>([
    [
      "- k *",
      "- kk *",
      ["P701 5:22 [kk] there is no value `kk` in this problem -> did you mean `k`?"],
    ],
    ["d(u, t)", "d(w, t)", ["P703 5:14 [w] `d` of `w`, which is not a field"]],
    ["d(u, x, x)", "d(u, x, y)", ["P704 5:34 [y] `u` does not depend on `y`"]],
    [
      "d(u, t) -",
      "d(u) -",
      [
        "P705 5:12 [d] this derivative has no variable -> write the field first, then one variable for each order",
      ],
    ],
    [
      "sin(pi * x)\n  b",
      "snin(pi * x)\n  b",
      ["P702 6:22 [snin] there is no function `snin` in this problem -> did you mean `sin`?"],
    ],
    [
      "u(x, 0)",
      "u(0)",
      ["P706 6:12 [u] `u` takes 2 arguments, found 1 -> write `u(x, t)` with a value for each"],
    ],
    [
      "- k *",
      "- k @",
      [
        "P707 5:24 [@] the matrix product `@` has no meaning in this problem -> write it with numbers, `+ - * / ^`, derivatives and functions such as `sin`",
      ],
    ],
    [
      "field    u(x, t)",
      "field    u(x, t), k(x)",
      ["P708 4:21 [k] field `k` takes a name that is already used -> give it another name"],
    ],
    [
      "field    u(x, t)",
      "field    u(x, s)",
      [
        "P709 4:17 [s] field `u` depends on `s`, which has no domain -> add `s in [0, 1]` to `domain`",
        "P704 5:17 [t] `u` does not depend on `t`",
      ],
    ],
    [
      "t in [0, 1]",
      "t in [0, inf)",
      ["P710 3:30 [[0, inf)] the domain of `t` is [0, inf) -> cut the domain at a finite number"],
    ],
    [
      "t in [0, 1]",
      "t in [1, 0]",
      ["U310 3:30 [[1, 0]] the range [1, 0] contains no number -> write the ends in order: 0, 1"],
    ],
    [
      "0.1 / pi",
      "0.1 / q",
      [
        "N128 2:22 [q] constant `k` must be a finite number, computed from numbers and earlier constants -> write a finite number, computed from numbers and earlier constants",
      ],
    ],
    [
      "u(0, t) = 0, ",
      "0 = 0, ",
      [
        "P711 7:12 [0 = 0] this `boundary` says nothing about a field -> write a condition such as `u(..) = 0`",
      ],
    ],
    [
      "interior 1000 sobol",
      "interir 1000 sobol",
      ["N122 9:12 [interir] there is no place to sample `interir` -> did you mean `interior`?"],
    ],
    [
      "1000 sobol",
      "1000 sobl",
      ["N122 9:26 [sobl] there is no sampling method `sobl` -> did you mean `sobol`?"],
    ],
    [
      "interior 1000",
      "interior 0",
      [
        "N127 9:21 [0] the number of interior points is 0, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "fixed(initial: 10)",
      "fixd(initial: 10)",
      ["N122 10:12 [fixd] there is no weighting `fixd` -> did you mean `fixed`?"],
    ],
    [
      "  domain   x in [0, 1], t in [0, 1]\n",
      "",
      ["N120 1:9 [Heat] problem `Heat` has no `domain` -> add `domain x in [0, 1]`"],
    ],
    [
      "solves Heat",
      "solves Heet",
      ["N101 12:22 [Heet] there is no problem `Heet` -> did you mean `Heat`?"],
    ],
    [
      "over (x, t)",
      "over (x)",
      ["P712 12:7 [HeatNet] model `HeatNet` does not read `t` -> add `t` after `over`"],
    ],
    [
      "over (x, t)",
      "over (x, s)",
      [
        "P709 12:38 [s] model `HeatNet` depends on `s`, which has no domain -> add `s in [0, 1]` to `domain`",
      ],
    ],
    [
      "|> tanh",
      "|> tahn",
      ["N101 12:56 [tahn] there is no layer, neuron or function `tahn` -> did you mean `tanh`?"],
    ],
    [
      "u = exp(-k * pi ^ 2 * t) * sin(pi * x)",
      "burgers_cole_hopf(x, t)",
      [
        "U313 8:12 [burgers_cole_hopf] `burgers_cole_hopf` takes 3 arguments, found 2 -> give 3 arguments",
      ],
    ],
    [
      "u = exp(-k * pi ^ 2 * t) * sin(pi * x)",
      "burger_cole_hopf(x, t, k)",
      [
        "P702 8:12 [burger_cole_hopf] there is no function `burger_cole_hopf` in this problem -> did you mean `burgers_cole_hopf`?",
      ],
    ],
  ])("%s -> %s", (piece, by, expected) => {
    expect(wrong(changed(problem, piece, by))).toEqual(expected);
  });
});

describe("what is wrong in an equilibrium", () => {
  it.each<Case>([
    ["LIF<", "LIFF<", ["N101 2:12 [LIFF] there is no neuron `LIFF` -> did you mean `LIF`?"]],
    [
      "neuron   LIF<beta: 0.95, threshold: 2>",
      "neuron Dense",
      ["N106 2:10 [Dense] `Dense` is a layer, expected a neuron -> give the name of a neuron"],
    ],
    [
      "beta: 0.95",
      "bet: 0.95",
      ["N123 2:16 [bet] `LIF` has no argument `bet` -> did you mean `beta`?"],
    ],
    [
      "beta: 0.95",
      "beta: 1.95",
      [
        "U309 2:22 [1.95] `beta` is 1.95, outside its range [0, 1] -> give a value in [0, 1], or widen the range",
      ],
    ],
    [
      "contraction 0.9",
      "contraction 1.9",
      ["P714 3:52 [1.9] a contraction of 1.9 -> give a number above 0 and at most 1, e.g. 0.9"],
    ],
    [
      "  contraction 0.9",
      "",
      [
        "P713 6:40 [w] nothing bounds `w`, so this equilibrium may not exist -> add `contraction 0.9` to the parameter, or `unchecked` to the equilibrium",
      ],
    ],
    ["  contraction 0.9\n", "\n  unchecked\n", []],
    [
      "fixpoint a = clip",
      "fixpoint a + 1 = clip",
      [
        "P715 6:12 [a + 1] the left side of a fixpoint must be a new name -> write `fixpoint a = ..`",
      ],
    ],
    [
      "propagate(g, a)",
      "propagate(g, x)",
      [
        "P716 6:12 [a] `a` does not depend on itself -> write `let a = ..`, or use `a` on the right",
        "T209 6:38 [@] `@` needs the last size on the left, `in`, to equal the first on the right, `H`: `propagate(g, x)` is `real[N, in]`, `w` is `real[H, H]` from line 3 -> declare `w: real[in, H]`",
      ],
    ],
    [
      "+ carry",
      "+ cary",
      ["P701 6:52 [cary] there is no value `cary` in this equilibrium -> did you mean `carry`?"],
    ],
    [
      "propagate(g",
      "propagte(g",
      [
        "P702 6:22 [propagte] there is no function `propagte` in this equilibrium -> did you mean `propagate`?",
      ],
    ],
    [
      "anderson(memory: 5",
      "andersen(memory: 5",
      ["N122 7:12 [andersen] there is no solver `andersen` -> did you mean `anderson`?"],
    ],
    [
      "memory: 5",
      "memry: 5",
      ["N123 7:21 [memry] `anderson` has no argument `memry` -> did you mean `memory`?"],
    ],
    [
      "solver: anderson",
      "solver: andersson",
      ["N122 8:29 [andersson] there is no solver `andersson` -> did you mean `anderson`?"],
    ],
    [
      "implicit(solver: anderson, tolerance: 1e-6, most: 60)",
      "phantom",
      ["N126 8:12 [phantom] `phantom` needs the argument `steps` -> write `phantom(steps: 30)`"],
    ],
    [
      "  solve    anderson(memory: 5, tolerance: 1e-4, most: 60)\n",
      "",
      ["N120 1:13 [Rest] equilibrium `Rest` has no `solve` -> add `solve anderson(memory: 5)`"],
    ],
    [
      "param    bias",
      "param    carry",
      [
        "P708 5:12 [carry] parameter `carry` takes a name that is already used -> give it another name",
        "P701 6:60 [bias] there is no value `bias` in this equilibrium",
      ],
    ],
    [
      "fixpoint a = clip",
      "fixpoint a = clip(a) @ u, b = clip",
      [
        "P713 6:26 [u] nothing bounds `u`, so this equilibrium may not exist -> add `contraction 0.9` to the parameter, or `unchecked` to the equilibrium",
      ],
    ],
  ])("%s -> %s", (piece, by, expected) => {
    expect(wrong(changed(rest, piece, by))).toEqual(expected);
  });
});

describe("what is wrong in a conversion", () => {
  it.each<Case>([
    [
      "convert Net",
      "convert Nett",
      ["N101 4:9 [Nett] there is no model `Nett` -> did you mean `Net`?"],
    ],
    [
      "steps     64",
      "steps     0",
      ["N127 5:13 [0] `steps` is 0, expected a whole number from 1 -> give a whole number from 1"],
    ],
    [
      "rule      Dense |> tanh",
      "rule      Dens |> tanh",
      ["N101 6:13 [Dens] there is no layer, neuron or function `Dens` -> did you mean `Dense`?"],
    ],
    [
      "TernaryIF",
      "TernryIF",
      [
        "N101 6:39 [TernryIF] there is no layer, neuron or function `TernryIF` -> did you mean `TernaryIF`?",
      ],
    ],
    [
      "last Dense => keep",
      "Dense |> tanh => keep",
      ["P717 7:13 [Dense |> tanh] a second rule for `Dense |> tanh` -> keep one of the two rules"],
    ],
    [
      "range percentile",
      "range percentle",
      [
        "N122 8:19 [percentle] there is no way to set a threshold `percentle` -> did you mean `percentile`?",
      ],
    ],
    [
      "potential on",
      "potentials on",
      [
        "N122 9:28 [potentials] there is no thing to calibrate `potentials` -> did you mean `potential`?",
      ],
    ],
    [
      "on interior",
      "on interor",
      ["N122 9:41 [interor] there is no set to calibrate on `interor` -> did you mean `interior`?"],
    ],
    [
      "1024",
      "0",
      [
        "N127 9:50 [0] the number of calibration points is 0, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "activations tanh",
      "activation tanh",
      [
        "N122 10:22 [activation] there is no setting of a stage `activation` -> did you mean `activations`?",
      ],
    ],
    [
      "weights real",
      "weights rel",
      ["N122 10:48 [rel] there is no kind of weights `rel` -> did you mean `real`?"],
    ],
    [
      "epochs 250",
      "epochs 2.5",
      [
        "N127 10:61 [2.5] `epochs` is 2.5, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "logits(",
      "logit(",
      ["N122 11:13 [logit] there is no distillation `logit` -> did you mean `logits`?"],
    ],
    [
      "temperature: 3",
      "temprature: 3",
      [
        "N123 11:20 [temprature] `logits` has no argument `temprature` -> did you mean `temperature`?",
      ],
    ],
    [
      "to SpikingNet",
      "to Net",
      ["N102 4:16 [Net] `Net` is declared twice -> rename one of them, or remove it"],
    ],
  ])("%s -> %s", (piece, by, expected) => {
    expect(wrong(changed(convert, piece, by))).toEqual(expected);
  });
});
