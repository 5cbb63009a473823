/**
 * The one error class of the runtime. Codes R101..R149 belong to the core (tensors, kernels, graphs,
 * neurons, layers), R150..R199 to data and training.
 */
export interface SgnnErrorParts {
  /** Stable code, e.g. "R120". */
  readonly code: string;
  /** What happened, with the values that made it happen. */
  readonly message: string;
  /** Why that is a mistake. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

/** A mistake in what was given to the runtime, told in the same parts as a compiler diagnostic. */
export class SgnnError extends Error {
  readonly code: string;
  readonly why: string;
  readonly fix: string;

  constructor(parts: SgnnErrorParts) {
    super(`${parts.code}: ${parts.message}`);
    this.name = "SgnnError";
    this.code = parts.code;
    this.why = parts.why;
    this.fix = parts.fix;
  }
}
