/**
 * A separable solver in spikes. Its output is a product of networks, so spikes of one step must not be multiplied: only
 * digits fit, whose layers hand on finished values. The product itself stays in numbers.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../data/ndarray.js";
import { setWeights } from "../export/weights.js";
import { createRun } from "../layers/run.js";
import { Scope } from "../layers/scope.js";
import type { Model } from "../layers/layer.js";
import type { SolverExperiment } from "../physics/spec.js";
import type { ModelInputs } from "../data/batch.js";
import { relativeError } from "./chain.js";
import { convertSubject, type ModelRow } from "./model.js";
import { solverSamples } from "./solver-chain.js";

/** Rows with the metric `relative_l2` where there is an exact solution; see `convertSubject`. */
export function convertSeparable(
  solver: SolverExperiment,
  weights: { readonly tensors: ReadonlyMap<string, NdArray>; readonly label: string },
  options: {
    readonly steps: readonly number[];
    readonly bits: readonly number[];
    readonly counts: { readonly calibration: number; readonly test: number };
  },
): readonly ModelRow[] {
  const model = solver.create(new Scope({ seed: 0 })) as unknown as Model<ModelInputs>;
  try {
    setWeights(model, weights.tensors, weights.label);
    const samples = solverSamples(solver, options.counts);
    const { exact, field } = samples;
    const fieldOf = (output: Float32Array): Float64Array => field!(Float64Array.from(output));
    return convertSubject(
      {
        name: solver.name,
        each: (part, use) => use(() => outputAt(model, solver, samples[part])),
        metrics: ([output]): Record<string, number> =>
          exact === undefined ? {} : { relative_l2: relativeError(fieldOf(output!), exact) },
        view: (output) => Float32Array.from(fieldOf(output)),
        rules: ["digits"],
      },
      options,
    );
  } finally {
    model.dispose();
  }
}

/** The output at rows of points, one input for each variable. */
function outputAt(
  model: Model<ModelInputs>,
  { problem }: SolverExperiment,
  points: Float64Array,
): Float32Array {
  const { variables } = problem;
  const count = points.length / variables.length;
  return tf.tidy(() => {
    const inputs = variables.map(({ name }, v) => {
      const column = Float32Array.from(
        { length: count },
        (_, p) => points[p * variables.length + v]!,
      );
      return [name, tf.tensor2d(column, [count, 1])] as const;
    });
    const output = model.forward(Object.fromEntries(inputs), createRun({ training: false }));
    return Float32Array.from(output.dataSync());
  });
}
