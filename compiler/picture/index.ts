/** The typed graph of a model as an SVG picture. */
export { modelGraph, type ModelGraph } from "./graph.js";
export { drawModel, type Notes } from "./svg.js";
