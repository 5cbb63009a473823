/** The update of Adam on every backend: the bits of its reference, and of an optimiser over plain arrays. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { adamUpdate } from "../../runtime/kernels/adam.js";
import { adam, type AdamStep } from "../../runtime/kernels/reference/adam.js";
import { Parameter } from "../../runtime/layers/parameter.js";
import { clipFactor, clipGradients, createOptimizer } from "../../runtime/train/optimizers.js";
import { onEveryBackend, read } from "./backends.js";

const rng = sg.Rng.of(41, "adam");
const numbers = (size: number): Float32Array => Float32Array.from(rng.normals(size));
const bits = (tensor: Tensor): Float32Array => Float32Array.from(read(tensor));

const plain: AdamStep = {
  ...{ rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correction: 0.5 },
  ...{ penalty: 0, shrink: 1, scale: 1 },
};
const cases: [string, AdamStep][] = [
  ["plain", plain],
  ["with a penalty", { ...plain, penalty: 5e-4 }],
  ["with decoupled decay and clipping", { ...plain, shrink: 0.999, scale: 0.3 }],
  ["with other moments", { ...plain, beta1: 0, beta2: 0.5, epsilon: 0.1 }],
];

onEveryBackend(() => {
  describe.each([0, 1, 2, 3, 4, 5, 7, 8, 63, 1001])("%i values", (size) => {
    test.each(cases)("%s: as the reference, arguments unchanged", (_name, step) => {
      const from = { values: numbers(size), first: numbers(size), second: numbers(size) };
      from.second.forEach((v, k) => (from.second[k] = k % 3 === 0 ? 0 : v * v));
      // A gradient of 0 where the moments are 0 too.
      const gradient = numbers(size).map((g, k) => (k % 5 === 0 ? 0 : g));
      const to = {
        values: new Float32Array(size).fill(NaN),
        first: new Float32Array(size).fill(NaN),
        second: new Float32Array(size).fill(NaN),
      };
      adam(from, gradient, to, step);
      const inputs = [from.values, gradient, from.first, from.second].map((x) => tf.tensor1d(x));
      const made = adamUpdate(inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!, step);
      expect(made.values.shape).toEqual([size]);
      expect(bits(made.values)).toEqual(to.values);
      expect(bits(made.first)).toEqual(to.first);
      expect(bits(made.second)).toEqual(to.second);
      expect(bits(inputs[0]!)).toEqual(from.values);
      expect(bits(inputs[1]!)).toEqual(gradient);
      expect(bits(inputs[2]!)).toEqual(from.first);
      expect(bits(inputs[3]!)).toEqual(from.second);
    });
  });

  describe.each(["adam", "adamw", "sgd"])("%s over several steps", (name) => {
    const call = { name, args: { rate: 0.1, decay: 0.01 } };
    const shape = [3, 5];

    test("the bits of plain arrays, with clipping, a schedule and weights read in between", () => {
      const values = numbers(15);
      const parameter = new Parameter("w", shape, values.slice());
      const [onHost, onBackend] = [createOptimizer(call), createOptimizer(call)];
      for (let step = 1; step <= 4; step++) {
        const gradient = numbers(15);
        const tensor = tf.tensor(gradient, shape);
        const clipped = gradient.slice();
        const norm = clipGradients(new Map([["w", clipped]]), 1);
        onHost.update("w", values, clipped, 1 / step);
        onBackend.step(parameter, tensor, 1 / step, clipFactor(norm, 1));
        tensor.dispose();
        expect(parameter.value.shape).toEqual(shape);
        // A native operation takes the values out of our memory.
        expect(read(tf.add(parameter.value, 0))).toEqual([...values]);
      }
      expect(onBackend.slots.get("w")!.steps).toBe(4);
      expect(onBackend.slots.get("w")!.moments).toEqual(onHost.slots.get("w")!.moments);
      onBackend.dispose();
      parameter.dispose();
    });

    test("state can be put back, and no tensor is left", () => {
      const before = tf.memory().numTensors;
      const start = numbers(15);
      const parameters = [0, 1].map(() => new Parameter("w", shape, start));
      const [whole, first, second] = [1, 2, 3].map(() => createOptimizer(call));
      const gradients = [1, 2, 3].map(() => tf.tensor(numbers(15), shape));
      for (const gradient of gradients) whole!.step(parameters[0]!, gradient, 1);
      first!.step(parameters[1]!, gradients[0]!, 1);
      for (const [path, { steps, moments }] of first!.slots) {
        second!.slots.set(path, { steps, moments: { ...moments } });
      }
      first!.dispose();
      for (const gradient of gradients.slice(1)) second!.step(parameters[1]!, gradient, 1);
      expect(parameters[1]!.value.dataSync()).toEqual(parameters[0]!.value.dataSync());
      expect(second!.slots.get("w")!.moments).toEqual(whole!.slots.get("w")!.moments);
      for (const one of [whole!, second!, ...parameters]) one.dispose();
      tf.dispose(gradients);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
