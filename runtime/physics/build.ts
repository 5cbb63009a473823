/** From the parameters of a generated model to an engine for its network. */
import { SgnnError } from "../error.js";
import type { Parameter } from "../layers/parameter.js";
import type { Precision } from "./kernels.js";
import type { NetworkStep } from "./network.js";
import { plainEngine } from "./plain.js";
import { separableEngine } from "./separable.js";
import type { SolverEngine } from "./solver-engine.js";
import type { LinkSpec, NetworkSpec, ProblemSpec } from "./spec.js";

/** Where each parameter lies in the flat array that optimisers work on. */
export interface Layout {
  readonly size: number;
  readonly offsets: ReadonlyMap<string, number>;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export function layoutOf(parameters: readonly Pick<Parameter, "path" | "shape">[]): Layout {
  const offsets = new Map<string, number>();
  const shapes = new Map<string, readonly number[]>();
  let size = 0;
  for (const { path, shape } of parameters) {
    offsets.set(path, size);
    shapes.set(path, shape);
    size += shape.reduce((product, one) => product * one, 1);
  }
  return { size, offsets, shapes };
}

/**
 * An engine for the network of a solver.
 * @throws SgnnError R351 when the model has no parameters at a path of the network
 */
export function buildEngine(
  problem: ProblemSpec,
  network: NetworkSpec,
  layout: Layout,
  precision: Precision,
): SolverEngine {
  const scales = problem.variables.map(({ low, high }) => ({
    middle: (low + high) / 2,
    half: (high - low) / 2,
  }));
  const chains = network.chains.map((chain) => stepsOf(chain, layout));
  if (network.readout === undefined) {
    const steps = chains[0] ?? [];
    return plainEngine({ inputs: scales, steps }, layout.size, precision);
  }
  const shapes = chains.map((steps, k) => ({ inputs: [scales[k]!], steps }));
  return separableEngine(shapes, denseAt(network.readout, layout), layout.size, precision);
}

function stepsOf(chain: readonly LinkSpec[], layout: Layout): NetworkStep[] {
  let width = 0;
  return chain.map((link) => {
    if ("activation" in link) return { type: "activation", kind: link.activation, width };
    const step = denseAt(link.dense, layout);
    width = step.outputs;
    return step;
  });
}

function denseAt(path: string, { offsets, shapes }: Layout): NetworkStep & { type: "dense" } {
  const weight = offsets.get(`${path}.weight`);
  const bias = offsets.get(`${path}.bias`);
  const [inputs, outputs] = shapes.get(`${path}.weight`) ?? [];
  if (weight === undefined || bias === undefined || inputs === undefined || outputs === undefined) {
    throw new SgnnError({
      code: "R351",
      message: `the model has no Dense at ${path}`,
      why: "The network of a solver is found by the paths of its layers.",
      fix: "Compile the source again.",
    });
  }
  return { type: "dense", inputs, outputs, weight, bias };
}
