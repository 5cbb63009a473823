import { describe, expect, it } from "vitest";
import { applyScale, fitScale, unscaleRows } from "../../runtime/data/scale.js";
import { splitUnits, type Split } from "../../runtime/data/split.js";
import type { Dataset } from "../../runtime/data/dataset.js";
import type { SplitSpec } from "../../runtime/data/spec.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import { array, failure, f32, i32, load, one, oneSpec, saveNpz, spec, three } from "./make.js";

/** A table of `classes` (one per row). */
async function table(classes: number[], split: SplitSpec): Promise<Dataset> {
  return load({
    name: "Rows",
    files: [
      {
        path: saveNpz({
          y: ndarray([classes.length], Int32Array.from(classes)),
          w: ndarray([classes.length], Float32Array.from(classes)),
        }),
      },
    ],
    samples: [array("target", "y"), array("weight", "w")],
    split,
    scale: [],
  });
}
const all = (split: Split): number[] =>
  [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
const counts = (split: Split): number[] => [
  split.train.length,
  split.validation.length,
  split.test.length,
];
const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

describe("splits", () => {
  it("random: all units once, sizes by ratio, decided by the seed", async () => {
    const data = await table(range(100), { rule: "random", ratio: [80, 10, 10] });
    const split = splitUnits(data, { seed: 1 });
    expect(counts(split)).toEqual([80, 10, 10]);
    expect(all(split)).toEqual(range(100));
    expect(splitUnits(data, { seed: 1 })).toEqual(split);
    expect(splitUnits(data, { seed: 2 })).not.toEqual(split);
  });
  it("stratified: every class in proportion", async () => {
    const classes = range(100).map((k) => (k < 60 ? 0 : k < 90 ? 1 : 2));
    const data = await table(classes, { rule: "stratified", by: "target", ratio: [6, 2, 2] });
    const split = splitUnits(data, { seed: 3 });
    expect(counts(split)).toEqual([60, 20, 20]);
    for (const [part, share] of [
      [split.train, 0.6],
      [split.test, 0.2],
    ] as const) {
      [60, 30, 10].forEach((size, label) => {
        const have = [...part].filter((unit) => classes[unit] === label).length;
        expect(Math.abs(have - size * share)).toBeLessThanOrEqual(1);
      });
    }
  });
  it("grouped: no group is divided", async () => {
    const groups = range(200).map((k) => k % 20);
    const data = await table(groups, { rule: "grouped", by: "target", ratio: [8, 1, 1] });
    for (let seed = 0; seed < 5; seed++) {
      const split = splitUnits(data, { seed });
      expect(counts(split)).toEqual([160, 20, 20]);
      const of = (part: Int32Array): Set<number> => new Set([...part].map((unit) => groups[unit]!));
      expect(of(split.train).size + of(split.validation).size + of(split.test).size).toBe(20);
    }
    const few = await table([0, 0, 0, 1, 2], {
      rule: "grouped",
      by: "target",
      ratio: [80, 10, 10],
    });
    const split = splitUnits(few, { seed: 0 });
    expect(all(split)).toEqual(range(5));
    expect(Math.min(...counts(split))).toBeGreaterThan(0);
  });
  it("grouped by graph: the points of a graph stay together", async () => {
    const data = await load(
      spec(saveNpz({ ...three, pg: i32([6], 0, 1, 2, 0, 1, 2), y: f32([6], 1, 2, 3, 4, 5, 6) }), {
        samples: [array("graph", "pg"), array("target", "y")],
        split: { rule: "grouped", by: "graph", ratio: [1, 1, 1] },
      }),
    );
    for (const part of Object.values(splitUnits(data, { seed: 5 }))) {
      expect(part[1]! - part[0]!).toBe(3);
    }
  });
  it("folds: every unit is tested exactly once, whatever the seed", async () => {
    const classes = range(53).map((k) => k % 3);
    const data = await table(classes, { rule: "folds", by: "target", folds: 10 });
    const tested: number[] = [];
    for (let fold = 0; fold < 10; fold++) {
      const split = splitUnits(data, { seed: fold });
      expect(all(split)).toEqual(range(53));
      expect(splitUnits(data, { seed: 99, fold })).toEqual(split);
      tested.push(...split.test);
    }
    expect(tested.sort((a, b) => a - b)).toEqual(range(53));
  });
  it("folds of groups: every group is tested exactly once and never divided, the folds are of one size", async () => {
    const groups = range(60).map((k) => (k * 7) % 13);
    const data = await table(groups, { rule: "groupedFolds", by: "target", folds: 4 });
    const tested: number[] = [];
    for (let fold = 0; fold < 4; fold++) {
      const split = splitUnits(data, { seed: fold });
      expect(all(split)).toEqual(range(60));
      expect(splitUnits(data, { seed: 4 + fold })).toEqual(split);
      const own = new Set([...split.test].map((unit) => groups[unit]));
      for (const unit of [...split.train, ...split.validation]) {
        expect(own).not.toContain(groups[unit]);
      }
      expect(Math.abs(split.test.length - 15)).toBeLessThanOrEqual(5);
      tested.push(...split.test);
    }
    expect(tested.sort((a, b) => a - b)).toEqual(range(60));
  });
  it("per class: fixed numbers of each class, unlabelled units left out", async () => {
    const classes = range(60).map((k) => (k === 7 ? -1 : k % 3));
    const data = await table(classes, { rule: "perClass", train: 4, validation: 5 });
    const split = splitUnits(data, { seed: 1, labels: Int32Array.from(classes) });
    expect(counts(split)).toEqual([12, 15, 32]);
    expect(all(split)).not.toContain(7);
    for (const label of [0, 1, 2]) {
      expect([...split.train].filter((unit) => classes[unit] === label)).toHaveLength(4);
    }
  });
  it("given: masks and lists of units", async () => {
    const data = await load(oneSpec(saveNpz(one)));
    expect(splitUnits(data, { seed: 0 })).toEqual({
      train: Int32Array.of(0, 1),
      validation: Int32Array.of(2),
      test: Int32Array.of(3),
    });
  });
  it("tells what cannot be divided", async () => {
    const code = async (classes: number[], rule: SplitSpec, labels?: number[]): Promise<string> =>
      (
        await failure(async () =>
          splitUnits(await table(classes, rule), {
            seed: 0,
            labels: labels && Int32Array.from(labels),
          }),
        )
      ).code;
    expect(await code([0, 1], { rule: "random", ratio: [98, 1, 1] })).toBe("R270");
    expect(await code([0, 0, 0], { rule: "grouped", by: "target", ratio: [1, 1, 0] })).toBe("R270");
    expect(await code([0, 1], { rule: "random", ratio: [0, 1, 1] })).toBe("R273");
    expect(await code([0, 1], { rule: "stratified", by: "weight", ratio: [1, 1, 0] })).toBe("R271");
    expect(await code([0, 1], { rule: "stratified", by: "tarjet", ratio: [1, 1, 0] })).toBe("R271");
    expect(await code([0, 1, 1], { rule: "perClass", train: 1, validation: 1 }, [0, 1, 1])).toBe(
      "R270",
    );
    expect(await code([0, 1], { rule: "folds", by: "target", folds: 10 })).toBe("R273");
    expect(await code([0, 0, 0, 1], { rule: "groupedFolds", by: "target", folds: 3 })).toBe("R273");
    const masks = (change: Partial<Record<keyof typeof one, ReturnType<typeof i32>>>) =>
      failure(async () => {
        const data = await load(oneSpec(saveNpz({ ...one, ...change })));
        splitUnits(data, { seed: 0, labels: data.samples.get("target")!.labels });
      });
    expect((await masks({ val: i32([4], 0, 1, 1, 0) })).message).toContain(
      'unit 1 is in "train" and in "val"',
    );
    expect((await masks({ y: i32([4], 0, 1, 0, -1) })).message).toContain("whose label is -1");
    expect((await masks({ val: i32([4], 0, 0, 0, 0) })).code).toBe("R270");
    expect((await masks({ test: i32([1], 4) })).message).toContain(
      "names unit 4, but there are 4 units",
    );
  });
});

describe("scalers", () => {
  it("are fitted on training rows only, and undone exactly", async () => {
    const data = await load(
      spec(saveNpz(three), {
        scale: [
          { name: "x", method: "standard" },
          { name: "target", method: "minmax" },
        ],
      }),
    );
    // Training graphs 0 and 2: nodes 0, 1, 2, 4, 5.
    const state = fitScale(data, Int32Array.of(0, 2), false);
    const x = [1, 3, 5, 9, 11];
    const mean = x.reduce((sum, v) => sum + v, 0) / 5;
    const deviation = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 5);
    expect(state["x"]?.shift[0]).toBeCloseTo(mean, 12);
    expect(state["x"]?.factor[0]).toBeCloseTo(deviation, 12);
    expect(state["target"]).toEqual({
      where: "samples",
      method: "minmax",
      shift: [10],
      factor: [20],
    });
    const scaled = applyScale(data, state);
    expect(scaled.graphs?.nodes.get("x")?.data[6]).toBeCloseTo((7 - mean) / deviation, 6);
    expect(scaled.samples.get("target")?.data).toEqual(Float32Array.of(0, 0.5, 1));
    expect(data.samples.get("target")?.data).toEqual(Float32Array.of(10, 20, 30));
    expect(Array.from(unscaleRows([0, 0.5, 1], 1, state["target"]))).toEqual([10, 20, 30]);
    // Saved as JSON and read back, it gives the same numbers.
    expect(applyScale(data, JSON.parse(JSON.stringify(state)))).toEqual(scaled);
  });
  it("fits points on each training graph once, a constant column only shifts", async () => {
    const data = await load(
      spec(
        saveNpz({
          ...three,
          pg: i32([4], 0, 0, 0, 2),
          y: f32([4], 1, 2, 3, 4),
          c: f32([4], 5, 5, 5, 5),
        }),
        {
          samples: [array("graph", "pg"), array("target", "y"), array("c")],
          scale: [
            { name: "x", method: "standard" },
            { name: "c", method: "standard" },
          ],
        },
      ),
    );
    const state = fitScale(data, Int32Array.of(0, 1, 2), false);
    expect(state["x"]?.shift).toEqual([3, 4]);
    expect(state["c"]).toMatchObject({ shift: [5], factor: [1] });
  });
  it("rows sum to one, and empty rows stay", async () => {
    const data = await load(
      oneSpec(saveNpz({ ...one, x: f32([4, 2], 1, 3, 0, 0, 2, 0, -1, 1) }), {
        scale: [{ name: "x", method: "rows" }],
      }),
    );
    const scaled = applyScale(data, fitScale(data, Int32Array.of(0), true));
    expect(scaled.graphs?.nodes.get("x")?.data).toEqual(
      Float32Array.of(0.25, 0.75, 0, 0, 1, 0, -0.5, 0.5),
    );
  });
  it("none leaves things as they are, class targets too", async () => {
    const data = await load(spec(saveNpz(three), { scale: [{ name: "target", method: "none" }] }));
    expect(fitScale(data, Int32Array.of(0), true)).toEqual({});
  });
  it("tells what cannot be scaled", async () => {
    const fail = async (name: string, method: string, label = false) =>
      failure(async () =>
        fitScale(
          await load(spec(saveNpz(three), { scale: [{ name, method }] })),
          Int32Array.of(0),
          label,
        ),
      );
    expect((await fail("z", "standard")).fix).toContain("the features and samples are: x, target");
    expect((await fail("x", "standart")).fix).toContain('did you mean "standard"?');
    expect((await fail("target", "standard", true)).message).toContain(
      "the target is a class number",
    );
    expect((await fail("target", "rows")).code).toBe("R274");
  });
});
