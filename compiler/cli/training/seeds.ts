/** The seeds that `--seed` and `--seeds` name. */
import type { Invocation } from "../command.js";
import { usageError } from "../errors.js";

const MOST = 10_000;

/** `--seeds 1,2,8` or `--seeds 1..5`, or both: `1..3,8`; undefined when the declared seeds are meant. */
export function seedsOf(invocation: Invocation): readonly number[] | undefined {
  const one = invocation.integer("seed", 0);
  const several = invocation.text("seeds");
  if (one !== undefined && several !== undefined) {
    throw usageError("--seed and --seeds do not go together");
  }
  if (several === undefined) return one === undefined ? undefined : [one];
  const seeds = several.split(",").flatMap((word) => range(word.trim(), several));
  return [...new Set(seeds)];
}

function range(word: string, all: string): number[] {
  const [, first = "", last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(word) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first === "" || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw usageError(
      `--seeds must be whole numbers with commas between, or a range, not \`${all}\``,
      "write --seeds 1,2,3 or --seeds 1..3",
    );
  }
  if (to < from || to - from >= MOST) {
    throw usageError(`--seeds ${word}: a range goes up, over at most ${MOST} seeds`);
  }
  return Array.from({ length: to - from + 1 }, (_, k) => from + k);
}
