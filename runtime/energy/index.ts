export { addCounts, noOperations, scaleCounts, type OperationCounts } from "./counts.js";
export {
  countingWith,
  OperationCounter,
  type Emission,
  type Mark,
  type PlaceWork,
} from "./counter.js";
export { countWork, energyModels, joules, type EnergyModel } from "./models.js";
export { recordBits } from "./record.js";
export { summarise, type EnergySummary, type PlaceEnergy } from "./summary.js";
export { energyModelNamed, parseEnergyModel } from "./table.js";
export { watchingParts } from "./watch.js";
export { countsOf, isEventKind, skippings, type Skipping, type Work } from "./work.js";
