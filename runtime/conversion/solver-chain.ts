/** The chain of a trained solver, and the points at which its conversion is calibrated and judged. */
import type { NdArray } from "../data/ndarray.js";
import { SgnnError } from "../error.js";
import { judgingPoints, placed } from "../physics/points.js";
import type { SolverExperiment, TermSpec } from "../physics/spec.js";
import { Rng } from "../tensor/random/rng.js";
import { chainValues, type Chain, type ChainLayer } from "./chain.js";
import type { Samples } from "./judge.js";

/**
 * A plain solver as a chain of the unscaled variables; the scale of the inputs is folded into the first layer.
 * @throws SgnnError R360 for a separable solver, R361 for activations that follow one another
 */
export function solverChain(
  { network, problem, name }: SolverExperiment,
  weights: ReadonlyMap<string, NdArray>,
): Chain {
  if (network.readout !== undefined) {
    throw new SgnnError({
      code: "R360",
      message: `${name} is separable, not one chain of layers`,
      why: "Its outputs are products of networks, and spikes of two factors do not multiply.",
      fix: "Convert a solver that is one plain network.",
    });
  }
  const layers: ChainLayer[] = [];
  for (const link of network.chains[0] ?? []) {
    if ("dense" in link) {
      const weight = weights.get(`${link.dense}.weight`);
      const bias = weights.get(`${link.dense}.bias`);
      if (weight === undefined || bias === undefined) throw notAChain(name);
      layers.push({
        inputs: weight.shape[0]!,
        outputs: weight.shape[1]!,
        weight: Float64Array.from(weight.data, Number),
        bias: Float64Array.from(bias.data, Number),
        activation: undefined,
      });
      continue;
    }
    const last = layers.pop();
    if (last === undefined || last.activation !== undefined) throw notAChain(name);
    layers.push({ ...last, activation: link.activation });
  }
  const [first, ...rest] = layers;
  if (first === undefined || layers.at(-1)?.activation !== undefined) throw notAChain(name);
  const { weight, outputs } = first;
  const bias = first.bias.slice();
  const scaled = weight.map((value, k) => {
    const { low, high } = problem.variables[Math.floor(k / outputs)]!;
    const half = (high - low) / 2;
    bias[k % outputs]! -= (value * (low + high)) / (2 * half);
    return value / half;
  });
  return [{ ...first, weight: scaled, bias }, ...rest];
}

function notAChain(name: string): SgnnError {
  return new SgnnError({
    code: "R361",
    message: `${name} is not a chain of Dense layers with one activation between`,
    why: "A spiking neuron stands for one activation after one Dense layer; the last layer has none.",
    fix: "Convert a solver of this form.",
  });
}

/** Rows of variables from columns. */
function rowsOf(columns: readonly Float64Array[]): Float64Array {
  const count = columns[0]?.length ?? 0;
  const rows = new Float64Array(count * columns.length);
  columns.forEach((column, v) => {
    for (let p = 0; p < count; p++) rows[p * columns.length + v] = column[p]!;
  });
  return rows;
}

/** Calibration points inside the domain, other points to judge at, and the first field as the solver means it. */
export function solverSamples(
  { problem }: SolverExperiment,
  counts: { readonly calibration: number; readonly test: number },
): Samples {
  const [field = "u"] = problem.fields;
  const interior = { sites: ["everywhere"] } as unknown as TermSpec;
  const method = { name: "sobol", args: {} };
  const rng = Rng.of(0, "calibration points");
  const calibration = rowsOf(placed(problem, interior, method, counts.calibration, rng)[0]!);
  const test = rowsOf(judgingPoints(problem, counts.test));
  const variables = problem.variables.length;
  const outputs = problem.fields.length;
  const exact = problem.exact?.[field];
  const ansatz = problem.enforced?.[field];
  const pointOf = (p: number): number[] => [...test.subarray(p * variables, (p + 1) * variables)];
  const total = test.length / variables;
  return {
    calibration,
    test,
    exact: exact && Float64Array.from({ length: total }, (_, p) => exact(...pointOf(p))),
    field: (raw) =>
      Float64Array.from({ length: total }, (_, p) => {
        const own = raw.subarray(p * outputs, (p + 1) * outputs);
        return ansatz === undefined ? own[0]! : ansatz(...pointOf(p), ...own);
      }),
  };
}

/** Error of the network itself against the exact solution, and of a network that says 0. */
export function controls(
  chain: Chain,
  { test, field }: Samples,
): { readonly network: Float64Array; readonly zero: Float64Array } {
  const raw = chainValues(chain, test).after.at(-1)!;
  const view = field ?? ((all: Float64Array): Float64Array => all);
  return { network: view(raw), zero: view(new Float64Array(raw.length)) };
}
