/** Signs of activations and weights on every backend, in every stage of a conversion. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { ndarray } from "../../runtime/data/ndarray.js";
import * as sg from "../../runtime/index.js";
import type { Model, Scope } from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";
import { onEveryBackend, read } from "../runtime/backends.js";

const stage = (activations: sg.ActivationMode, weights: sg.WeightMode): sg.Run =>
  sg.createRun({ training: true, binary: { activations, weights } });

onEveryBackend(() => {
  test("sign of 0 is +1, also of -0, and the gradient passes up to and including 1", () => {
    const x = tf.tensor1d([-1.5, -1, -1e-30, -0, 0, 1, 1.25]);
    expect(read(sg.sign(x))).toEqual([-1, -1, -1, 1, 1, 1, 1]);
    const gradient = tf.tidy(() => tf.grad((v: Tensor) => tf.sum(tf.mul(sg.sign(v), 2)))(x));
    expect(read(gradient)).toEqual([0, 2, 2, 2, 2, 2, 0]);
    x.dispose();
  });

  test("a stage with tanh activations is smooth, one with real ones the identity", () => {
    const x = tf.tensor1d([-2, 0.5]);
    const smooth = read(sg.sign(x, stage("tanh", "real")));
    expect(smooth[0]).toBeCloseTo(Math.tanh(-2), 5);
    expect(smooth[1]).toBeCloseTo(Math.tanh(0.5), 5);
    expect(read(sg.sign(x, stage("real", "real")))).toEqual([-2, 0.5]);
    x.dispose();
  });

  test("a sign weight keeps latent values in [-1, 1], and the optimiser moves those", () => {
    const scope = new sg.Scope({ seed: 1 });
    const weight = scope.parameter("w", [4], () => Float32Array.of(-3, -0.2, 0, 0.7), {
      kind: "sign",
    });
    const latent = [-1, Math.fround(-0.2), 0, Math.fround(0.7)];
    expect([...weight.value.dataSync()]).toEqual(latent);
    expect([...sg.signs(weight, stage("sign", "sign")).dataSync()]).toEqual([-1, -1, 1, 1]);
    expect([...sg.signs(weight, stage("sign", "real")).dataSync()]).toEqual(latent);
    const factors = tf.tensor1d([1, 2, 3, 4]);
    const { value, gradients } = sg.gradients(
      () => tf.sum(tf.mul(sg.signs(weight, stage("sign", "sign")), factors)),
      [weight],
    );
    expect([...gradients.get("w")!.dataSync()]).toEqual([1, 2, 3, 4]);
    tf.dispose([value, factors, gradients.get("w")!]);
    weight.set(Float32Array.of(5, -5, 0.5, -0.5));
    weight.project();
    expect([...weight.value.dataSync()]).toEqual([1, -1, 0.5, -0.5]);
    scope.dispose();
  });
});

test("BiGCN on a path of three nodes by hand", async () => {
  await sg.useBackend("cpu");
  const { BiGCNNet } = (await compileModule(`
model BiGCNNet(g: graph(x: real[N, 2])) -> real[N, 1] {
  return g.x |> BiGCN<1>(g)
}`)) as { BiGCNNet: new (scope: Scope) => Model<{ g: sg.Graph }> };
  const model = new BiGCNNet(new sg.Scope({ seed: 1 }));
  sg.setWeights(
    model,
    new Map([["output.weight", ndarray([2, 1], Float32Array.of(0.5, -0.25))]]),
    "by hand",
  );
  const g = sg.createGraph({
    edgeIndex: { sources: [0, 1, 1, 2], targets: [1, 0, 2, 1] },
    nodes: { x: tf.tensor2d([1, 3, -2, 2, 4, -4], [3, 2]) },
  });
  // sign(x) sign(W) = 0, -2, 2; row means of |x| are 2, 2, 4; the mean of |W| is 0.375.
  const h = [0, -2 * 2 * 0.375, 2 * 4 * 0.375];
  const [a, b, c] = h as [number, number, number];
  const root6 = Math.sqrt(6);
  const expected = [a / 2 + b / root6, a / root6 + b / 3 + c / root6, b / root6 + c / 2];
  const output = [...model.forward({ g }, sg.createRun()).dataSync()];
  output.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5));
});
