/** Separable networks; see below. */
import { SgnnError } from "../error.js";
import type { Precision } from "./kernels.js";
import type { NetworkShape, NetworkStep } from "./network.js";
import type { SolverEngine } from "./solver-engine.js";

export function separableEngine(
  _axes: readonly NetworkShape[],
  _readout: NetworkStep & { type: "dense" },
  _parameterCount: number,
  _precision: Precision,
): SolverEngine {
  throw new SgnnError({ code: "R352", message: "separable", why: "", fix: "" });
}
