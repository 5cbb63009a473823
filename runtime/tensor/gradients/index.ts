/** Registers all our gradients of TensorFlow.js kernels; see registry.ts for why they are ours. */
import { arithmetic } from "./arithmetic.js";
import { products } from "./products.js";
import { register } from "./registry.js";
import { shapes } from "./shapes.js";
import { unaryFunctions } from "./unary.js";

/** Puts our gradients in place, over any that another package registered. Safe to call again. */
export function registerGradients(): void {
  for (const spec of [...arithmetic, ...unaryFunctions, ...shapes, ...products]) register(spec);
}

registerGradients();
