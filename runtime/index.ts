/**
 * The runtime of generated code: `import * as sg from "sgnn/runtime"`. Each room is one group of
 * exports; see README.md.
 */
export { SgnnError, type SgnnErrorParts } from "./error.js";
export * from "./tensor/index.js";
export * from "./layers/index.js";
export * from "./graph/index.js";
export * from "./neurons/index.js";
export * from "./energy/index.js";
export * from "./binary/index.js";
export * from "./equilibrium/index.js";
export * from "./data/index.js";
export * from "./export/index.js";
export * from "./train/index.js";
export * from "./physics/index.js";
