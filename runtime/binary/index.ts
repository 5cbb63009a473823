export {
  fullyBinary,
  sign,
  signs,
  type ActivationMode,
  type BinaryMode,
  type WeightMode,
} from "./sign.js";
export { stagesOf, type StageSpec } from "./stages.js";
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
