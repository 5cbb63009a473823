/**
 * One forward pass of a model's class on arrays that a user gives by name (`inference/inputs.ts` says
 * which). Output: one array under the name `output`.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BinaryMode } from "../binary/mode.js";
import { checkTables, makeGraph, type ModelInputs } from "../data/batch.js";
import type { AnyArray, NdArray } from "../data/ndarray.js";
import type { ScaleState } from "../data/scale.js";
import { tableOf } from "../data/table.js";
import { setWeights } from "../export/weights.js";
import { Graph } from "../graph/graph.js";
import { readInputs, type FlatArray, type FlatGraph } from "../inference/inputs.js";
import { outputOf } from "../inference/output.js";
import type { GraphTypeInfo, Model, ModelInfo } from "../layers/layer.js";
import { createRun } from "../layers/run.js";
import { Scope } from "../layers/scope.js";

/** What can be run: an experiment, or a model with its class. */
export interface Predictable {
  create(scope: Scope): Model<never>;
  readonly info: ModelInfo;
}

export interface PredictOptions {
  readonly inputs: ReadonlyMap<string, AnyArray>;
  /** How the inputs are called in errors, e.g. the file name. */
  readonly label: string;
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly weightsLabel: string;
  /** Scalers of the run that trained the weights: applied to inputs, undone on the output. */
  readonly scale?: ScaleState | undefined;
  /** What stands for signs in the stage that trained the weights; fully binary unless given. */
  readonly binary?: BinaryMode | undefined;
}

export interface Prediction {
  /** `output`: float32 in the shape of the model's output. */
  readonly outputs: ReadonlyMap<string, NdArray>;
  /** Mean firing fraction of the neurons. */
  readonly spikeRate: number;
}

/**
 * Runs a model forward, in evaluation mode.
 * @throws SgnnError R403-R404 (weights), and what `readInputs` throws
 */
export function predict(model: Predictable, options: PredictOptions): Prediction {
  const table = tableOf(options.label, options.inputs);
  const scale = options.scale ?? {};
  const flat = readInputs(model.info, table, scale);
  const made = model.create(new Scope({ seed: 0 })) as unknown as Model<ModelInputs>;
  const inputs: ModelInputs = {};
  try {
    setWeights(made, options.weights, options.weightsLabel);
    for (const [name, graph] of flat.graphs) {
      const type = model.info.inputs[name] as GraphTypeInfo;
      if (graph.dynamic) checkTables(type, graph.dynamic, model.info.name, options.label);
      inputs[name] = graphOf(graph, type);
    }
    for (const [name, array] of flat.tensors) inputs[name] = tensorOf(array);
    const run = createRun({ training: false, binary: options.binary });
    let shape: number[] = [];
    let data = new Float32Array();
    tf.tidy(() => {
      const output = made.forward(inputs, run);
      shape = output.shape.slice();
      data = Float32Array.from(output.dataSync());
    });
    return {
      outputs: new Map([["output", outputOf(shape, data, scale)]]),
      spikeRate: run.activity.rate,
    };
  } finally {
    for (const input of Object.values(inputs)) input.dispose();
    made.dispose();
  }
}

function tensorOf({ shape, data }: FlatArray): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32");
}

function graphOf({ topology, nodes, edges, dynamic }: FlatGraph, type: GraphTypeInfo): Graph {
  if (dynamic !== undefined) return makeGraph(dynamic, undefined, type);
  const tensors = (of: ReadonlyMap<string, FlatArray>): Record<string, tf.Tensor> =>
    Object.fromEntries([...of].map(([name, array]) => [name, tensorOf(array)]));
  const [nodeTensors, edgeTensors] = [tensors(nodes), tensors(edges)];
  const owned = [...Object.values(nodeTensors), ...Object.values(edgeTensors)];
  return new Graph(topology, nodeTensors, edgeTensors, owned);
}
