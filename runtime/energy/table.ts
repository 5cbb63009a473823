/** A user's energy model from a JSON file. */
import { suggest } from "../data/errors.js";
import { SgnnError } from "../error.js";
import { energyModels, type EnergyModel } from "./models.js";

const entries = ["mac", "add", "bitOp", "read", "write"] as const;

/**
 * The model that a name means.
 * @throws SgnnError R150 when there is none
 */
export function energyModelNamed(name: string): EnergyModel {
  const found = Object.hasOwn(energyModels, name) ? energyModels[name] : undefined;
  if (found !== undefined) return found;
  throw new SgnnError({
    code: "R150",
    message: `there is no energy model ${name}`,
    why: "Energy is counted operations times joules per operation, and a model names both.",
    fix: `${suggest(name, Object.keys(energyModels), "models")}; or give a .json file with a table of your own`,
  });
}

/**
 * Reads `{ "name": .., "source": .., "picojoules": { "mac": .., "add": .., "bitOp": .., "read": .., "write": .. },
 * "formulas": "counted" }`; entries of the table that are left out are those of horowitz-45nm.
 * @throws SgnnError R151 when it is no such table
 */
export function parseEnergyModel(text: string, file: string): EnergyModel {
  const wrong = (why: string): SgnnError =>
    new SgnnError({
      code: "R151",
      message: `${file} is no energy model`,
      why,
      fix: 'Write { "name": "my chip", "picojoules": { "mac": 4.6, "add": 0.9, "bitOp": 0.006, "read": 5, "write": 5 } }.',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : "It is not JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("It holds no object.");
  }
  const given = value as Record<string, unknown>;
  const known = ["name", "source", "picojoules", "formulas"];
  const odd = Object.keys(given).find((key) => !known.includes(key));
  if (odd !== undefined) throw wrong(`It has an entry "${odd}"; known are ${known.join(", ")}.`);
  const table = given["picojoules"];
  if (typeof table !== "object" || table === null) throw wrong('It has no table "picojoules".');
  for (const [key, number] of Object.entries(table)) {
    if (!entries.some((entry) => entry === key)) {
      throw wrong(`The table has an entry "${key}"; known are ${entries.join(", ")}.`);
    }
    if (typeof number !== "number" || !Number.isFinite(number) || number < 0) {
      throw wrong(`"${key}" is ${JSON.stringify(number)}, not a number of picojoules.`);
    }
  }
  const { name = file, source = file, formulas = "counted" } = given;
  if (formulas !== "counted" && formulas !== "spinonet") {
    throw wrong('"formulas" is "counted" or "spinonet".');
  }
  const base = energyModels["horowitz-45nm"]!;
  return {
    name: String(name),
    source: String(source),
    picojoules: { ...base.picojoules, ...table },
    formulas,
  };
}
