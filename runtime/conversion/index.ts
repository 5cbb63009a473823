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
export { convertModel, modelDesigns, type ModelRow } from "./model.js";
export { convertSeparable } from "./separable.js";
export { spikePictures } from "./pictures.js";
export { conversionKey, readConversion, writeConversion, type ConversionRecord } from "./record.js";
export { controls, solverChain, solverSamples } from "./solver-chain.js";
