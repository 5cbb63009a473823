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

/** What the network has in place of signs in a stage that is not fully binary, for people; else undefined. */
export function insteadOfSigns({ activations, weights }: BinaryMode = fullyBinary):
  string | undefined {
  const parts = [
    ...(activations === "sign" ? [] : [`${activations === "tanh" ? "tanh" : "real"} activations`]),
    ...(weights === "sign" ? [] : ["real weights"]),
  ];
  return parts.length === 0 ? undefined : parts.join(" and ");
}
