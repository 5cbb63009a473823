/**
 * R2 over the test predictions of several runs taken together. Where the seeds test the folds of one division,
 * every unit is predicted exactly once, by a network that never saw its group, and one figure judges all of the data:
 * unlike the mean of the folds' R2 it does not depend on how much a fold's own targets vary.
 */
import { metric } from "../train/metrics.js";
import type { Comparison } from "./data.js";

/** Undefined for one run, for classes, and where a run keeps only a part of its predictions. */
export function pooledR2(runs: readonly (Comparison | undefined)[]): number | undefined {
  const output: number[] = [];
  const target: number[] = [];
  for (const run of runs) {
    if (run?.kind !== "real" || run.count > run.actual.length) return undefined;
    output.push(...run.predicted);
    target.push(...run.actual);
  }
  return runs.length < 2 ? undefined : metric("r2", { kind: "real", width: 1, output, target });
}
