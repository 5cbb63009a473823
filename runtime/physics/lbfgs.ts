/** Limited-memory BFGS (Nocedal 1980; Nocedal and Wright, algorithm 7.4): curvature from the last few steps. */
import type { Curvature, Move } from "./quasi-newton.js";
import { addScaled, dot } from "./vectors.js";

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** The last `memory` pairs of steps and gradient changes. */
export class StepMemory implements Curvature {
  private pairs: Pair[] = [];

  constructor(private readonly memory: number) {}

  get isEmpty(): boolean {
    return this.pairs.length === 0;
  }

  clear(): void {
    this.pairs = [];
  }

  /** The two loops over the pairs. */
  descent(gradient: Float64Array): Float64Array {
    const { pairs } = this;
    const d = gradient.map((g) => -g);
    const alphas: number[] = [];
    for (let k = pairs.length - 1; k >= 0; k--) {
      const { s, y, rho } = pairs[k]!;
      alphas[k] = rho * dot(s, d);
      addScaled(d, y, -alphas[k]!);
    }
    const last = pairs.at(-1);
    if (last !== undefined) {
      const scale = 1 / (last.rho * dot(last.y, last.y));
      for (let k = 0; k < d.length; k++) d[k]! *= scale;
    }
    pairs.forEach(({ s, y, rho }, k) => addScaled(d, s, alphas[k]! - rho * dot(y, d)));
    return d;
  }

  learn({ s, y, curvature }: Move): void {
    this.pairs.push({ s, y, rho: 1 / curvature });
    if (this.pairs.length > this.memory) this.pairs.shift();
  }

  state(): readonly Float64Array[] {
    return this.pairs.flatMap(({ s, y }) => [s, y]);
  }

  restore(arrays: readonly Float64Array[]): void {
    this.pairs = [];
    for (let k = 0; k + 1 < arrays.length; k += 2) {
      const [s, y] = [arrays[k]!, arrays[k + 1]!];
      this.pairs.push({ s, y, rho: 1 / dot(s, y) });
    }
  }
}
