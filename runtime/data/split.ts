/**
 * Which units train, validate and test. A function of (data, rule, seed): the same seed always gives
 * the same parts, in increasing order of unit.
 *
 * Units whose label is negative have no label: rules other than `given` leave them out.
 */
import { Rng } from "../tensor/random/rng.js";
import type { Column } from "./column.js";
import { labelOf } from "./columns.js";
import type { Dataset } from "./dataset.js";
import { dataError, suggest } from "./errors.js";
import { isInteger, toInt32, toNumbers } from "./ndarray.js";
import { parts, type Part, type Ratio } from "./spec.js";

/** Unit numbers of each part, increasing. */
export type Split = Readonly<Record<Part, Int32Array>>;

export interface SplitOptions {
  readonly seed: number;
  /** For `folds`: the fold that is tested; the seed modulo the number of folds unless given. */
  readonly fold?: number | undefined;
  /** The target when it is a label: its negative entries are left out. */
  readonly labels?: Int32Array | undefined;
}

/**
 * Divides the units of a data set.
 * @throws SgnnError R270 (empty part), R271 (nothing to go by), R272 (masks), R273 (ratio)
 */
export function splitUnits(dataset: Dataset, options: SplitOptions): Split {
  const rule = dataset.spec.split;
  const { labels } = options;
  const units = Int32Array.from({ length: dataset.units }, (_, k) => k).filter(
    (unit) => labels === undefined || labels.length !== dataset.units || labels[unit]! >= 0,
  );
  switch (rule.rule) {
    case "random": {
      const order = shuffled(units, Rng.of(options.seed, "split"));
      return finish(
        assign(
          order.map((unit) => [unit]),
          rule.ratio,
        ),
        rule.ratio,
        dataset,
      );
    }
    case "stratified": {
      const order = byClass(units, groupsOf(rule.by, dataset), Rng.of(options.seed, "split"));
      return finish(
        assign(
          order.map((unit) => [unit]),
          rule.ratio,
        ),
        rule.ratio,
        dataset,
      );
    }
    case "grouped":
      return grouped(units, rule.by, rule.ratio, dataset, options.seed);
    case "folds": {
      const order = byClass(units, groupsOf(rule.by, dataset), Rng.of(0, "folds"));
      const blocks = order.map((unit) => [unit]);
      return folds(blocks, rule.folds, "units", dataset, options);
    }
    case "groupedFolds": {
      const lists = membersOf(units, groupsOf(rule.by, dataset));
      const keys = shuffled(Int32Array.from(lists.keys()).sort(), Rng.of(0, "folds"));
      const blocks = keys.map((key) => lists.get(key) ?? []);
      return folds(blocks, rule.folds, "groups", dataset, options);
    }
    case "perClass":
      return perClass(units, rule.train, rule.validation, dataset, options);
    case "given":
      return given(dataset, rule, labels);
  }
}

function shuffled(units: Int32Array, rng: Rng): number[] {
  return Array.from(rng.permutation(units.length), (k) => units[k]!);
}

/** Class after class, each class shuffled: neighbours in this list are of one class. */
function byClass(units: Int32Array, classes: Int32Array, rng: Rng): number[] {
  const lists = new Map<number, number[]>();
  for (const unit of shuffled(units, rng)) {
    const list = lists.get(classes[unit]!) ?? [];
    list.push(unit);
    lists.set(classes[unit]!, list);
  }
  return [...lists.keys()].sort((a, b) => a - b).flatMap((key) => lists.get(key) ?? []);
}

/** Deals blocks to the part that lags furthest behind its share; blocks are never divided. */
function assign(blocks: readonly (readonly number[])[], ratio: Ratio): Record<Part, number[]> {
  const total = ratio.reduce((sum, share) => sum + share, 0);
  if (ratio.some((share) => !(share >= 0)) || !(total > 0) || !(ratio[0] > 0)) {
    throw dataError(
      "R273",
      `the split ${ratio.join(" : ")} is not a ratio`,
      "the shares of training, validation and test are 0 or more, and training gets some",
      "write, for example, 80 : 10 : 10",
    );
  }
  const out: Record<Part, number[]> = { train: [], validation: [], test: [] };
  let dealt = 0;
  for (const block of blocks) {
    dealt += block.length;
    let best: Part = "train";
    let most = -Infinity;
    parts.forEach((part, k) => {
      const lag = (dealt * ratio[k]!) / total - out[part].length;
      if (ratio[k]! > 0 && lag > most + 1e-9) {
        best = part;
        most = lag;
      }
    });
    for (const unit of block) out[best].push(unit);
  }
  return out;
}

function finish(lists: Record<Part, number[]>, ratio: Ratio, dataset: Dataset): Split {
  parts.forEach((part, k) => {
    if (ratio[k]! > 0 && lists[part].length === 0) throw empty(part, lists, dataset);
  });
  return {
    train: Int32Array.from(lists.train).sort(),
    validation: Int32Array.from(lists.validation).sort(),
    test: Int32Array.from(lists.test).sort(),
  };
}

function empty(part: Part, lists: Record<Part, ArrayLike<number>>, dataset: Dataset): Error {
  const counts = parts.map((one) => `${lists[one].length} ${one}`).join(", ");
  return dataError(
    "R270",
    `the ${part} part of data ${dataset.spec.name} is empty (${counts})`,
    "a part that the split asks for needs at least one unit",
    "use more data, or give this part a larger share (or 0 to do without)",
  );
}

/** Whole numbers per unit to group or stratify by: a sample, `graph`, or an array of the files. */
function groupsOf(by: string, dataset: Dataset): Int32Array {
  if (by === "graph" && dataset.graphOf !== undefined) return dataset.graphOf;
  const sample = dataset.samples.get(by);
  if (sample !== undefined) return checkGroups(by, sample, dataset);
  const names = [...dataset.samples.keys(), ...(dataset.graphOf ? ["graph"] : [])];
  if (!dataset.table.names.includes(by)) {
    throw dataError(
      "R271",
      `split by ${by}: there is no such sample`,
      "units are grouped by one of their samples, or by an array of the file",
      suggest(by, [...names, ...dataset.table.names], "samples and arrays"),
    );
  }
  const array = dataset.table.get(by);
  if (array.dtype === "text") {
    const words = [...new Set(array.data)].sort();
    const place = new Map(words.map((word, k) => [word, k]));
    const labels = Int32Array.from(array.data, (word) => place.get(word) ?? 0);
    return checkRows(by, labels, dataset);
  }
  if (!isInteger(array.dtype)) throw notGroups(by, labelOf(by, dataset.table));
  return checkRows(by, toInt32(array, labelOf(by, dataset.table)), dataset);
}

function checkGroups(by: string, column: Column, dataset: Dataset): Int32Array {
  if (column.labels === undefined) throw notGroups(by, column.label);
  return checkRows(by, column.labels, dataset);
}

function notGroups(by: string, label: string): Error {
  return dataError(
    "R271",
    `split by ${by}: ${label} does not hold one whole number per row`,
    "equal numbers make a group or a class; real numbers are all different",
    "split by a class or a group number, or use split random",
  );
}

function checkRows(by: string, labels: Int32Array, dataset: Dataset): Int32Array {
  if (labels.length === dataset.units) return labels;
  throw dataError(
    "R271",
    `split by ${by}: it has ${labels.length} rows, but ${dataset.units} units are divided`,
    "every unit needs its group or class",
    "name an array with one row for each sample",
  );
}

function grouped(
  units: Int32Array,
  by: string,
  ratio: Ratio,
  dataset: Dataset,
  seed: number,
): Split {
  const lists = membersOf(units, groupsOf(by, dataset));
  const keys = Int32Array.from(lists.keys()).sort();
  const wanted = ratio.filter((share) => share > 0).length;
  if (keys.length < wanted) {
    throw dataError(
      "R270",
      `split by ${by} finds ${keys.length} ${keys.length === 1 ? "group" : "groups"} for ${wanted} parts`,
      "a group is never divided between parts",
      "use data with more groups, or fewer parts",
    );
  }
  const order = shuffled(keys, Rng.of(seed, "split"));
  const blocks = order.map((key) => lists.get(key) ?? []);
  const result = assign(blocks, ratio);
  // With few groups a small part may get none: it takes the last whole group of the largest part.
  parts.forEach((part, k) => {
    if (ratio[k]! <= 0 || result[part].length > 0) return;
    const holds = (other: Part): readonly number[][] =>
      blocks.filter((block) => result[other].includes(block[0]!));
    const richest = parts.reduce((a, b) => (holds(b).length > holds(a).length ? b : a));
    const moved = holds(richest).at(-1) ?? [];
    result[richest] = result[richest].filter((unit) => !moved.includes(unit));
    result[part] = [...moved];
  });
  return finish(result, ratio, dataset);
}

/** The units of each group. */
function membersOf(units: Int32Array, groups: Int32Array): Map<number, number[]> {
  const lists = new Map<number, number[]>();
  for (const unit of units) {
    const list = lists.get(groups[unit]!);
    if (list === undefined) lists.set(groups[unit]!, [unit]);
    else list.push(unit);
  }
  return lists;
}

/**
 * Cross-validation, with the same folds for every seed: fold f is tested, fold f + 1 validates, the rest trains.
 * Each block (a unit, or a whole group) goes to the fold that has the fewest units so far, so folds are of
 * nearly equal size, and blocks that follow each other come into different ones.
 */
function folds(
  blocks: readonly (readonly number[])[],
  count: number,
  noun: "units" | "groups",
  dataset: Dataset,
  options: SplitOptions,
): Split {
  if (!Number.isInteger(count) || count < 3 || count > blocks.length) {
    throw dataError(
      "R273",
      `${count} folds of ${blocks.length} ${noun}`,
      "one fold is tested, one validates and the rest trains, so there are at least 3",
      "write, for example, folds 10",
    );
  }
  const tested = options.fold ?? ((options.seed % count) + count) % count;
  const lists: Record<Part, number[]> = { train: [], validation: [], test: [] };
  const sizes = Array.from({ length: count }, () => 0);
  for (const block of blocks) {
    const own = sizes.indexOf(Math.min(...sizes));
    sizes[own]! += block.length;
    const part: Part =
      own === tested ? "test" : own === (tested + 1) % count ? "validation" : "train";
    lists[part].push(...block);
  }
  return finish(lists, [1, 1, 1], dataset);
}

function perClass(
  units: Int32Array,
  train: number,
  validation: number,
  dataset: Dataset,
  options: SplitOptions,
): Split {
  const { labels } = options;
  if (labels === undefined) {
    throw dataError(
      "R271",
      "split per class needs a target of class numbers",
      "a fixed number of each class trains",
      "use a loss for labels (cross_entropy), or another split",
    );
  }
  const lists: Record<Part, number[]> = { train: [], validation: [], test: [] };
  const seen = new Map<number, number>();
  for (const unit of byClass(units, labels, Rng.of(options.seed, "split"))) {
    const place = seen.get(labels[unit]!) ?? 0;
    seen.set(labels[unit]!, place + 1);
    lists[place < train ? "train" : place < train + validation ? "validation" : "test"].push(unit);
  }
  for (const [label, count] of seen) {
    if (count >= train + validation) continue;
    throw dataError(
      "R270",
      `class ${label} has ${count} units, the split asks for ${train} + ${validation} of each class`,
      "every class gives the same number to training and to validation",
      "ask for fewer per class",
    );
  }
  return finish(lists, [train, validation, 1], dataset);
}

function given(
  dataset: Dataset,
  rule: {
    readonly train: string;
    readonly validation?: string | undefined;
    readonly test?: string | undefined;
  },
  labels: Int32Array | undefined,
): Split {
  const owner = new Map<number, string>();
  const read = (name: string | undefined, part: Part): Int32Array => {
    if (name === undefined) return new Int32Array();
    const chosen = chosenBy(name, dataset);
    for (const unit of chosen) {
      const before = owner.get(unit);
      if (before !== undefined) {
        throw dataError(
          "R272",
          `unit ${unit} is in "${before}" and in "${name}"`,
          "what is tested must not be trained on",
          "make the masks disjoint",
        );
      }
      owner.set(unit, name);
      if (labels !== undefined && labels.length === dataset.units && labels[unit]! < 0) {
        throw dataError(
          "R272",
          `"${name}" chooses unit ${unit}, whose label is ${labels[unit]}`,
          "a negative label means that no label is known",
          "take it out of the mask",
        );
      }
    }
    if (chosen.length === 0)
      throw empty(part, { train: chosen, validation: [], test: [] }, dataset);
    return chosen;
  };
  return {
    train: read(rule.train, "train"),
    validation: read(rule.validation, "validation"),
    test: read(rule.test, "test"),
  };
}

/** A mask (one entry 0 or 1 per unit) or a list of unit numbers. */
function chosenBy(name: string, dataset: Dataset): Int32Array {
  const label = labelOf(name, dataset.table);
  const array = dataset.table.get(name);
  if (array.dtype === "text" || array.shape.length !== 1) {
    throw dataError(
      "R272",
      `${label} is neither a mask nor a list of unit numbers`,
      "a mask has one entry, 0 or 1, for each unit",
      "store it as uint8 or bool",
    );
  }
  const values = toNumbers(array, label);
  if (
    values.length === dataset.units &&
    Array.prototype.every.call(values, (v) => v === 0 || v === 1)
  ) {
    return Int32Array.from({ length: values.length }, (_, k) => k).filter((k) => values[k] === 1);
  }
  const numbers = toInt32(array, label);
  const wrong = numbers.findIndex((unit) => unit < 0 || unit >= dataset.units);
  if (wrong >= 0) {
    throw dataError(
      "R272",
      `${label} names unit ${numbers[wrong]}, but there are ${dataset.units} units`,
      `it is not a mask (that would be ${dataset.units} entries of 0 or 1), so it is read as unit numbers from 0`,
      "check that it belongs to this data",
    );
  }
  const unique = Int32Array.from(new Set(numbers)).sort();
  return unique;
}
