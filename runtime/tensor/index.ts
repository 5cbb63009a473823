import "./gradients/index.js";
export { currentBackend, useBackend, type BackendInfo, type BackendName } from "./backend.js";
export * from "./ops/index.js";
export { Rng } from "./random/rng.js";
export { randomKey, type RandomKey } from "./random/key.js";
export type { Tensor } from "@tensorflow/tfjs-core";
