/** Words and arguments of equilibrium blocks. */
import type { ArgumentTable } from "../named-arguments.js";

const steps = { whole: true, least: 1, example: "steps: 30" } as const;
const tolerance = { initial: 1e-4, least: 0, above: true } as const;
const most = { initial: 60, whole: true, least: 1 } as const;
const memory = { initial: 5, whole: true, least: 1 } as const;
const damping = { initial: 1, least: 0, above: true, most: 1 } as const;
/** What training does when a solve misses its tolerance. */
const failed = { words: ["warn", "stop"] } as const;

/** What a snapshot knows of the one before. */
export const carries = ["exact", "truncated", "warm", "none"] as const;

/** How an equilibrium is found. */
export const solvers: Readonly<Record<string, ArgumentTable>> = {
  anderson: { memory, tolerance, most, failed },
  picard: { damping, tolerance, most, failed },
  broyden: { memory: { ...memory, initial: 10 }, tolerance, most, failed },
  simulate: { steps },
};

/** How the gradient passes through an equilibrium. */
export const gradients: Readonly<Record<string, ArgumentTable>> = {
  implicit: {
    solver: { words: ["anderson", "picard", "broyden"] },
    tolerance: { ...tolerance, initial: 1e-6 },
    most,
  },
  phantom: { steps },
  unroll: { steps },
};
