/** The static energy bound of `sgnnc inspect`: counted operations times joules, as a formula. */
import { energyModels } from "../../../runtime/energy/models.js";
import { addSizes, constantSize, multiplySizes } from "../../check/size.js";
import type { Size } from "../../ir/types.js";
import type { Counts } from "../../plan/operations.js";

export const boundModel = energyModels["horowitz-45nm"];

/** Picojoules of some operations, a polynomial like they are. */
export function picojoulesOf(counts: ReadonlyMap<keyof Counts, Size>): Size {
  const { mac, add, bitOp, read, write } = boundModel.picojoules;
  const each = { macs: mac, adds: add, bitOps: bitOp, reads: read, writes: write };
  let sum = constantSize(0);
  for (const [name, size] of counts) {
    sum = addSizes(sum, multiplySizes(size, constantSize(each[name])));
  }
  // Joules are known to a few digits; what addition leaves behind them is noise.
  const terms = [...sum.terms].map(([key, value]) => [key, Number(value.toPrecision(6))] as const);
  return { terms: new Map(terms) };
}

/** One line: how much energy a forward pass needs at most. */
export function boundText(counts: ReadonlyMap<keyof Counts, Size>): string {
  const { terms } = picojoulesOf(counts);
  if (terms.size === 0) return "energy  at most 0 nJ\n";
  const parts = [...terms].map(([key, value]) => {
    const number = Number((value / 1000).toPrecision(4));
    return key === "" ? `${number}` : `${number}*${key}`;
  });
  return `energy  at most ${parts.join(" + ")} nJ (${boundModel.name}; every unit fires, no zero is skipped)\n`;
}
