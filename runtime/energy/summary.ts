/** Counted work as numbers for people: operations and joules per unit of data, place by place. */
import { addCounts, noOperations, scaleCounts, type OperationCounts } from "./counts.js";
import type { PlaceWork } from "./counter.js";
import { countWork, joules, type EnergyModel } from "./models.js";
import { skippings, type Skipping, type Work } from "./work.js";

export interface Cost {
  readonly counts: OperationCounts;
  readonly joules: number;
}

export interface PlaceEnergy {
  readonly path: string;
  readonly layer: string;
  /** Per unit, under each rule of skipping. */
  readonly cost: Readonly<Record<Skipping, Cost>>;
  /**
   * Fraction of numbers that are not 0: of what a neuron emits, else of what comes into the products, else into
   * the sums. Undefined where none is there.
   */
  readonly activity: number | undefined;
  /** The same by time step; empty when there is one step. */
  readonly activityAt: readonly number[];
}

/** What a network costs for one unit of data (a graph, a node, a row). */
export interface EnergySummary {
  readonly model: EnergyModel;
  /** Noun of the unit, and how many were measured. */
  readonly unit: string;
  readonly units: number;
  readonly total: Readonly<Record<Skipping, Cost>>;
  readonly places: readonly PlaceEnergy[];
}

/** Costs per unit of everything that a counter saw over `units` units. */
export function summarise(
  counted: readonly PlaceWork[],
  model: EnergyModel,
  about: { readonly unit: string; readonly units: number },
): EnergySummary {
  const share = 1 / Math.max(1, about.units);
  const costOf = (works: readonly Work[], skipping: Skipping): Cost => {
    const counts = scaleCounts(countWork(works, model, skipping), share);
    return { counts, joules: joules(counts, model) };
  };
  const costs = (works: readonly Work[]): Record<Skipping, Cost> => ({
    nothing: costOf(works, "nothing"),
    events: costOf(works, "events"),
    zeros: costOf(works, "zeros"),
  });
  const places = counted.map(({ path, layer, works }) => ({
    path,
    layer,
    cost: costs(works),
    ...activityOf(works),
  }));
  const total = costs([]);
  for (const skipping of skippings) {
    total[skipping] = {
      counts: places.map(({ cost }) => cost[skipping].counts).reduce(addCounts, noOperations),
      joules: places.reduce((sum, { cost }) => sum + cost[skipping].joules, 0),
    };
  }
  return { model, ...about, total, places };
}

function activityOf(works: readonly Work[]): Pick<PlaceEnergy, "activity" | "activityAt"> {
  const ofOp = (name: Work["op"]): Work[] => works.filter(({ op }) => op === name);
  const seen =
    [ofOp("neuron"), ofOp("product")].find((list) => list.length > 0) ??
    works.filter(({ activeAt }) => activeAt.length > 0);
  const values = seen.reduce((sum, one) => sum + one.values, 0);
  if (values === 0) return { activity: undefined, activityAt: [] };
  const active = seen.reduce((sum, one) => sum + one.active, 0);
  const steps = Math.max(...seen.map((one) => one.steps));
  const timed = seen.filter((one) => one.steps === steps);
  const perStep = timed.reduce((sum, one) => sum + one.values, 0) / steps;
  const at = Array.from({ length: steps }, (_, t) =>
    timed.reduce((sum, one) => sum + (one.activeAt[t] ?? 0), 0),
  );
  return {
    activity: active / values,
    activityAt: steps === 1 ? [] : at.map((count) => count / perStep),
  };
}
