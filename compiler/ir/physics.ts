/** Physics problems and their solvers in the intermediate form; part of ir.ts. */
import type { Formula } from "../neurons/formula.js";
import type { ModelIr, Origin } from "./ir.js";

/** A derivative or a linear combination of derivatives; an index holds the order in each variable. */
export type OperatorIr = readonly { readonly index: readonly number[]; readonly factor: number }[];

/** A number that a formula of a term reads: an operator applied to a field at one of the term's sites. */
export interface SymbolIr {
  readonly name: string;
  readonly site: number;
  readonly field: number;
  readonly operator: OperatorIr;
}

/**
 * Where the points of a term lie: all over the domain, on the faces of its space variables, or where some
 * variables (by their place) have fixed values.
 */
export type SiteIr = "everywhere" | "faces" | ReadonlyMap<number, number>;

export interface ResidualIr {
  /** As written. */
  readonly text: string;
  readonly origin: Origin;
  /** Zero where the line holds; names variables (at the first site) and symbols. */
  readonly value: Formula;
}

export type TermKind = "interior" | "initial" | "boundary";

/** Residuals that are judged at the same points. With several sites, point k of each differs only in the fixed variables. */
export interface TermIr {
  readonly name: string;
  readonly kind: TermKind;
  readonly sites: readonly SiteIr[];
  readonly symbols: readonly SymbolIr[];
  readonly residuals: readonly ResidualIr[];
}

export interface NamedNumbers {
  readonly name: string;
  readonly args: ReadonlyMap<string, number>;
}

export interface SampleIr extends NamedNumbers {
  readonly count: number;
}

export interface ProblemIr {
  readonly name: string;
  readonly doc: string | undefined;
  readonly origin: Origin;
  readonly variables: readonly {
    readonly name: string;
    readonly low: number;
    readonly high: number;
  }[];
  readonly fields: readonly string[];
  readonly terms: readonly TermIr[];
  /** The fields from the outputs of the network, where an `enforce` says so; names variables and fields. */
  readonly enforced: readonly (Formula | undefined)[];
  /** By field; names variables. */
  readonly exact: readonly (Formula | undefined)[];
  readonly samples: ReadonlyMap<TermKind, SampleIr>;
  readonly weights: NamedNumbers | undefined;
}

/** One step of a network: the path of a Dense, or an activation. */
export type ChainStepIr =
  | { readonly type: "dense"; readonly path: string }
  | { readonly type: "activation"; readonly kind: string };

export interface SolverIr {
  readonly problem: ProblemIr;
  readonly model: ModelIr;
  /** One chain for a plain network; one for each variable and the readout for a separable one. */
  readonly chains: readonly (readonly ChainStepIr[])[];
  readonly readout: string | undefined;
}

export interface SolverTrainIr {
  readonly origin: Origin;
  readonly doc: string | undefined;
  readonly solver: SolverIr;
  readonly optimize: readonly NamedNumbers[];
  readonly schedule: NamedNumbers | undefined;
  /** Steps of the first optimiser. */
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly clip: number | undefined;
  readonly report: readonly string[];
}
