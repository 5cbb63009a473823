/** A model that follows its inference plan, for what judges models on tensors. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelInputs } from "../data/batch.js";
import type { NdArray } from "../data/ndarray.js";
import { Graph } from "../graph/graph.js";
import { Engine } from "../inference/engine.js";
import type { FlatArray, FlatGraph, FlatInputs } from "../inference/inputs.js";
import { bestKernels } from "../inference/wasm-kernels.js";
import type { InferencePlan, PlanModule } from "../inference/plan.js";
import { Model } from "../layers/layer.js";
import type { Run } from "../layers/run.js";
import { Scope } from "../layers/scope.js";

/** What is needed to follow a plan. */
export interface PlannedCode {
  readonly module: PlanModule;
  readonly plan: InferencePlan;
}

/** `forward` copies the inputs out of the tensors and the output into one; there are no gradients. */
export class PlannedModel extends Model<ModelInputs> {
  readonly engine: Engine;

  /**
   * @param label the file of the weights, for errors
   * @throws SgnnError R403-R405 when the weights are not those of the plan
   */
  constructor({ module, plan }: PlannedCode, weights: ReadonlyMap<string, NdArray>, label: string) {
    super(new Scope({ seed: 0 }));
    this.engine = new Engine(module, plan, weights, { kernels: bestKernels(), label });
  }

  override forward(inputs: ModelInputs, run: Run): Tensor {
    const { engine } = this;
    engine.resetCounts();
    const { shape, data } = engine.run(flat(inputs));
    for (const { path, values, events, steps } of engine.neurons()) {
      const fraction = values === 0 ? 0 : events / values;
      const tensor = tf.scalar(fraction);
      run.activity.record({ path, fraction, tensor, steps, units: values / steps });
    }
    return tf.tensor(Float32Array.from(data), [...shape], "float32");
  }
}

function flat(inputs: ModelInputs): FlatInputs {
  const graphs = new Map<string, FlatGraph>();
  const tensors = new Map<string, FlatArray>();
  for (const [name, input] of Object.entries(inputs)) {
    if (input instanceof Graph) {
      const { topology, nodes, edges } = input;
      graphs.set(name, { topology, nodes: arrays(nodes), edges: arrays(edges) });
    } else tensors.set(name, array(input));
  }
  return { graphs, tensors };
}

function arrays(features: Readonly<Record<string, Tensor>>): ReadonlyMap<string, FlatArray> {
  return new Map(Object.entries(features).map(([name, tensor]) => [name, array(tensor)]));
}

function array(tensor: Tensor): FlatArray {
  return { shape: tensor.shape, data: tensor.dataSync() as Float32Array | Int32Array };
}
