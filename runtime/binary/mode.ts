/** What stands for signs in a stage of training. */

/** What stands where the model says `sign(x)`. */
export type ActivationMode = "sign" | "tanh" | "real";
/** What stands where the model uses a weight of kind `sign`: its sign, or its latent value. */
export type WeightMode = "sign" | "real";

export interface BinaryMode {
  readonly activations: ActivationMode;
  readonly weights: WeightMode;
}

/** The network as it is meant: everything that is called a sign is one. */
export const fullyBinary: BinaryMode = { activations: "sign", weights: "sign" };
