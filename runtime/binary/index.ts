export {
  fullyBinary,
  sign,
  signs,
  type ActivationMode,
  type BinaryMode,
  type WeightMode,
} from "./sign.js";
