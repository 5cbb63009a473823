export * from "./arithmetic.js";
export * from "./classification.js";
export * from "./elementwise.js";
export * from "./products.js";
export * from "./reductions.js";
export * from "./shapes.js";
export type { Operand } from "./operand.js";
