/** What the command line uses of this room. */
export { relativeError } from "./chain.js";
export {
  convertChain,
  designs,
  judgeConversion,
  judgeQuantised,
  type ConversionRow,
  type QuantisedRow,
  type Samples,
} from "./compare.js";
export { controls, solverChain, solverSamples } from "./solver-chain.js";
