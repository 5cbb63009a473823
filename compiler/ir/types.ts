/**
 * Types of the language as the checker knows them: kind, residency (the index space in the first
 * dimension) and exact symbolic sizes.
 */

/** Kinds from narrowest to widest meaning; see docs/language.md. `label` holds integer classes. */
export type Kind = "real" | "graded" | "spike" | "trit" | "sign" | "label";

/**
 * A size: a polynomial with integer coefficients over symbols, in normal form.
 * Keys are monomials, symbols sorted and joined by `*` (the constant term is the key "").
 * Index spaces are symbols too: "N", "E", "G", "T"; a second graph's are "N'g2" and so on.
 */
export interface Size {
  readonly terms: ReadonlyMap<string, number>;
}

export interface TensorType {
  readonly tag: "tensor";
  readonly kind: Kind;
  /** Empty for a scalar. */
  readonly dims: readonly Size[];
}

/** A graph value: its index spaces and the features it is known to carry. */
export interface GraphType {
  readonly tag: "graph";
  readonly nodes: Size;
  readonly edges: Size;
  readonly graphs: Size;
  /** How many snapshots it has, for `over snapshots`. */
  readonly snapshots: Size;
  /** Features of nodes [N, ..]; of a dynamic graph also one table per snapshot, [snapshots, N, ..]. */
  readonly nodeFields: ReadonlyMap<string, TensorType>;
  readonly edgeFields: ReadonlyMap<string, TensorType>;
}

/** The type of something already reported: absorbs every follow-up error. */
export interface ErrorType {
  readonly tag: "error";
}

export type Type = TensorType | GraphType | ErrorType;
