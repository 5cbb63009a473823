/**
 * Energy models: joules per operation by name, and which formulas count the operations. Editable: a user's own
 * table is a JSON file in the same form.
 */
import { addCounts, noOperations, type OperationCounts } from "./counts.js";
import { countsOf, isEventKind, type Skipping, type Work } from "./work.js";

export interface EnergyModel {
  readonly name: string;
  /** Where the numbers come from. */
  readonly source: string;
  /** Picojoules per operation; `read` and `write` per word of 32 bits. */
  readonly picojoules: {
    readonly mac: number;
    readonly add: number;
    readonly bitOp: number;
    readonly read: number;
    readonly write: number;
  };
  /** "counted": as measured (work.ts). "spinonet": dense layers and neurons by the paper's formulas. */
  readonly formulas: "counted" | "spinonet";
}

const horowitz = { mac: 4.6, add: 0.9, bitOp: 0.00625, read: 5, write: 5 };

export const energyModels: Readonly<Record<string, EnergyModel>> = {
  "horowitz-45nm": {
    name: "horowitz-45nm",
    source:
      "Horowitz, Computing's energy problem, ISSCC 2014: 45 nm, 0.9 V, 32-bit float multiplication 3.7 pJ and addition 0.9 pJ, 32 bits from an 8 KB memory 5 pJ. One-bit products are ours: two 32-bit integer additions (0.1 pJ each) for 32 of them",
    picojoules: horowitz,
    formulas: "counted",
  },
  "arithmetic-45nm": {
    name: "arithmetic-45nm",
    source:
      "The same without memory traffic, as many papers count (4.6 pJ per MAC, 0.9 pJ per addition): a bound from below, not an energy",
    picojoules: { ...horowitz, read: 0, write: 0 },
    formulas: "counted",
  },
  spinonet: {
    name: "spinonet",
    source:
      "SPINONet, arXiv 2603.21674, eqs. 14-22, with the joules of horowitz-45nm: dense layers and neurons by its formulas, message passing (which it does not treat) as counted",
    picojoules: horowitz,
    formulas: "spinonet",
  },
};

/** Joules of some operations. */
export function joules(counts: OperationCounts, { picojoules }: EnergyModel): number {
  const { mac, add, bitOp, read, write } = picojoules;
  const sum =
    counts.macs * mac +
    counts.adds * add +
    counts.bitOps * bitOp +
    counts.reads * read +
    counts.writes * write;
  return sum * 1e-12;
}

/** The operations of several pieces of work by the formulas of a model. */
export function countWork(
  works: readonly Work[],
  model: EnergyModel,
  skipping: Skipping,
): OperationCounts {
  const count = model.formulas === "spinonet" ? spinonetCounts : countsOf;
  return works.map((one) => count(one, skipping)).reduce(addCounts, noOperations);
}

/**
 * SPINONet eqs. 14-22, split into the layer's product and its neurons, for R rows (of one step each) and
 * theta numbers that are not 0:
 *
 *   product, nothing skipped   MAC R K M, ACC R (K + 2 M), reads R (K + (K + 1) M), writes R M
 *   product, zeros skipped     MAC theta M, ACC theta M, reads theta + theta M + (R / steps) M
 *   neuron                     MAC R M, ACC 2 R M, reads R M + 2 (R / steps) M, writes R M + theta
 *
 * Its ACC include the additions that find addresses. Events that are 1 or -1 add instead of multiplying.
 */
function spinonetCounts(work: Work, skipping: Skipping): OperationCounts {
  const { op, kind, rows, steps, inputs, outputs, active, eventResults, activeResults } = work;
  const skips = skipping === "zeros" || (skipping === "events" && isEventKind(kind));
  if (op === "product") {
    if (!skips) {
      const adds = rows * (inputs + 2 * outputs);
      const reads = rows * (inputs + (inputs + 1) * outputs);
      return { ...byKind(work, rows * inputs * outputs, adds), reads, writes: rows * outputs };
    }
    const products = active * outputs;
    const reads = active + products + (rows / steps) * outputs;
    return { ...byKind(work, products, products), reads, writes: 0 };
  }
  if (op === "neuron") {
    const units = rows * outputs;
    const writes = units + (skips ? activeResults : eventResults);
    const reads = units + (2 * units) / steps;
    return { macs: units, adds: 2 * units, bitOps: 0, reads, writes };
  }
  return countsOf(work, skipping);
}

function byKind(
  { each }: Work,
  products: number,
  adds: number,
): Pick<OperationCounts, "macs" | "adds" | "bitOps"> {
  return each.macs > 0
    ? { macs: products, adds, bitOps: 0 }
    : { macs: 0, adds: products + adds, bitOps: 0 };
}
