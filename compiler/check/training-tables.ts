/** Words and arguments of `train`: optimisers, schedules, metrics. The runtime knows the same ones. */
import type { ArgumentTable } from "./named-arguments.js";

const positive = { least: 0, above: true } as const;
const fraction = { least: 0, most: 1, below: true } as const;

const adam: ArgumentTable = {
  rate: { initial: 1e-3, ...positive },
  beta1: { initial: 0.9, ...fraction },
  beta2: { initial: 0.999, ...fraction },
  epsilon: { initial: 1e-8, ...positive },
  decay: { initial: 0, least: 0 },
};

/** As in PyTorch: `decay` is an L2 penalty in adam and sgd, and shrinks the weights in adamw. */
export const optimisers: Readonly<Record<string, ArgumentTable>> = {
  adam,
  adamw: { ...adam, decay: { initial: 0.01, least: 0 } },
  sgd: {
    rate: { initial: 0.01, ...positive },
    momentum: { initial: 0, ...fraction },
    decay: { initial: 0, least: 0 },
  },
};

/** Beside those of `train`, for networks that solve problems: quasi-Newton methods on all points at once. */
export const solverOptimisers: Readonly<Record<string, ArgumentTable>> = {
  ...optimisers,
  lbfgs: {
    most: { initial: 5000, whole: true, least: 1 },
    memory: { initial: 50, whole: true, least: 1 },
    tolerance: { initial: 1e-9, least: 0 },
  },
  /** With the whole inverse Hessian, self-scaled; for networks of a few thousand parameters. */
  broyden: {
    most: { initial: 2000, whole: true, least: 1 },
    tolerance: { initial: 1e-12, least: 0 },
  },
};

/** What a solver reports beside its residuals: the error against the exact solution, relative to its norm. */
export const solverMetrics = ["relative_l2", "largest_error", "residual"] as const;

/** Learning rate over the epochs, as a factor of the optimiser's rate. */
export const schedules: Readonly<Record<string, ArgumentTable>> = {
  constant: {},
  /** Rises over `warmup` epochs, then falls along half a cosine to `low`. */
  cosine: {
    warmup: { initial: 0, whole: true, least: 0 },
    low: { initial: 0, least: 0, most: 1 },
  },
  /** Times `factor` after each `every` epochs. */
  step: {
    every: { whole: true, least: 1, example: "every: 50" },
    factor: { initial: 0.1, least: 0, above: true, most: 1 },
  },
  /** Times `factor` after each epoch. */
  exponential: { factor: { initial: 0.95, least: 0, above: true, most: 1 } },
};

/** Metrics for targets that are numbers, for targets that are classes, and for both. */
export const realMetrics = ["mae", "mse", "rmse", "r2", "relative_error"] as const;
export const labelMetrics = ["accuracy", "f1_micro", "f1_macro"] as const;
export const commonMetrics = ["loss", "spike_rate"] as const;

/** Every metric that can be computed. */
export const metrics: readonly string[] = [...commonMetrics, ...realMetrics, ...labelMetrics];
