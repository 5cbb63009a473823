/**
 * Places of stages: one row per distance from the inputs, few crossings, straight wires.
 *
 * Layers by longest path, order by medians of neighbours, positions by averages of neighbours
 * (Sugiyama, Tagawa, Toda 1981). A wire across rows has a slot in each of them, so it crosses no stage.
 */
import type { ModelGraph } from "./graph.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Placed {
  /** Centre of each stage. */
  readonly stages: readonly Point[];
  /** Points of each wire: between rows it goes from one to the next. */
  readonly wires: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

export interface Sizes {
  /** Width of each stage. */
  readonly widths: readonly number[];
  readonly height: number;
  readonly between: number;
  readonly beside: number;
}

/** A stage, or a wire where it passes a row. */
interface Slot {
  readonly stage: number | undefined;
  readonly width: number;
  readonly row: number;
  readonly above: Slot[];
  readonly below: Slot[];
  x: number;
}
const WIRE = 14;
const SWEEPS = 8;

export function layout(graph: ModelGraph, sizes: Sizes): Placed {
  const rowOf = rows(graph);
  const stages: Slot[] = graph.stages.map((_, k) => slot(k, sizes.widths[k], rowOf[k]));
  const all: Slot[][] = Array.from({ length: Math.max(0, ...rowOf) + 1 }, () => []);
  for (const one of stages) all[one.row].push(one);
  const paths = graph.wires.map(({ from, to }) => {
    const path = [stages[from]];
    for (let row = rowOf[from] + 1; row < rowOf[to]; row++) {
      const passing = slot(undefined, WIRE, row);
      all[row].push(passing);
      path.push(passing);
    }
    path.push(stages[to]);
    for (let k = 1; k < path.length; k++) {
      path[k - 1].below.push(path[k]);
      path[k].above.push(path[k - 1]);
    }
    return path;
  });
  order(all);
  for (const row of all) pack(row, sizes.beside);
  for (let sweep = 0; sweep < 4 * SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? all : [...all].reverse()) {
      settle(row, sizes.beside, (one) => (down ? one.above : one.below));
    }
  }
  const left = Math.min(...all.flat().map((one) => one.x - one.width / 2));
  const right = Math.max(...all.flat().map((one) => one.x + one.width / 2));
  const pitch = sizes.height + sizes.between;
  const point = (one: Slot): Point => ({
    x: Math.round(one.x - left),
    y: one.row * pitch + sizes.height / 2,
  });
  return {
    stages: stages.map(point),
    wires: paths.map((path) => path.map(point)),
    width: Math.round(right - left),
    height: all.length * pitch - sizes.between,
  };
}

function slot(stage: number | undefined, width: number, row: number): Slot {
  return { stage, width, row, above: [], below: [], x: 0 };
}

/** Longest path from an input; an input stands right above what reads it first. */
function rows({ stages, wires }: ModelGraph): number[] {
  const row = stages.map(() => 0);
  // Stages are in an order in which sources come first.
  stages.forEach((_, k) => {
    for (const { from, to } of wires) if (to === k) row[k] = Math.max(row[k], row[from] + 1);
  });
  stages.forEach(({ role }, k) => {
    const readers = wires.filter(({ from }) => from === k).map(({ to }) => row[to]);
    if (role === "input" && readers.length > 0) row[k] = Math.min(...readers) - 1;
  });
  return row;
}

function order(all: readonly Slot[][]): void {
  const place = new Map<Slot, number>();
  const number = (row: readonly Slot[]): void => row.forEach((one, k) => place.set(one, k));
  all.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? all : [...all].reverse()) {
      const wanted = new Map(
        row.map((one) => {
          const near = (down ? one.above : one.below).map((other) => place.get(other) ?? 0);
          return [one, near.length === 0 ? (place.get(one) ?? 0) : mean(near)] as const;
        }),
      );
      row.sort(
        (a, b) =>
          (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (place.get(a) ?? 0) - (place.get(b) ?? 0),
      );
      number(row);
    }
  }
}

function pack(row: readonly Slot[], beside: number): void {
  let at = 0;
  for (const one of row) {
    one.x = at + one.width / 2;
    at += one.width + beside;
  }
  for (const one of row) one.x -= (at - beside) / 2;
}

/** Each slot goes to the average of its neighbours, as near as the slots beside it let it. */
function settle(
  row: readonly Slot[],
  beside: number,
  neighbours: (one: Slot) => readonly Slot[],
): void {
  const wanted = row.map((one) => {
    const near = neighbours(one);
    return near.length === 0 ? one.x : mean(near.map(({ x }) => x));
  });
  // Groups of slots that touch share their displacement (pool adjacent violators).
  const groups: { sum: number; count: number }[] = [];
  const offset: number[] = [];
  row.forEach((one, k) => {
    offset.push(k === 0 ? 0 : offset[k - 1] + row[k - 1].width / 2 + beside + one.width / 2);
    groups.push({ sum: wanted[k] - offset[k], count: 1 });
    for (let n = groups.length - 1; n > 0; n--) {
      const [a, b] = [groups[n - 1], groups[n]];
      if (a.sum / a.count <= b.sum / b.count) break;
      groups.splice(n - 1, 2, { sum: a.sum + b.sum, count: a.count + b.count });
    }
  });
  let k = 0;
  for (const { sum, count } of groups) {
    for (let n = 0; n < count; n++, k++) row[k].x = sum / count + offset[k];
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
