/** The report: values on the page, one file, nothing fetched. */
import { beforeAll, describe, expect, it } from "vitest";
import { countingWith, OperationCounter } from "../../runtime/energy/counter.js";
import { energyModels } from "../../runtime/energy/models.js";
import { summarise } from "../../runtime/energy/summary.js";
import { work } from "../../runtime/energy/work.js";
import type { ReportRun } from "../../runtime/report/data.js";
import { reportPage } from "../../runtime/report/page.js";
import { pooledR2 } from "../../runtime/report/pooled.js";
import { scaleOver } from "../../runtime/report/svg.js";
import { spreadText } from "../../runtime/report/tables.js";

/** A run of one product of `terms` terms of which `active` act. */
function run(
  experiment: string,
  seed: number,
  r2: number,
  active: number,
  terms = 1000,
): ReportRun {
  const kind = experiment.startsWith("Dense") ? ("real" as const) : ("graded" as const);
  const counter = new OperationCounter();
  countingWith(counter, () =>
    counter.within("h.layer", "Linear", () =>
      counter.add(
        work({
          op: "product",
          ...{ kind, inputs: 10, outputs: 100, rows: 1, values: 10, active: active / 100 },
          ...{ activeAt: [active / 100], terms, activeTerms: active },
          each: { macs: 1, adds: 0, bitOps: 0 },
        }),
      ),
    ),
  );
  return {
    record: {
      tool: "sgnnc",
      experiment,
      model: experiment,
      status: "finished",
      source: { file: "<net>.sgnn", hash: "" },
      seed,
      backend: "cpu",
      versions: {},
      data: "a & b.npz",
      parameters: 1234,
      epochs: 2,
      epoch: 2,
      select: "loss",
      metrics: { test: { loss: 1 - r2, r2 } },
      seconds: 4,
    },
    epochs: [1, 2].map((epoch) => ({
      epoch,
      loss: 1 / epoch,
      rate: 1e-3,
      spike_rate: 0.25,
      validation: { loss: 2 / epoch },
      seconds: 2,
    })),
    examination: {
      comparison: { kind: "real", actual: [0, 1], predicted: [0.1, 0.9], count: 2 },
      energy: summarise(counter.result, energyModels["arithmetic-45nm"]!, {
        unit: "graph",
        units: 1,
      }),
      spikes: [
        {
          path: "h.vsn",
          neuron: "VSN",
          steps: 2,
          channels: 3,
          rows: 1,
          spikes: [0, 4],
          rateAt: [1 / 3, 1 / 3],
        },
      ],
      equilibria: [{ path: "h.rest", rates: [0.25, 0.5], residuals: [[1, 0.01], [0.001]] }],
    },
    problem: undefined,
    command: `sgnnc train net.sgnn --model ${experiment}`,
  };
}

const about = { title: "Nets & more", tool: "sgnnc 1", command: "sgnnc report runs" };
let page = "";
beforeAll(() => {
  const runs = [
    run("Dense", 1, 0.7, 600),
    run("Spiking", 1, 0.6, 200),
    run("Spiking", 2, 0.8, 300),
  ];
  const comparison = { kind: "real" as const, actual: [0, 2], predicted: [1, 1], count: 2 };
  const mean = [1, 2].map((seed) => ({
    ...{ name: "mean", seed, metrics: { r2: -0.1 * seed }, comparison },
  }));
  page = reportPage(runs, about, mean);
});

/** Cells of the table rows that begin with a name. */
function cells(name: string): string[] {
  const row = new RegExp(`<tr><th scope="row">${name}</th>(.*?)</tr>`).exec(page)![1]!;
  return [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((found) => found[1]!);
}

describe("the page", () => {
  it("needs nothing else: no script, no address, no import", () => {
    expect(page).not.toMatch(/<script|<link|https?:|url\(|@import|\bsrc=/);
    expect(page.startsWith("<!doctype html>")).toBe(true);
  });
  it("has means and spreads over the seeds", () => {
    const [parameters, seeds, loss, r2, together, dense, events, zeros] = cells("Spiking");
    expect([parameters, seeds]).toEqual(["1234", "2"]);
    expect(loss).toBe("0.30 ± 0.14");
    expect(r2).toBe("0.70 ± 0.14");
    // Twice the errors 0.1 and 0.1 at the targets 0 and 1: 1 - 0.04 / 1.
    expect(together).toBe("0.960");
    // 1000 terms of 4.6 pJ; of 200 and 300 active ones the mean is 250.
    expect(dense).toBe("0.0046 ± 0");
    expect(events).toMatch(/^0\.00115/);
    expect(zeros).toBe(events);
    // Of a real wire only the last column skips.
    expect(cells("Dense")[4]).toBe("");
    expect(cells("Dense").slice(5, 8)).toEqual(["0.0046", "0.0046", "0.00276"]);
  });
  it("has a row for each baseline, which has neither parameters nor energy", () => {
    expect(cells("mean")).toEqual(["", "2", "", "-0.150 ± 0.071", "0.000", "", "", "", ""]);
  });
  it("draws the dense line at the network without events", () => {
    expect(page).toContain('class="dense"');
    expect(page).toContain(">Dense, dense</text>");
    // Of two it is the larger, wherever it stands: the other is an ablation of it.
    const two = [run("Dense part", 1, 0.6, 300, 500), run("Dense whole", 1, 0.7, 600)];
    expect(reportPage(two, about)).toContain(">Dense whole, dense</text>");
  });
  it("names every axis with its unit", () => {
    for (const name of [
      "epoch",
      "training loss",
      "validation loss",
      "energy per graph in µJ (arithmetic-45nm)",
      "test r2 (higher is better)",
      "values that are not 0, % of units and steps",
      "time step",
      "true",
      "predicted",
      "snapshot",
      "mean firing rate, %",
      "evaluations of the map",
      "relative residual",
    ]) {
      expect(page).toContain(`>${name}</text>`);
    }
  });
  it("draws the way to each equilibrium, a line for each snapshot, and the rates there", () => {
    const figures = page.split("<figure>");
    const [rates] = figures.filter((text) => text.includes("Firing rate by snapshot"));
    // 25 % and 50 % of an axis that ends at 50 %: half of its height, and all of it.
    expect(rates).toContain('<title>h.rest</title><path d="M64 115L384 14"');
    const residuals = figures.filter((text) => text.includes("Residuals of h.rest"));
    expect(residuals[0]).toContain("<title>snapshot 1</title>");
    expect(residuals[0]).toContain("<title>snapshot 2</title>");
  });
  it("escapes what comes from outside, and says how to repeat it", () => {
    expect(page).toContain("<h1>Nets &amp; more</h1>");
    expect(page).toContain("a &amp; b.npz");
    expect(page).toContain("sgnnc train net.sgnn --model Spiking --seeds 1,2");
    expect(page).toContain("sgnnc report runs");
  });
  it("tells why a run was not measured, and shows what it has", () => {
    const lost = { ...run("Lost", 1, 0.5, 1), examination: undefined, problem: "Lost: no data" };
    const text = reportPage([lost], about);
    expect(text).toContain("<strong>Not measured:</strong> Lost: no data");
    expect(text).toContain("No energy was measured.");
    expect(text).toContain(">training loss</text>");
  });
  it("numbers the only column of a neuron behind the pooling once, and calls it the graph", () => {
    const one = run("Pooled", 1, 0.5, 1);
    const texts = (rows: number): string[] => {
      const picture = { ...one.examination!.spikes[0]!, steps: 1, rows, spikes: [1] };
      const examination = { ...one.examination!, spikes: [picture] };
      const text = reportPage([{ ...one, examination }], about);
      const panel = /aria-label="Spikes of h.vsn"[^]*?<\/svg>/.exec(text)![0];
      return [...panel.matchAll(/>([^<]+)<\/text>/g)].map((found) => found[1]!);
    };
    expect(texts(1)).toEqual(["1", "1", "3", "graph"]);
    expect(texts(4)).toEqual(["1", "4", "1", "3", "node"]);
  });
  it("shows classes as a table", () => {
    const one = run("Classes", 1, 0.5, 1);
    const comparison = {
      kind: "label" as const,
      confusion: [
        [3, 1],
        [0, 4],
      ],
    };
    const text = reportPage([{ ...one, examination: { ...one.examination!, comparison } }], about);
    expect(text).toContain('title="true 0, predicted 1: 1 of 4 (25 %)"');
  });
});

describe("scales", () => {
  it("end at round numbers around the values", () => {
    expect(scaleOver([0.13, 0.87]).ticks.map((tick) => Number(tick.toFixed(9)))).toEqual([
      0, 0.2, 0.4, 0.6, 0.8, 1,
    ]);
    expect(scaleOver([3, 71], { log: true }).ticks).toEqual([2, 5, 10, 20, 50, 100]);
    expect(scaleOver([], {}).ticks.length).toBeGreaterThan(1);
    const same = scaleOver([4, 4]);
    expect(same.place(4)).toBeGreaterThan(0);
    expect(same.place(4)).toBeLessThan(1);
  });
});

describe("a mean with its spread", () => {
  it.each([
    [0.81234, 0.0054, "0.8123 ± 0.0054"],
    [17.09, 0.75, "17.09 ± 0.75"],
    [1234, 310, "1234 ± 310"],
    [2.658e-4, 2.4e-5, "2.658e-4 ± 2.4e-5"],
  ])("%d, %d", (mean, deviation, text) => {
    expect(spreadText({ mean, deviation, count: 3 })).toBe(text);
  });
});

describe("R2 of all seeds together", () => {
  const tested = (actual: number[], predicted: number[], count = actual.length) =>
    ({ kind: "real", actual, predicted, count }) as const;
  it("judges against the mean of all targets, not of each fold", () => {
    // Each fold alone: no better than its mean. Together the means 0.5 and 10.5 explain almost everything.
    const folds = [tested([0, 1], [0.5, 0.5]), tested([10, 11], [10.5, 10.5])];
    expect(pooledR2(folds)).toBeCloseTo(1 - 1 / 101, 12);
  });
  it("is not guessed from a part of the predictions, nor given for one run", () => {
    const one = tested([0, 1], [0, 1]);
    expect(pooledR2([one])).toBeUndefined();
    expect(pooledR2([one, tested([0, 1], [0, 1], 3)])).toBeUndefined();
    expect(pooledR2([one, undefined])).toBeUndefined();
  });
});

describe("a solver in spikes", () => {
  const conversion = {
    field: "u",
    rows: [
      { design: "two thresholds", steps: 64, againstNetwork: 0.21, rateTimesSteps: 28 },
      { design: "digits", steps: 12, againstNetwork: 0.0025, rateTimesSteps: 4.3 },
      { design: "digits", steps: 16, againstNetwork: 2e-5, rateTimesSteps: 5.7 },
    ],
    quantised: [{ bits: 8, againstNetwork: 0.01 }],
    spikes: run("Dense", 1, 0.9, 100).examination!.spikes,
  };
  const solver = { ...run("Net", 1, 0.9, 100), examination: undefined, solution: [], conversion };
  const text = reportPage([solver], about);

  it("has errors and additions of every design, and the rival's line", () => {
    expect(text).toContain("<h3>In spikes</h3>");
    expect(text).toContain("<td>21 % (28)</td>");
    expect(text).toContain("<td>0.25 % (4.3)</td><td>2e-5 (5.7)</td>");
    expect(text).toContain(">8 bits</text>");
    expect(text).toContain("<title>digits, T = 12: 0.25 %</title>");
    expect(text).toContain("Spikes for one input.");
  });

  it("draws what costs less than floats left of the upright line", () => {
    const line = Number(
      /<line x1="([\d.]+)"[^>]*style="stroke:var\(--vermillion\)"/.exec(text)?.[1],
    );
    const left = (label: string): number =>
      Number(new RegExp(`points="([\\d.]+),[^>]*><title>${label}`).exec(text)?.[1]);
    expect(left("digits, T = 12")).toBeLessThan(line - 5);
    expect(left("digits, T = 16")).toBeGreaterThan(line);
  });
});
