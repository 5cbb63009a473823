/** The Neuron class with loops written by hand. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { describeOracles, Oracle } from "../conformance/oracles.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";
import { integrator, lif } from "./lif.js";

const rng = sg.Rng.of(21, "neurons");
const random = (...shape: number[]): Tensor =>
  tf.tensor(rng.normals(shape.reduce((a, b) => a * b, 1)), shape);

onEveryBackend(() => {
  test("a neuron integrates, fires, and resets", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 1 });
      const neuron = new sg.Neuron(scope.child("h.lif"), lif, { channels: 2 }, { beta: 0.5 });
      // Two units over three steps: 0.6 -> 0.9 -> 1.05 fires and leaves 0.05; 2 fires at once.
      const x = tf.tensor2d([
        [0.6, 2],
        [0.6, 0],
        [0.6, 0],
      ]);
      const run = sg.createRun();
      const y = neuron.forward([x], run, { steps: 3 });
      expect([...y.dataSync()]).toEqual([0, 1, 0, 0, 1, 0]);
      expect(y.shape).toEqual([3, 2]);
      expect(run.activity.entries.map(({ path, fraction }) => [path, fraction])).toEqual([
        ["h.lif", 2 / 6],
      ]);
      expectClose(sg.spikeRate(run).dataSync(), [2 / 6]);
      expect([...scope.parameters.keys()]).toEqual(["h.lif.beta"]);
      scope.dispose();
    });
  });

  test("an input of any rank, held or not, with a batch of rows", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 1 });
      const neuron = new sg.Neuron(scope.child("n"), lif, { channels: 4 });
      const x = random(3, 2, 4);
      const held = neuron.forward([x], sg.createRun(), { steps: 5, held: [true] });
      const timed = neuron.forward([sg.hold(x, 5)], sg.createRun(), { steps: 5 });
      expect(held.shape).toEqual([15, 2, 4]);
      expect([...held.dataSync()]).toEqual([...timed.dataSync()]);
      const loss = (options: sg.NeuronOptions, v: Tensor): Tensor =>
        tf.sum(tf.mul(neuron.forward([v], sg.createRun(), options), sg.hold(x, 5)));
      const a = tf.grad((v: Tensor) => loss({ steps: 5, held: [true] }, v))(x);
      const b = tf.grad((v: Tensor) => loss({ steps: 5 }, sg.hold(v, 5)))(x);
      expectClose(a.dataSync(), b.dataSync());
      scope.dispose();
    });
  });

  test("gradients of several inputs and of parameters, against finite differences", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 4 });
      const neuron = new sg.Neuron(scope.child("n"), integrator, { channels: 3 });
      const a = random(8, 3);
      const b = random(2, 3);
      const weight = random(8, 3);
      const loss = (x: Tensor, y: Tensor): Tensor =>
        tf.sum(
          tf.mul(neuron.forward([x, y], sg.createRun(), { steps: 4, held: [false, true] }), weight),
        );
      const inputs = tf.grads(loss)([a, b]);
      const { gradients } = sg.gradients(() => loss(a, b), [...scope.parameters.values()]);
      const differences = (
        values: Float32Array,
        evaluate: (moved: Float32Array) => number,
      ): Float32Array =>
        values.map((value, k) => {
          const at = (shift: number): number => {
            const moved = values.slice();
            moved[k] = value + shift;
            return evaluate(moved);
          };
          return (at(0.01) - at(-0.01)) / 0.02;
        });
      const floats = (t: Tensor): Float32Array => Float32Array.from(t.dataSync());
      const tolerance = { rtol: 1e-2, atol: 1e-2 };
      expectClose(
        inputs[0]!.dataSync(),
        differences(floats(a), (v) => loss(tf.tensor(v, a.shape), b).dataSync()[0]!),
        tolerance,
      );
      expectClose(
        inputs[1]!.dataSync(),
        differences(floats(b), (v) => loss(a, tf.tensor(v, b.shape)).dataSync()[0]!),
        tolerance,
      );
      for (const [path, parameter] of scope.parameters) {
        const kept = floats(parameter.value);
        const estimate = differences(kept, (v) => {
          parameter.set(v);
          return loss(a, b).dataSync()[0]!;
        });
        parameter.set(kept);
        expectClose(gradients.get(path)!.dataSync(), estimate, { ...tolerance, what: path });
      }
      scope.dispose();
    });
  });

  test("the firing fraction is differentiable through the surrogate", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 1 });
      const neuron = new sg.Neuron(scope.child("n"), lif, { channels: 2 });
      const x = tf.tensor2d([[0.4, 1.3]]);
      const gradient = tf.grad((v: Tensor) => {
        const run = sg.createRun();
        neuron.forward([v], run);
        return sg.spikeRate(run);
      })(x);
      const surrogate = (v: number): number => 1 / (1 + (Math.PI * (v - 1)) ** 2);
      expectClose(gradient.dataSync(), [surrogate(0.4) / 2, surrogate(1.3) / 2]);
      scope.dispose();
    });
  });

  test("two gradients of one forward pass, and a gradient under another tape", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 4 });
      const neuron = new sg.Neuron(scope.child("n"), integrator, { channels: 3 });
      const a = random(8, 3);
      const b = random(8, 3);
      const loss = (x: Tensor): Tensor =>
        tf.sum(tf.square(neuron.forward([x, b], sg.createRun(), { steps: 4 })));
      const plain = tf.grad(loss)(a).dataSync();
      // The inner gradient is taken while the outer tape records; then the outer pass goes through too.
      const outer = tf.grad((x: Tensor) => {
        const inner = tf.grad(loss)(x);
        expectClose(inner.dataSync(), plain);
        return sg.add(loss(x), tf.mul(0, tf.sum(x)));
      })(a);
      expectClose(outer.dataSync(), plain);
      const { forward } = integrator;
      let calls = 0;
      const counted = new sg.Neuron(
        scope.child("m"),
        { ...integrator, forward: (loop) => (calls++, forward(loop)) },
        { channels: 3 },
      );
      const twice = tf.grad((x: Tensor) => {
        const y = counted.forward([x, b], sg.createRun(), { steps: 4 });
        return tf.sum(sg.mul(y, y));
      });
      twice(a);
      twice(a);
      expect(calls).toBe(2);
      scope.dispose();
    });
  });

  test("mistakes are told", () => {
    const scope = new sg.Scope({ seed: 1 });
    const neuron = new sg.Neuron(scope.child("n"), lif, { channels: 3 });
    const x = tf.zeros([4, 3]);
    expect(() => neuron.forward([x, x], sg.createRun())).toThrow(/R143.*2 inputs/);
    expect(() => neuron.forward([x], sg.createRun(), { steps: 3 })).toThrow(/over 3 steps/);
    expect(() => neuron.forward([tf.zeros([4, 2])], sg.createRun())).toThrow(/R143/);
    expect(() => new sg.Neuron(scope.child("m"), lif, { channels: 1 }, { beta: 2 })).toThrow(
      /R142.*beta = 2/,
    );
    expect(() => new sg.Neuron(scope.child("m"), lif, { channels: 1 }, { tau: 2 })).toThrow(/R142/);
    expect(() => new sg.Neuron(scope.child("n"), lif, { channels: 1 })).toThrow(/R140.*n\.beta/);
    x.dispose();
    scope.dispose();
  });

  test("no rows", () => {
    tf.tidy(() => {
      const scope = new sg.Scope({ seed: 1 });
      const neuron = new sg.Neuron(scope.child("n"), lif, { channels: 3 });
      const run = sg.createRun();
      expect(neuron.forward([tf.zeros([0, 3])], run, { steps: 4 }).shape).toEqual([0, 3]);
      expect(run.activity.rate).toBe(0);
      scope.dispose();
    });
  });
});

describeOracles("a neuron by hand against SpikingJelly", () => {
  onEveryBackend(() => {
    test.each([
      ["neuron_spikingjelly_lif_soft_atan", 0.75, 0.8],
      ["neuron_spikingjelly_if_soft", 1, 1],
    ])("%s", (name, beta, threshold) => {
      const oracle = new Oracle(name);
      tf.tidy(() => {
        const scope = new sg.Scope({ seed: 1 });
        const [steps, rows, channels] = oracle.shape("in.x") as [number, number, number];
        const neuron = new sg.Neuron(scope.child("n"), lif, { channels }, { beta, threshold });
        const cotangent = oracle.tensor("cotangent");
        const forward = (x: Tensor): Tensor =>
          sg.splitTime(neuron.forward([sg.joinTime(x)], sg.createRun(), { steps }), steps);
        const x = oracle.tensor("in.x");
        const y = forward(x);
        expect(y.shape).toEqual([steps, rows, channels]);
        expect([...y.dataSync()]).toEqual([...oracle.floats("out.spikes")]);
        const gradient = tf.grad((v: Tensor) => tf.sum(tf.mul(forward(v), cotangent)))(x);
        expectClose(gradient.dataSync(), oracle.floats("grad.x"), { rtol: 1e-3 });
        scope.dispose();
      });
    });
  });
});
