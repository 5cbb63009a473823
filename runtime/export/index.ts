/** Weights in files that other tools read. */
export { readSafetensors, writeSafetensors, type SafeTensors } from "./safetensors.js";
export { writePacked } from "./packed.js";
export { modelWeights, readWeightsFile, setWeights } from "./weights.js";
