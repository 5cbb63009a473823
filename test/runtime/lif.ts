/** Neurons written by hand, in the form that the compiler generates. */
import * as sg from "../../runtime/index.js";

/** v = beta v + input; spike at v >= threshold (atan surrogate); soft reset; emits 1. */
export const lif: sg.NeuronDefinition = sg.defineNeuron({
  name: "LIF",
  inputs: ["input"],
  parameters: [
    {
      name: "beta",
      learn: true,
      per: "channel",
      initial: sg.constant(0.9),
      range: { low: 0, high: 1, lowOpen: false, highOpen: false },
    },
    { name: "threshold", learn: false, per: "shared", initial: sg.constant(1) },
  ],
  states: ["v"],
  emits: "spike",
  forward: forwardLif,
  backward: backwardLif,
});

function forwardLif(loop: sg.NeuronLoop): number {
  const { steps, units, channels, output } = loop;
  let count = 0;
  const [input] = loop.inputs as [Float32Array];
  const [inputStride] = loop.inputStride as [number];
  const [beta, threshold] = loop.parameters as [Float32Array, Float32Array];
  const [betaStride, thresholdStride] = loop.parameterStride as [number, number];
  const [v] = loop.trace as [Float32Array];
  for (let m = 0; m < units; m++) {
    const c = m % channels;
    const b = beta[c * betaStride]!;
    const limit = threshold[c * thresholdStride]!;
    let state = 0;
    for (let t = 0; t < steps; t++) {
      const at = t * units + m;
      v[at] = state;
      state = b * state + input[t * inputStride + m]!;
      const spike = state >= limit ? 1 : 0;
      output[at] = spike;
      count += spike;
      if (spike) state -= limit;
    }
    v[steps * units + m] = state;
  }
  return count;
}

function backwardLif(loop: sg.NeuronLoopGradient): void {
  const { steps, units, channels, outputGradient, spikesGradient } = loop;
  const [input] = loop.inputs as [Float32Array];
  const [inputStride] = loop.inputStride as [number];
  const [beta, threshold] = loop.parameters as [Float32Array, Float32Array];
  const [betaStride, thresholdStride] = loop.parameterStride as [number, number];
  const [v] = loop.trace as [Float32Array];
  const [inputGradient] = loop.inputGradients as [Float32Array];
  const [betaGradient, thresholdGradient] = loop.parameterGradients as [Float64Array, Float64Array];
  for (let m = 0; m < units; m++) {
    const c = m % channels;
    const b = beta[c * betaStride]!;
    const limit = threshold[c * thresholdStride]!;
    let after = 0;
    for (let t = steps - 1; t >= 0; t--) {
      const at = t * units + m;
      const before = v[at]!;
      const membrane = b * before + input[t * inputStride + m]!;
      const spike = membrane >= limit ? 1 : 0;
      // v' = membrane - spike * limit
      const dSpike = outputGradient[at]! + spikesGradient - after * limit;
      const scaled = Math.PI * (membrane - limit);
      const dMargin = dSpike / (1 + scaled * scaled);
      const dMembrane = after + dMargin;
      thresholdGradient[c * thresholdStride]! += -dMargin - after * spike;
      betaGradient[c * betaStride]! += dMembrane * before;
      inputGradient[t * inputStride + m]! += dMembrane;
      after = dMembrane * b;
    }
  }
}

/** u = decay u + a * b; emits tanh(u): smooth, with two inputs, so gradients can be checked. */
export const integrator: sg.NeuronDefinition = sg.defineNeuron({
  name: "Integrator",
  inputs: ["a", "b"],
  parameters: [
    { name: "decay", learn: true, per: "channel", initial: sg.uniform(0.5, 0.9) },
    { name: "gain", learn: true, per: "shared", initial: sg.constant(0.7) },
  ],
  states: ["u"],
  emits: "real",
  spikes: false,
  forward(loop) {
    const { steps, units, channels, output } = loop;
    const [a, b] = loop.inputs as [Float32Array, Float32Array];
    const [aStride, bStride] = loop.inputStride as [number, number];
    const [decay, gain] = loop.parameters as [Float32Array, Float32Array];
    const [u] = loop.trace as [Float32Array];
    for (let m = 0; m < units; m++) {
      let state = 0;
      for (let t = 0; t < steps; t++) {
        u[t * units + m] = state;
        state = decay[m % channels]! * state + a[t * aStride + m]! * b[t * bStride + m]!;
        output[t * units + m] = gain[0]! * Math.tanh(state);
      }
      u[steps * units + m] = state;
    }
    return 0;
  },
  backward(loop) {
    const { steps, units, channels, outputGradient } = loop;
    const [a, b] = loop.inputs as [Float32Array, Float32Array];
    const [aStride, bStride] = loop.inputStride as [number, number];
    const [decay, gain] = loop.parameters as [Float32Array, Float32Array];
    const [u] = loop.trace as [Float32Array];
    const [aGradient, bGradient] = loop.inputGradients as [Float32Array, Float32Array];
    const [decayGradient, gainGradient] = loop.parameterGradients as [Float64Array, Float64Array];
    for (let m = 0; m < units; m++) {
      let after = 0;
      for (let t = steps - 1; t >= 0; t--) {
        const y = Math.tanh(u[(t + 1) * units + m]!);
        const dy = outputGradient[t * units + m]!;
        gainGradient[0]! += dy * y;
        const du = after + dy * gain[0]! * (1 - y * y);
        decayGradient[m % channels]! += du * u[t * units + m]!;
        aGradient[t * aStride + m]! += du * b[t * bStride + m]!;
        bGradient[t * bStride + m]! += du * a[t * aStride + m]!;
        after = du * decay[m % channels]!;
      }
    }
  },
});
