/** Small networks with keyed random parameters, for tests of jets. */
import { beforeAll, describe, expect } from "vitest";
import { jetAddon, jetAddonInUse } from "../../runtime/physics/native.js";
import { nativeEntries, useBackend } from "../../runtime/tensor/backend.js";
import type { NetworkShape, NetworkStep, SmoothActivation } from "../../runtime/physics/network.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

export interface TestNetwork {
  readonly shape: NetworkShape;
  readonly parameters: Float64Array;
}

/** Dense layers of the given widths with the activations between; lists of activations are applied in turn. */
export function network(
  widths: readonly number[],
  activations: readonly (readonly SmoothActivation[])[],
  seed = 1,
  scale = { middle: 0, half: 1 },
): TestNetwork {
  const steps: NetworkStep[] = [];
  let next = 0;
  widths.slice(1).forEach((outputs, k) => {
    const inputs = widths[k]!;
    steps.push({ type: "dense", inputs, outputs, weight: next, bias: next + inputs * outputs });
    next += (inputs + 1) * outputs;
    if (k + 2 < widths.length) {
      for (const kind of activations[k % activations.length]!) {
        steps.push({ type: "activation", kind, width: outputs });
      }
    }
  });
  const rng = Rng.of(seed, "test network");
  const parameters = Float64Array.from({ length: next }, () => Math.fround(rng.normal(0, 0.5)));
  return { shape: { inputs: Array.from({ length: widths[0]! }, () => scale), steps }, parameters };
}

/** `count` points in [-1, 1), by variable. */
export function points(variables: number, count: number, seed = 2): Float64Array[] {
  const rng = Rng.of(seed, "test points");
  return Array.from({ length: variables }, () =>
    Float64Array.from({ length: count }, () => rng.uniform(-1, 1)),
  );
}

/** Runs a group of tests with the kernels in WebAssembly, and with those built for this processor where they are. */
export function onBothKernels(body: () => void): void {
  describe("in WebAssembly", () => {
    beforeAll(async () => {
      await useBackend("cpu");
    });
    body();
  });
  const isBuilt = nativeEntries().length > 0 && jetAddon() !== undefined;
  describe.skipIf(!isBuilt)("built for this processor (skipped without `npm run native`)", () => {
    beforeAll(async () => {
      await useBackend("tensorflow");
      expect(jetAddonInUse()).toBeDefined();
    });
    body();
  });
}
