/** Embedded generators by name: seeded, documented, no file needed. `generate trusses(count: 400)`. */
import { dataError, suggest } from "../errors.js";
import type { AnyArray } from "../ndarray.js";
import type { ArrayTable } from "../array-table.js";
import { tableOf } from "../table.js";
import { trusses } from "./trusses.js";

interface Argument {
  readonly initial: number;
  readonly low: number;
  readonly high: number;
}
interface Generator {
  readonly args: Readonly<Record<string, Argument>>;
  readonly run: (args: Readonly<Record<string, number>>) => ReadonlyMap<string, AnyArray>;
}

const generators: Readonly<Record<string, Generator>> = {
  trusses: {
    args: {
      count: { initial: 400, low: 1, high: 100_000 },
      seed: { initial: 1, low: 0, high: 2 ** 31 },
      dimensions: { initial: 2, low: 2, high: 3 },
      cells: { initial: 4, low: 2, high: 8 },
    },
    run: ({ count = 0, seed = 0, dimensions = 2, cells = 4 }) =>
      trusses({ count, seed, dimensions, cells }),
  },
};

/**
 * The arrays of a generator; a function of its arguments only.
 * @throws SgnnError R261 (no such generator), R262 (no such argument, or out of range)
 */
export function generate(
  name: string,
  given: Readonly<Record<string, number | string>>,
): ArrayTable {
  const generator = generators[name];
  if (generator === undefined) {
    const names = Object.keys(generators);
    throw dataError(
      "R261",
      `there is no generator ${name}`,
      "generators are built in",
      suggest(name, names, "generators"),
    );
  }
  const args: Record<string, number> = {};
  for (const [key, { initial }] of Object.entries(generator.args)) args[key] = initial;
  for (const [key, value] of Object.entries(given)) {
    const known = generator.args[key];
    if (known === undefined) {
      throw dataError(
        "R262",
        `${name} has no argument ${key}`,
        "arguments of a generator are given by name",
        suggest(key, Object.keys(generator.args), `arguments of ${name}`),
      );
    }
    if (
      typeof value !== "number" ||
      !Number.isInteger(value) ||
      value < known.low ||
      value > known.high
    ) {
      throw dataError(
        "R262",
        `${name}: ${key} is ${value}`,
        `it is a whole number from ${known.low} to ${known.high}`,
        `give ${key}: ${known.initial}, for example`,
      );
    }
    args[key] = value;
  }
  return tableOf(`generate ${name}`, generator.run(args));
}
