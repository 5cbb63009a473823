export { createDynamicGraph, type DynamicGraphParts } from "./dynamic.js";
export { knn, radius, type Metric } from "./build.js";
export { sampleNeighbours } from "./sample.js";
export { snapshots } from "./snapshots.js";
export { batchGraphs, createGraph, Graph, type Features, type GraphParts } from "./graph.js";
export { createTopology, Topology, type EdgeIndex } from "./topology.js";
export {
  aggregate,
  attentionScores,
  degree,
  edgeSoftmax,
  reached,
  pool,
  propagate,
  source,
  symmetricNorm,
  target,
  type Reducer,
} from "./functions.js";
