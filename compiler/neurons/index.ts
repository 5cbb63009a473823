/** Differentiation of neurons: see README.md. */
export { differentiate } from "./differentiate.js";
export { neuronLoops } from "./loops.js";
export type { LoopOptions } from "./loops.js";
export { HELPER_TEXT } from "./print.js";
export type { HelperName } from "./print.js";
export { Names, capitalised } from "./names.js";
export { SURROGATE_DEFAULTS } from "./surrogate.js";
