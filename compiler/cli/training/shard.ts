/** Which part of a sweep this process does, so that several machines share one. */
import { usageError } from "../errors.js";

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** Set by Kubernetes in the pods of an Indexed Job, from 0. */
const KUBERNETES_INDEX = "JOB_COMPLETION_INDEX";

/**
 * Reads `--shard 2/8`, or `--shard auto/8` in an Indexed Job.
 * Throws a usage error when it is neither.
 */
export function readShard(
  text: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  if (text === undefined) return undefined;
  const [, which = "", total = ""] = /^(\d+|auto)\/(\d+)$/.exec(text) ?? [];
  const count = Number(total);
  if (which === "" || count < 1) {
    throw usageError(
      `--shard ${text} is no part of a sweep`,
      "write --shard 2/8 for the second of eight, or --shard auto/8 in an Indexed Job",
    );
  }
  const index = which === "auto" ? fromEnvironment(environment) : Number(which);
  if (index < 1 || index > count) {
    throw usageError(
      `--shard ${text}: there is no part ${index} of ${count}`,
      "parts are numbered from 1; the index of an Indexed Job counts from 0",
    );
  }
  return { index, count };
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): number {
  const value = environment[KUBERNETES_INDEX];
  if (value === undefined || !/^\d+$/.test(value)) {
    throw usageError(
      `--shard auto needs the environment variable ${KUBERNETES_INDEX}`,
      value === undefined
        ? "Kubernetes sets it in the pods of an Indexed Job; elsewhere write --shard 1/8"
        : `it is \`${value}\`, not a whole number`,
    );
  }
  return Number(value) + 1;
}

/** The tasks of a shard: every count-th one, so that the long runs of a late variant are spread too. */
export function tasksOf<T>(tasks: readonly T[], shard: Shard | undefined): readonly T[] {
  if (shard === undefined) return tasks;
  return tasks.filter((_, k) => k % shard.count === shard.index - 1);
}
