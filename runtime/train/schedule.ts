/** Learning rate over the epochs, as a factor of the optimiser's rate. */
import { suggest } from "../data/errors.js";
import { trainError } from "./errors.js";
import type { NamedCall } from "./spec.js";

/** The factor in epoch 1, 2, ..; a pure function of its arguments, so resuming needs no state. */
export type Schedule = (epoch: number) => number;

const names = ["constant", "cosine", "step", "exponential"];

/**
 * constant            1
 * cosine(warmup, low) rises linearly over the first `warmup` epochs (0), then falls along half a cosine
 *                     to `low` (0) in the last epoch (Loshchilov and Hutter 2017)
 * step(every, factor) times `factor` (0.1) after each `every` epochs (a third of all)
 * exponential(factor) times `factor` (0.95) after each epoch
 * @throws SgnnError R301 for another name
 */
export function createSchedule(call: NamedCall | undefined, epochs: number): Schedule {
  const args = call?.args ?? {};
  switch (call?.name) {
    case undefined:
    case "constant":
      return () => 1;
    case "cosine": {
      const { warmup = 0, low = 0 } = args;
      return (epoch) => {
        if (epoch <= warmup) return epoch / warmup;
        const along = Math.min(1, (epoch - warmup - 1) / Math.max(1, epochs - warmup - 1));
        return low + (1 - low) * 0.5 * (1 + Math.cos(Math.PI * along));
      };
    }
    case "step": {
      const { every = Math.max(1, Math.ceil(epochs / 3)), factor = 0.1 } = args;
      return (epoch) => factor ** Math.floor((epoch - 1) / every);
    }
    case "exponential": {
      const { factor = 0.95 } = args;
      return (epoch) => factor ** (epoch - 1);
    }
    default:
      throw trainError(
        "R301",
        `there is no schedule ${call?.name}`,
        "the schedule line names how the learning rate changes",
        suggest(call?.name ?? "", names, "schedules"),
      );
  }
}
