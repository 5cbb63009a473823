import { describe, expect, it } from "vitest";
import { calibrate, solveInPlace } from "../../runtime/conversion/calibrate.js";
import { chainValues, dense, relativeError, type Chain } from "../../runtime/conversion/chain.js";
import { convertChain, thresholdGrid } from "../../runtime/conversion/convert-chain.js";
import { designs } from "../../runtime/conversion/designs.js";
import { judgeConversion, judgeQuantised } from "../../runtime/conversion/judge.js";
import { retrained } from "../../runtime/conversion/retrain.js";
import { simulate } from "../../runtime/conversion/simulate.js";
import { largestOfDigits, scaleOf } from "../../runtime/conversion/spiking.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { expectClose } from "../runtime/closeness.js";

const rng = Rng.of(1, "conversion test");
function chain(widths: readonly number[]): Chain {
  return widths.slice(1).map((outputs, k) => {
    const inputs = widths[k]!;
    return {
      ...{ inputs, outputs },
      weight: Float64Array.from({ length: inputs * outputs }, () =>
        rng.normal(0, 1 / Math.sqrt(inputs)),
      ),
      bias: Float64Array.from({ length: outputs }, () => rng.normal(0, 0.3)),
      activation: k + 2 < widths.length ? ("tanh" as const) : undefined,
    };
  });
}
const net = chain([2, 12, 12, 1]);
const inputs = (count: number): Float64Array =>
  Float64Array.from({ length: 2 * count }, () => rng.uniform(-2, 2));
const calibration = inputs(200);
const test = inputs(100);
const samples = { calibration, test, exact: undefined };
const named = (name: string): (typeof designs)[number] => designs.find((one) => one.name === name)!;

describe("spiking neurons", () => {
  it("the two-threshold neuron, by hand: z = 0.6, thresholds 1 and -1, four steps", () => {
    const one = (value: number): Float64Array => Float64Array.of(value);
    const scale = { centre: one(0), step: one(1), high: one(1), low: one(-1) };
    const layer = {
      inputs: 1,
      outputs: 1,
      weight: one(1),
      bias: one(0),
      activation: "tanh" as const,
    };
    const layers = [{ ...layer, scale, potential: undefined }];
    const spiking = {
      rule: "two-threshold" as const,
      layers,
      steps: 4,
      levels: 1,
      ratio: 1,
      margin: 1,
    };
    // 0.6, 1.2 -> spike, 0.8, 1.4 -> spike: two spikes in four steps.
    const { means, emissions } = simulate(spiking, one(0.6));
    expect([means[0]![0], emissions[0]]).toEqual([0.5, 2]);
    expect(simulate(spiking, one(-0.6)).means[0]![0]).toBe(-0.5);
    // The half step: thresholds 1 and 0 add 1/8 at each of four steps.
    const raised = [{ ...layers[0]!, scale: { ...scale, low: one(0) } }];
    expect(simulate({ ...spiking, layers: raised }, one(0.15)).means[0]![0]).toBe(0.25);
  });

  it("activation on the mean follows any activation, with an error that falls like 1/T", () => {
    const wanted = chainValues(net, test).after.at(-1)!;
    const error = (steps: number): number => {
      const spiking = convertChain(net, named("activation on the mean"), steps, calibration);
      return relativeError(simulate(spiking, test).means.at(-1)!, wanted);
    };
    const [few, many] = [error(16), error(256)];
    expect(few).toBeLessThan(0.25);
    expect(many).toBeLessThan(few / 6);
  });

  it("thresholds on a grid bring every layer nearer to the network on the calibration inputs", () => {
    const some = calibration.slice(0, 2 * 96);
    const wanted = chainValues(net, some).after;
    const errorOf = (name: string): { first: number; steps: readonly (number | undefined)[] } => {
      const spiking = convertChain(net, named(name), 16, calibration);
      const first = relativeError(simulate(spiking, some).means[0]!, wanted[0]!);
      return { first, steps: spiking.layers.map(({ scale }) => scale?.step[0]) };
    };
    const range = errorOf("two thresholds (Zhang et al.)");
    const grid = errorOf("two thresholds on a grid, bias and potential");
    expect(grid.first).toBeLessThan(range.first);
    const shares = grid.steps.map((step, k) => step! / range.steps[k]!);
    for (const share of shares) {
      expect(thresholdGrid.some((one) => Math.abs(one - share) < 1e-12)).toBe(true);
    }
    expect(shares.some((share) => Math.abs(share - 1) > 0.1)).toBe(true);
  });

  it("radix spikes reach in 16 steps what plain spikes do not in 32", () => {
    const row = (name: string, steps: number): ReturnType<typeof judgeConversion> =>
      judgeConversion(net, convertChain(net, named(name), steps, calibration), name, samples);
    const radix = row("radix (ours)", 16);
    const plain = row("activation on the mean", 32);
    expect(radix.againstNetwork).toBeLessThan(plain.againstNetwork);
    expect(radix.rateTimesSteps).toBeLessThan(plain.rateTimesSteps * 1.2);
  });

  it("digits, by hand: 2/3 of the range in four steps is 7 of 10, or 8 - 1", () => {
    expect([1, 2, 3, 4, 5].map(largestOfDigits)).toEqual([1, 2, 5, 10, 21]);
    const one = (value: number): Float64Array => Float64Array.of(value);
    const scale = { centre: one(0), step: one(1), high: one(1), low: one(-1) };
    const layer = { inputs: 1, outputs: 1, weight: one(1), bias: one(0) } as const;
    const spiking = {
      rule: "digits" as const,
      layers: [{ ...layer, activation: "tanh" as const, scale, potential: undefined }],
      ...{ steps: 4, levels: 1, ratio: 1, margin: 1 },
    };
    const seen: number[] = [];
    const x = one(Math.atanh(2 / 3));
    const { means, emissions } = simulate(spiking, x, (_k, _t, spikes) => seen.push(spikes[0]!));
    expect(seen).toEqual([0.8, 0, 0, -0.1]);
    expect([means[0]![0], emissions[0]]).toEqual([0.8 - 0.1, 2]);
  });

  it("digits are off by half of the last one at most, and a third of the steps has a spike", () => {
    const goal = chainValues(net, test);
    for (const steps of [4, 9, 14]) {
      const spiking = convertChain(net, named("digits (ours)"), steps, test);
      const { means, emissions } = simulate(spiking, test);
      const { step } = spiking.layers[0]!.scale!;
      means[0]!.forEach((value, k) => {
        const size = step[k % 12]! / largestOfDigits(steps);
        expect(Math.abs(value - goal.after[0]![k]!)).toBeLessThanOrEqual(size / 2 + 1e-12);
      });
      expect(emissions[0]! / steps).toBeLessThan(1 / 3 + 1 / steps);
    }
  });

  it("scales see a layer or each neuron, the whole range or a percentile", () => {
    const values = Float64Array.of(-1, 0, 0, 2, 1, 4, 100, 6);
    const all = { per: "neuron", centred: true, percentile: 1, levels: 2 } as const;
    expect(scaleOf(values, 2, all)).toEqual({
      high: Float64Array.of(100, 6),
      low: Float64Array.of(-1, 0),
      centre: Float64Array.of(49.5, 3),
      step: Float64Array.of(25.25, 1.5),
    });
    const layer = scaleOf(values, 2, { ...all, per: "layer", centred: false });
    expect([...layer.high, ...layer.low, ...layer.step]).toEqual([100, 100, -1, -1, 50, 50]);
    expect(scaleOf(values, 2, { ...all, percentile: 0.4 }).high[0]).toBe(1);
  });
});

describe("calibration", () => {
  it("of bias and weights brings the two-threshold network nearer to the network", () => {
    const wanted = chainValues(net, test).after.at(-1)!;
    const plain = convertChain(
      net,
      { ...named("two thresholds (Zhang et al.)"), spikingReadout: false },
      32,
      calibration,
    );
    const error = (what: Parameters<typeof calibrate>[3]): number =>
      relativeError(simulate(calibrate(plain, net, calibration, what), test).means.at(-1)!, wanted);
    expect(error(["weights"])).toBeLessThan(error([]) / 2);
    expect(error(["bias"])).toBeLessThan(error([]));
    expect(error(["potential"])).toBeLessThan(error([]));
  });

  it("training again in spikes brings few steps nearer to the network, on inputs it never saw", () => {
    const design = { ...named("centred per neuron, weights (ours)") };
    const plain = convertChain(net, design, 4, calibration);
    const wanted = chainValues(net, test).after.at(-1)!;
    const error = (one: typeof plain): number =>
      relativeError(simulate(one, test).means.at(-1)!, wanted);
    expect(error(retrained(plain, net, calibration))).toBeLessThan(0.95 * error(plain));
  });

  it("solves symmetric systems", () => {
    const a = Float64Array.of(4, 2, 0, 2, 5, 1, 0, 1, 3);
    const b = Float64Array.of(8, 1, 17, 2, 11, 3);
    const x = b.slice();
    solveInPlace(a.slice(), x, 3, 2);
    const layer = {
      inputs: 3,
      outputs: 2,
      weight: x,
      bias: new Float64Array(2),
      activation: undefined,
    };
    expectClose(dense(a, layer), b, { rtol: 1e-12, atol: 1e-12 });
  });
});

describe("the comparison", () => {
  it("bounds the error of every design by its local errors", () => {
    for (const design of designs.filter((one) => !one.isRetrained)) {
      const row = judgeConversion(
        net,
        convertChain(net, design, 24, calibration),
        design.name,
        samples,
      );
      expect(row.error, design.name).toBeLessThanOrEqual(row.bound * (1 + 1e-9));
      expect(row.localErrors).toHaveLength(3);
      for (const rate of row.rates) expect(rate).toBeLessThanOrEqual(design.scale.levels);
      expect(row.rateTimesSteps).toBeLessThanOrEqual(24 * design.scale.levels);
    }
  });

  it("the quantised rivals get better with every bit, and are the network at many", () => {
    const rows = judgeQuantised(net, { ...samples, calibration: test }, [3, 5, 8, 16]);
    for (const rounded of ["all", "activations"]) {
      const own = rows.filter((row) => row.rounded === rounded);
      const errors = own.map((row) => row.againstNetwork);
      expect([...errors].sort((a, b) => b - a)).toEqual(errors);
      expect(errors[3]).toBeLessThan(1e-3);
    }
  });

  it("digits are as exact as activations with as many bits, by neuron, and weights in full", () => {
    const inRange = { ...samples, calibration: test };
    const bits = judgeQuantised(net, inRange, [8]).find((row) => row.rounded === "activations")!;
    const spiking = convertChain(net, named("digits (ours)"), 8, test);
    const { againstNetwork } = judgeConversion(net, spiking, "digits", inRange);
    expect(againstNetwork / bits.againstNetwork).toBeGreaterThan(0.5);
    expect(againstNetwork / bits.againstNetwork).toBeLessThan(1.5);
  });
});
