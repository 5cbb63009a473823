/**
 * What a `problem` and a `train` of its solver say, as plain objects in generated code. Mirrors ProblemIr,
 * SolverIr and SolverTrainIr of the compiler; maps are objects.
 */
import type { Model, ModelInfo } from "../layers/layer.js";
import type { Scope } from "../layers/scope.js";
import type { NamedCall } from "../train/spec.js";
import type { Floats } from "./kernels.js";
import type { Operator } from "./multi-index.js";
import type { SmoothActivation } from "./network.js";

/** Points of a term and what is known at them; every list is in the order of the specification. */
export interface TermBlock {
  /** Points in use; arrays may be longer. */
  readonly count: number;
  /** Coordinates at the first site, by variable. */
  readonly points: readonly Floats[];
  /** By symbol. */
  readonly values: readonly Floats[];
  /** Gradient of the loss by the symbols; written. */
  readonly gradients: readonly Floats[];
  /** By residual; written. */
  readonly residuals: readonly Float64Array[];
}

/** All over the domain, on the faces of the space variables, or where some variables have fixed values. */
export type SiteSpec = "everywhere" | "faces" | Readonly<Record<string, number>>;
export type TermKind = "interior" | "initial" | "boundary";

export interface TermSpec {
  readonly name: string;
  readonly kind: TermKind;
  readonly sites: readonly SiteSpec[];
  readonly symbols: readonly {
    readonly field: number;
    readonly site: number;
    readonly operator: Operator;
  }[];
  readonly residuals: readonly { readonly text: string; readonly place: string }[];
  /** Writes the residuals r, and scale[i] r[i] dr[i]/ds summed over i as the gradient by each symbol s. */
  evaluate(block: TermBlock, scale: ArrayLike<number>): void;
}

export interface VariableSpec {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** A function of the variables, in their order. */
export type PointFunction = (...point: number[]) => number;

export interface ProblemSpec {
  readonly name: string;
  readonly variables: readonly VariableSpec[];
  readonly fields: readonly string[];
  readonly terms: readonly TermSpec[];
  /** Fields that follow from the outputs of the network by an ansatz: of the variables, then the outputs. */
  readonly enforced?: Readonly<Record<string, PointFunction>> | undefined;
  readonly exact?: Readonly<Record<string, PointFunction>> | undefined;
  readonly samples: Readonly<
    Record<TermKind, { readonly count: number; readonly method: NamedCall }>
  >;
  readonly weights?: NamedCall | undefined;
}

/** A link of the chain: the path of a Dense, or an activation. */
export type LinkSpec = { readonly dense: string } | { readonly activation: SmoothActivation };

export interface NetworkSpec {
  /** One chain for a plain network; for a separable one a chain for each variable, and the readout. */
  readonly chains: readonly (readonly LinkSpec[])[];
  readonly readout?: string | undefined;
}

export interface SolverTrainSpec {
  readonly doc?: string | undefined;
  readonly optimize: readonly NamedCall[];
  readonly schedule?: NamedCall | undefined;
  /** Steps of the optimisers other than lbfgs. */
  readonly epochs: number;
  readonly seeds: readonly number[];
  readonly clip?: number | undefined;
  readonly report: readonly string[];
}

export interface SolverExperiment {
  readonly name: string;
  readonly model: string;
  create(scope: Scope): Model<never>;
  readonly info: ModelInfo;
  readonly problem: ProblemSpec;
  readonly network: NetworkSpec;
  readonly train: SolverTrainSpec;
  readonly source?: { readonly file: string; readonly hash: string } | undefined;
}
