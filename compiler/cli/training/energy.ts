/** Measured energy on the command line: which model, and the table by layer. */
import { energyModels, type EnergyModel } from "../../../runtime/energy/models.js";
import type { EnergySummary } from "../../../runtime/energy/summary.js";
import { energyModelNamed, parseEnergyModel } from "../../../runtime/energy/table.js";
import { readFileText } from "../../../runtime/data/files.js";
import { textTable } from "./comparison.js";

/** The model that `--energy` names: built in, or a user's table in a .json file. */
export function energyModelOption(given: string | undefined): EnergyModel {
  if (given === undefined) return energyModels["horowitz-45nm"];
  if (!given.endsWith(".json")) return energyModelNamed(given);
  return parseEnergyModel(readFileText(given), given);
}

/** The table by layer, per unit of data. */
export function energyText({ model, unit, units, total, places }: EnergySummary): string {
  const row = (name: string, layer: string, activity: string, cost: EnergySummary["total"]) => [
    name,
    layer,
    activity,
    ...(["macs", "adds", "bitOps", "reads", "writes"] as const).map((count) =>
      whole(cost.events.counts[count]),
    ),
    ...(["nothing", "events", "zeros"] as const).map((rule) => nanojoules(cost[rule].joules)),
  ];
  const rows = places.map(({ path, layer, activity, cost }) =>
    row(
      path === "" ? "(model)" : path,
      layer,
      activity === undefined ? "" : `${(100 * activity).toFixed(1)} %`,
      cost,
    ),
  );
  const header = [
    ...["layer", "type", "non-zero", "MACs", "ADDs", "bit-ops", "reads", "writes"],
    ...["dense nJ", "events nJ", "zeros nJ"],
  ];
  return [
    `energy per ${unit} (${model.name}), mean of ${units}; operations with zeros skipped on event wires\n\n`,
    textTable(header, [...rows, row("total", "", "", total)]),
    `\ndense: no zero skipped; events: zeros skipped on event wires; zeros: every zero skipped\n`,
  ].join("");
}

function whole(count: number): string {
  return count >= 100 || Number.isInteger(count) ? String(Math.round(count)) : count.toPrecision(3);
}

function nanojoules(joules: number): string {
  const value = joules * 1e9;
  return value === 0 ? "0" : value >= 1000 ? String(Math.round(value)) : value.toPrecision(4);
}
