/** Element-wise comparison with relative and absolute tolerance, as numpy.testing.assert_allclose. */
import { expect } from "vitest";

export function expectClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { rtol = 1e-4, atol = 1e-5, what = "" }: { rtol?: number; atol?: number; what?: string } = {},
): void {
  expect(actual.length, `${what} length`).toBe(wanted.length);
  let worst = 0;
  let at = -1;
  for (let k = 0; k < wanted.length; k++) {
    const a = actual[k]!;
    const b = wanted[k]!;
    if (Object.is(a, b) || a === b) continue;
    const excess = Math.abs(a - b) / (atol + rtol * Math.abs(b));
    if (!(excess <= worst)) {
      worst = Number.isNaN(excess) ? Infinity : excess;
      at = k;
    }
  }
  if (worst > 1) {
    expect.fail(
      `${what} element ${at}: ${actual[at]} instead of ${wanted[at]} (${worst.toFixed(1)} tolerances)`,
    );
  }
}
