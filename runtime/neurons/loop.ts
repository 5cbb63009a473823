/**
 * What a neuron's two generated loops work on: flat arrays, time-major. Value of unit m at step t is at
 * t * units + m; the channel of unit m is m % channels. Arrays may be views of larger buffers.
 */
export interface NeuronLoop {
  readonly steps: number;
  /** rows * channels per step. */
  readonly units: number;
  readonly channels: number;
  /** inputs[k][t * inputStride[k] + m]; the stride is `units`, or 0 for an input held constant in time. */
  readonly inputs: readonly Float32Array[];
  readonly inputStride: readonly number[];
  /** parameters[p][c * parameterStride[p]]; the stride is 1 per channel, 0 for a shared one. */
  readonly parameters: readonly Float32Array[];
  readonly parameterStride: readonly number[];
  /** [steps * units]; written by forward. */
  readonly output: Float32Array;
  /**
   * Per state, its value at the START of each step, [(steps + 1) * units]; the last slice is the final
   * state. Written by forward, slice 0 included.
   */
  readonly trace: readonly Float32Array[];
}

/** The backward loop sees the inputs and the trace of the forward loop, not what that wrote elsewhere. */
export interface NeuronLoopGradient extends Omit<NeuronLoop, "output"> {
  /** d loss / d output, [steps * units]. */
  readonly outputGradient: Float32Array;
  /**
   * d loss / d (spike above + spike below), both 0/1 indicators, the same for every step and unit: added to the
   * gradient of each indicator before the surrogate. It comes from the firing fraction.
   */
  readonly spikesGradient: number;
  /** Same layout as `inputs` (stride 0: accumulated over time); zero on entry. */
  readonly inputGradients: readonly Float32Array[];
  /** [channels] per channel or [1] shared; zero on entry; accumulate with +=. */
  readonly parameterGradients: readonly Float64Array[];
}
