/** What an `equilibrium` declaration says, as plain objects that generated code holds. */

/** A numeric solver of z = f(z). */
export interface SolverSpec {
  readonly name: "picard" | "anderson" | "broyden";
  /** Largest ||f(z) - z|| / ||f(z)|| that counts as solved. */
  readonly tolerance: number;
  /** Most evaluations of f. */
  readonly most: number;
  /** Anderson, Broyden: how many earlier steps are remembered. */
  readonly memory?: number;
  /** Picard: z <- (1 - damping) z + damping f(z); in (0, 1]. */
  readonly damping?: number;
}

/** The forward solve: a numeric solver, or the block's spiking neurons for a number of latent steps. */
export type ForwardSpec =
  | (SolverSpec & { readonly failed?: "warn" | "stop" })
  | { readonly name: "simulate"; readonly steps: number };

/**
 * How learning passes through the equilibrium.
 * - implicit: v = J^T v + dL/dz solved at the equilibrium (Bai et al. 2019; Xiao et al. 2021)
 * - phantom: the first `steps` terms of its Neumann series (Geng et al. 2021)
 * - unroll: plain iteration from the start on the tape, `steps` times; the control, memory grows with it
 */
export type GradientSpec =
  | ({ readonly name: "implicit" } & { readonly solver: SolverSpec })
  | { readonly name: "phantom"; readonly steps: number }
  | { readonly name: "unroll"; readonly steps: number };

/**
 * What a snapshot knows of the one before.
 * - exact: `previous` is its state, and the gradient flows back through it
 * - truncated: `previous` is its state, without a gradient
 * - warm: `previous` is zero; only the solve starts from the earlier state
 * - none: `previous` is zero and every solve starts at zero
 */
export type Carry = "exact" | "truncated" | "warm" | "none";
