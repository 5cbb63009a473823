export { defineNeuron, type NeuronDefinition, type NeuronParameter } from "./definition.js";
export type { NeuronLoop, NeuronLoopGradient } from "./loop.js";
export { Neuron, type NeuronOptions, type NeuronSize } from "./neuron.js";
