export { fullyBinary, type ActivationMode, type BinaryMode, type WeightMode } from "./mode.js";
export { sign, signs } from "./sign.js";
export type { StageSpec } from "../train/spec.js";
export { stagesOf } from "./stages.js";
export { distilledLoss, type DistillSpec } from "./distill.js";
export {
  bitProduct,
  edgeBits,
  foldThresholds,
  hammingNearest,
  packColumns,
  packSigns,
  type Bits,
  type Thresholds,
} from "./packed.js";
