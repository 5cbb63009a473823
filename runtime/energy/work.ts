/**
 * What one operation of a forward pass did, and what it costs under each rule of skipping zeros.
 *
 * The rules (ours; README.md gives the reasons). Work is made of terms, and every term costs the same:
 * a product x @ w of R rows, K columns and M outputs has R K M of them, a sum over edges one for each edge and
 * column. A term whose operand in x is 0 changes nothing; whether hardware may leave it out is the question:
 *
 *   "nothing"  no zero is skipped: the network on dense hardware
 *   "events"   zeros are skipped where the type of the wire promises events (spike, trit, graded), and are
 *              computed elsewhere: what comparisons of spiking with dense networks usually assume
 *   "zeros"    every zero is skipped, also those of a rectifier: both networks on event-driven hardware
 */
import type { OperationCounts } from "./counts.js";

export type Kind = "real" | "graded" | "spike" | "trit" | "sign";
export const skippings = ["nothing", "events", "zeros"] as const;
export type Skipping = (typeof skippings)[number];

export type WorkName = "product" | "propagate" | "reduce" | "element-wise" | "neuron" | "bits";

/** All calls of one kind of operation with the same widths at one place of the model, added up. */
export interface Work {
  readonly op: WorkName;
  /** Kind of the operand whose zeros may be skipped; for a neuron, of its output. */
  readonly kind: Kind;
  /** Widths of what comes in and goes out, for formulas per layer. */
  readonly inputs: number;
  readonly outputs: number;
  /** Rows, every time step counted. */
  readonly rows: number;
  /** Time steps that the call covered; 1 outside of time, or when the operation does not know. */
  readonly steps: number;
  /** Numbers of the operand, and those that are not 0. */
  readonly values: number;
  readonly active: number;
  /** Those that are not 0, by time step; their sum is `active`. */
  readonly activeAt: readonly number[];
  /** Terms, and those whose operand is not 0. */
  readonly terms: number;
  readonly activeTerms: number;
  /** Cost of one term. */
  readonly each: { readonly macs: number; readonly adds: number; readonly bitOps: number };
  /** Words read once for each value, for each term, and in any case. */
  readonly readsPerValue: number;
  readonly readsPerTerm: number;
  readonly readsAlways: number;
  /** Words written: always, and results that only events write. */
  readonly writesAlways: number;
  readonly eventResults: number;
  readonly activeResults: number;
}

/** True for wires on which a 0 is no event, so that nothing is sent. */
export function isEventKind(kind: Kind): boolean {
  return kind === "spike" || kind === "trit" || kind === "graded";
}

/** The operations of some work under a rule of skipping. */
export function countsOf(work: Work, skipping: Skipping): OperationCounts {
  const skips = skipping === "zeros" || (skipping === "events" && isEventKind(work.kind));
  const terms = skips ? work.activeTerms : work.terms;
  const values = skips ? work.active : work.values;
  return {
    macs: terms * work.each.macs,
    adds: terms * work.each.adds,
    bitOps: terms * work.each.bitOps,
    reads: values * work.readsPerValue + terms * work.readsPerTerm + work.readsAlways,
    writes: work.writesAlways + (skips ? work.activeResults : work.eventResults),
  };
}

/** Two pieces of work of one kind as one. */
export function addWork(a: Work, b: Work): Work {
  const length = Math.max(a.activeAt.length, b.activeAt.length);
  return {
    ...a,
    rows: a.rows + b.rows,
    values: a.values + b.values,
    active: a.active + b.active,
    activeAt: Array.from({ length }, (_, t) => (a.activeAt[t] ?? 0) + (b.activeAt[t] ?? 0)),
    terms: a.terms + b.terms,
    activeTerms: a.activeTerms + b.activeTerms,
    readsAlways: a.readsAlways + b.readsAlways,
    writesAlways: a.writesAlways + b.writesAlways,
    eventResults: a.eventResults + b.eventResults,
    activeResults: a.activeResults + b.activeResults,
  };
}

/** Work with zeros in every entry that is not given. */
export function work(parts: Pick<Work, "op" | "kind"> & Partial<Work>): Work {
  return {
    inputs: 0,
    outputs: 0,
    rows: 0,
    steps: 1,
    values: 0,
    active: 0,
    activeAt: [],
    terms: 0,
    activeTerms: 0,
    each: { macs: 0, adds: 0, bitOps: 0 },
    readsPerValue: 0,
    readsPerTerm: 0,
    readsAlways: 0,
    writesAlways: 0,
    eventResults: 0,
    activeResults: 0,
    ...parts,
  };
}
