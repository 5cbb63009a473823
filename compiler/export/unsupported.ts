/** A part of a model that a format has no words for. */
export class Unsupported extends Error {
  constructor(
    /** `over time`, `neuron LIF`, .. */
    readonly part: string,
    readonly format: string,
    readonly line: number | undefined = undefined,
  ) {
    super(`${format} cannot express ${part}${line === undefined ? "" : ` (line ${line})`}`);
    this.name = "Unsupported";
  }
}

/** Weights by their path in the model, e.g. `h.sage1.wSelf`. */
export type Weights = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;
