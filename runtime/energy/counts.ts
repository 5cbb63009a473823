/** Numbers of operations and of words moved. */

export interface OperationCounts {
  /** Multiplications with accumulation, 32-bit float; functions (exp, tanh, ..) and divisions count as one. */
  readonly macs: number;
  /** Additions and comparisons, 32-bit float. */
  readonly adds: number;
  /** One-bit products with their share of the count of ones (XNOR and popcount). */
  readonly bitOps: number;
  /** Words of 32 bits read from the memory next to the arithmetic. */
  readonly reads: number;
  /** Words of 32 bits written there. */
  readonly writes: number;
}

export const noOperations: OperationCounts = { macs: 0, adds: 0, bitOps: 0, reads: 0, writes: 0 };

/** The sum, entry by entry. */
export function addCounts(a: OperationCounts, b: OperationCounts): OperationCounts {
  return {
    macs: a.macs + b.macs,
    adds: a.adds + b.adds,
    bitOps: a.bitOps + b.bitOps,
    reads: a.reads + b.reads,
    writes: a.writes + b.writes,
  };
}

/** Every entry times a factor. */
export function scaleCounts(a: OperationCounts, factor: number): OperationCounts {
  return {
    macs: a.macs * factor,
    adds: a.adds * factor,
    bitOps: a.bitOps * factor,
    reads: a.reads * factor,
    writes: a.writes * factor,
  };
}
