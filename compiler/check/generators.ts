/**
 * The embedded data generators and their arguments. The runtime has the same table with the code
 * (runtime/data/generators); a test compares the two.
 */
import type { ArgumentTable } from "./named-arguments.js";

export const generators: Readonly<Record<string, ArgumentTable>> = {
  /** Random trusses, solved exactly; see runtime/data/generators/trusses.ts. */
  trusses: {
    count: { initial: 400, whole: true, least: 1, most: 100_000 },
    seed: { initial: 1, whole: true, least: 0, most: 2 ** 31 },
    dimensions: { initial: 2, whole: true, least: 2, most: 3 },
    cells: { initial: 4, whole: true, least: 2, most: 8 },
  },
};
