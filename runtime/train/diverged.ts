/** Where and why training had to stop. */
import type { SgnnError } from "../error.js";
import { trainError } from "./errors.js";

/** A value that is not a number stops training here. */
export interface Diverged {
  readonly epoch: number;
  readonly step: number;
  readonly value: number;
  /** What an equilibrium that was not reached says, when its block is to stop training. */
  readonly unsolved?: string | undefined;
}

/** The error of a stopped training; `best` is the epoch of the weights that were kept. */
export function divergence(
  { epoch, step, value, unsolved }: Diverged,
  best: number | undefined,
): SgnnError {
  const kept =
    best === undefined
      ? "there are no weights from before"
      : `the weights of epoch ${best} were kept`;
  if (unsolved !== undefined) {
    return trainError(
      "R311",
      `${unsolved} (epoch ${epoch}, step ${step})`,
      "the block says `failed: stop`, so no step was taken with the unfinished state",
      `Allow more evaluations, a larger tolerance or a smaller contraction; ${kept}`,
    );
  }
  return trainError(
    "R310",
    `the loss became ${value} in epoch ${epoch}, step ${step}`,
    "a number overflowed, most often because the learning rate is too large for this model",
    `Lower the rate, or limit the gradient with clip 1; ${kept}`,
  );
}
