/** The factors of one axis of a separable network: their derivatives at the points of the axis, and the way back. */
import { JetPass, type JetEngine } from "./engine.js";
import { derivative } from "./multi-index.js";

export class AxisFactors {
  private readonly pass: JetPass;
  /** Derivative m of factor r at point i: values[m][r * length + i]. */
  values: readonly Float64Array[] = [];
  /** Gradient of the loss by `values`; add to it, then call `backward`. */
  gradients: readonly Float64Array[] = [];
  private axis = new Float64Array(0);

  constructor(
    private readonly engine: JetEngine,
    private readonly order: number,
    readonly rank: number,
  ) {
    const jet = Array.from({ length: order + 1 }, (_, m) => derivative(m));
    this.pass = new JetPass(engine, jet, 64);
  }

  get length(): number {
    return this.axis.length;
  }

  /** Evaluates the factors at the points of an axis. */
  forward(axis: Float64Array): void {
    const { order, rank, pass } = this;
    if (axis.length !== this.axis.length || this.values.length === 0) {
      const make = (): Float64Array[] =>
        Array.from({ length: order + 1 }, () => new Float64Array(rank * axis.length));
      this.values = make();
      this.gradients = make();
    }
    this.axis = Float64Array.from(axis);
    for (const gradient of this.gradients) gradient.fill(0);
    for (let from = 0; from < axis.length; from += pass.block) {
      const count = pass.load([axis], from);
      pass.forward();
      this.values.forEach((values, m) => {
        for (let r = 0; r < rank; r++) {
          const found = pass.outputs[r * (order + 1) + m]!;
          for (let p = 0; p < count; p++) values[r * axis.length + from + p] = found[p]!;
        }
      });
    }
  }

  /** Adds the gradient of the parameters for `gradients`. */
  backward(): void {
    const { axis, order, rank, pass } = this;
    for (let from = 0; from < axis.length; from += pass.block) {
      // Passes of other terms share no state with this one, but its own block may have been overwritten.
      const count = pass.load([axis], from);
      pass.forward();
      this.gradients.forEach((gradients, m) => {
        for (let r = 0; r < rank; r++) {
          const to = pass.outputGradients[r * (order + 1) + m]!;
          to.fill(0);
          for (let p = 0; p < count; p++) to[p] = gradients[r * axis.length + from + p]!;
        }
      });
      pass.backward();
    }
  }

  /** Memory that this axis holds, in bytes. */
  get bytes(): number {
    return this.engine.memory.buffer.byteLength + 16 * (this.order + 1) * this.rank * this.length;
  }
}
