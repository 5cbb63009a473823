/** What the command line uses of this room. */
export { relativeError } from "./chain.js";
export { convertChain } from "./convert-chain.js";
export { designs, type Design } from "./designs.js";
export {
  judgeConversion,
  judgeQuantised,
  type ConversionRow,
  type QuantisedRow,
  type Samples,
} from "./judge.js";
export { controls, solverChain, solverSamples } from "./solver-chain.js";
