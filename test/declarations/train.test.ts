import { describe, expect, it } from "vitest";
import { check, withFix } from "./check.js";
import { changed, train } from "./texts.js";

/** What is replaced, by what, and each diagnostic with its fix after ` -> `. */
type Case = [piece: string, by: string, expected: string[]];

describe("a training", () => {
  it("becomes what the runtime runs, defaults filled in", () => {
    const { program, diagnostics } = check(train);
    expect(diagnostics).toEqual([]);
    expect(program.trains).toMatchObject([
      {
        models: ["Net"],
        data: "Bars",
        optimize: [
          {
            name: "adam",
            args: new Map([
              ["rate", 1e-3],
              ["beta1", 0.9],
              ["beta2", 0.999],
              ["epsilon", 1e-8],
              ["decay", 0],
            ]),
          },
        ],
        schedule: {
          name: "cosine",
          args: new Map([
            ["warmup", 2],
            ["low", 0],
          ]),
        },
        epochs: 20,
        batch: 8,
        seeds: [1, 2],
        clip: 1,
        patience: 5,
        select: "mae",
        report: ["mae", "r2"],
      },
    ]);
  });

  it("needs no more than loss, optimiser and epochs", () => {
    const source = train.replace(/  batch[^}]*}/, "}");
    const { program, diagnostics } = check(source);
    expect(diagnostics).toEqual([]);
    expect(program.trains[0]).toMatchObject({
      schedule: undefined,
      batch: undefined,
      seeds: [1],
      clip: undefined,
      patience: undefined,
      select: undefined,
      report: [],
    });
  });

  it.each(["adamw(decay: 0.1)", "sgd(rate: 0.1, momentum: 0.9)", "adam"])("knows %s", (call) => {
    expect(check(changed(train, "adam(rate: 1e-3)", call)).diagnostics).toEqual([]);
  });

  it.each(["constant", "cosine", "step(every: 5)", "exponential(factor: 0.9)"])(
    "knows the schedule %s",
    (call) => {
      expect(check(changed(train, "cosine(warmup: 2)", call)).diagnostics).toEqual([]);
    },
  );

  it("reports energy like a metric", () => {
    const { program, diagnostics } = check(changed(train, "mae, r2", "mae, energy"));
    expect(diagnostics).toEqual([]);
    expect(program.trains[0].report).toEqual(["mae", "energy"]);
  });

  it("of a solver is on its problem, without what only data has", () => {
    const source = `${changed(train, "train Net", "train HeatNet")}
problem Heat {
  domain   x in [0, 1]
  field    u(x)
  equation d(u, x, x) = 0
}
model HeatNet solves Heat { over (x) { Dense<1> } }`;
    expect(withFix(source)).toEqual([
      "P761 15:18 [Bars] `HeatNet` does not solve `Bars` -> write `train HeatNet on Heat`",
      "P762 16:3 [loss] `loss` has no meaning for a network that solves a problem -> take the line out; `weights` in the problem weighs its parts",
      "P762 19:3 [batch] `batch` has no meaning for a network that solves a problem -> take the line out",
      "P762 23:3 [patience] `patience` has no meaning for a network that solves a problem -> take the line out",
      "P762 24:3 [select] `select` has no meaning for a network that solves a problem -> take the line out",
      "N122 25:12 [mae] there is no metric `mae`",
      "N122 25:17 [r2] there is no metric `r2`",
      "P754 29:12 [x] nothing fixes `u` in `x` -> add `boundary` lines for both ends, or `boundary periodic u`",
    ]);
    expect(check(source).program.trains).toEqual([]);
  });
});

describe("what is wrong in a training", () => {
  it.each<Case>([
    [
      "train Net on",
      "train Nett on",
      ["N101 15:7 [Nett] there is no model `Nett` -> did you mean `Net`?"],
    ],
    [
      "on Bars {",
      "on Barz {",
      ["N101 15:14 [Barz] there is no data `Barz` -> did you mean `Bars`?"],
    ],
    [
      "train Net on Bars",
      "train Bars on Net",
      [
        "N106 15:7 [Bars] `Bars` is data, expected a model -> give the name of a model",
        "N106 15:15 [Net] `Net` is a model, expected data -> give the name of data",
      ],
    ],
    [
      "  loss     mse(output, target)\n",
      "",
      ["N120 15:7 [Net] train `Net` has no `loss` -> add `loss mse(output, target)`"],
    ],
    [
      "  optimize adam(rate: 1e-3)\n",
      "",
      ["N120 15:7 [Net] train `Net` has no `optimize` -> add `optimize adam(rate: 1e-3)`"],
    ],
    ["  epochs   20\n", "", ["N120 15:7 [Net] train `Net` has no `epochs` -> add `epochs 200`"]],
    [
      "epochs   20",
      "epochs   20\n  epochs 30",
      ["N121 19:3 [epochs] a second `epochs` in this training -> keep one `epochs`"],
    ],
    [
      "epochs   20",
      "epochs   0",
      [
        "N127 18:12 [0] `epochs` is 0, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "epochs   20",
      "epochs   1.5",
      [
        "N127 18:12 [1.5] `epochs` is 1.5, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "batch    8",
      "batch    0",
      ["N127 19:12 [0] `batch` is 0, expected a whole number from 1 -> give a whole number from 1"],
    ],
    [
      "seeds    1, 2",
      "seeds    1, -2",
      [
        "N127 20:15 [-2] a seed is -2, expected a whole number from 0 to 4294967295 -> give a whole number from 0 to 4294967295",
      ],
    ],
    ["seeds    1, 2", "seeds    1, 1", ["N129 20:15 [1] seed `1` is listed twice -> remove it"]],
    [
      "clip     1",
      "clip     0",
      ["N127 22:12 [0] `clip` is 0, expected a number above 0 -> give a number above 0"],
    ],
    [
      "patience 5",
      "patience 0",
      [
        "N127 23:12 [0] `patience` is 0, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "adam(rate",
      "adma(rate",
      ["N122 17:12 [adma] there is no optimiser `adma` -> did you mean `adam`?"],
    ],
    [
      "rate: 1e-3",
      "rat: 1e-3",
      ["N123 17:17 [rat] `adam` has no argument `rat` -> did you mean `rate`?"],
    ],
    [
      "rate: 1e-3",
      "rate: 0",
      ["N127 17:23 [0] `rate` of `adam` is 0, expected a number above 0 -> give a number above 0"],
    ],
    ["rate: 1e-3", "momentum: 0.9", ["N123 17:17 [momentum] `adam` has no argument `momentum`"]],
    [
      "adam(rate: 1e-3)",
      "adam(rate: 1e-3) then lbfgs",
      [
        "R507 17:34 [lbfgs] a second optimiser, `then lbfgs`, in a training on data -> remove `then ..`",
      ],
    ],
    [
      "cosine(warmup: 2)",
      "cosin(warmup: 2)",
      ["N122 21:12 [cosin] there is no schedule `cosin` -> did you mean `cosine`?"],
    ],
    [
      "cosine(warmup: 2)",
      "step(factor: 0.5)",
      ["N126 21:12 [step] `step` needs the argument `every` -> write `step(every: 50)`"],
    ],
    [
      "warmup: 2",
      "warmup: 20",
      [
        "R508 21:12 [cosine(warmup: 20)] a warmup of 20 epochs in a training of 20 -> write at most `warmup: 19`, or train longer",
      ],
    ],
    [
      "select   mae",
      "select   maee",
      ["N122 24:12 [maee] there is no metric `maee` -> did you mean `mae`?"],
    ],
    [
      "report   mae, r2",
      "report   mae, accuracy",
      [
        "R504 25:17 [accuracy] `accuracy` does not fit a loss whose target is a number -> use `loss`, `spike_rate`, `mae`, `mse`, `rmse`, `r2`, `relative_error`",
      ],
    ],
    [
      "report   mae, r2",
      "report   mae, mae",
      ["N129 25:17 [mae] metric `mae` is listed twice -> remove it"],
    ],
    [
      "report   mae, r2",
      "report   spike_rat",
      ["N122 25:12 [spike_rat] there is no metric `spike_rat` -> did you mean `spike_rate`?"],
    ],
    [
      "mse(output, target)",
      "mes(output, target)",
      ["T230 16:12 [mes] no function is called `mes` -> did you mean `mse`?"],
    ],
    [
      'target = "y"',
      'y = "y"',
      ["D403 10:20 [target] `scale` names `target`, which this data does not have"],
    ],
    [
      'field = "load"',
      'felid = "load"',
      [
        "R501 15:14 [Bars] input `field` of model `Net` is not in data `Bars` -> rename `felid` of the data to `field`",
      ],
    ],
    [
      "graph    g {",
      "graph    mesh {",
      [
        "R501 15:14 [Bars] graph `g` of model `Net` is not in data `Bars` -> rename `mesh` of the data to `g`",
      ],
    ],
    ["nodes x =", "nodes y =", ["D403 10:12 [x] `scale` names `x`, which this data does not have"]],
    [
      "edges bar =",
      "edges rod =",
      ["D403 10:15 [bar] `scale` names `bar`, which this data does not have"],
    ],
    [
      "mse(output, target)",
      "cross_entropy(output, target)",
      [
        "R506 15:14 [Bars] data `Bars` scales `target`, which the loss reads as a class -> remove `target` from `scale`",
        "R504 24:12 [mae] `mae` does not fit a loss whose target is a class -> use `loss`, `spike_rate`, `accuracy`, `f1_micro`, `f1_macro`",
        "R504 25:12 [mae] `mae` does not fit a loss whose target is a class -> use `loss`, `spike_rate`, `accuracy`, `f1_micro`, `f1_macro`",
        "R504 25:17 [r2] `r2` does not fit a loss whose target is a class -> use `loss`, `spike_rate`, `accuracy`, `f1_micro`, `f1_macro`",
      ],
    ],
    [
      'target = "y"\n  split    random 80 : 10 : 10\n  scale    x, bar, target standard',
      'y = "y"\n  split    random 80 : 10 : 10',
      [
        'R503 15:24 [target] the loss reads `target`, which data `Bars` does not have -> add `sample target = ".."` to the data',
      ],
    ],
    [
      'nodes x = "x" by "node_ptr"\n    edges = "edge_index" by "edge_ptr"\n    edges bar = "edge_attr"\n  }\n  sample   field = "load", target = "y"\n  split    random 80 : 10 : 10\n  scale    x, bar, target standard',
      'nodes z = "x" by "node_ptr"\n    edges = "edge_index" by "edge_ptr"\n  }\n  sample   field = "load", target = "y"\n  split    random 80 : 10 : 10',
      [
        "R502 13:14 [Bars] model `Net` reads the node feature `x`, which data `Bars` does not give -> rename `z` of the data to `x`",
      ],
    ],
    [
      "train Net on Bars {",
      "train Net on Bars {\n  lost 3",
      ["S009 16:3 [lost] a training has no field `lost` -> did you mean `loss`?"],
    ],
  ])("%s -> %s", (piece, by, expected) => {
    expect(withFix(changed(train, piece, by))).toEqual(expected);
  });
});
