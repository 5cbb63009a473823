/** Words and arguments of problems and their training. */
import type { ArgumentTable } from "../named-arguments.js";

/** Points are drawn anew after each `every` steps; 0: never. */
const every = { initial: 0, whole: true, least: 0 } as const;

/** How points are sampled in a domain. */
export const samplers: Readonly<Record<string, ArgumentTable>> = {
  sobol: { every },
  uniform: { every },
  grid: {},
  halton: { every },
  latin: { every },
  /** Where the residual is large, after every `every` steps: density |r|^power / mean + floor. */
  adaptive: {
    every: { initial: 1000, whole: true, least: 1 },
    power: { initial: 1, least: 0 },
    floor: { initial: 1, least: 0 },
  },
};

/** Where points are sampled. */
export const sampledPlaces = ["interior", "initial", "boundary"] as const;

const weight = { initial: 1, least: 0 } as const;

/** How the parts of a physics loss are weighed. */
export const weightings: Readonly<Record<string, ArgumentTable>> = {
  fixed: { equation: weight, initial: weight, boundary: weight },
  adaptive: { every: { initial: 100, whole: true, least: 1 } },
};

/** Closed-form solutions that ship with the language, with the number of their arguments. */
export const exactSolutions: ReadonlyMap<string, number> = new Map([["burgers_cole_hopf", 3]]);
