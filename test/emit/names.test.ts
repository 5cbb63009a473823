/** Names of the generated code that could hide each other. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";

const SOURCE = `function twice(x: real[N, d]) -> real[N, d] {
  return x + x
}
layer Both<out>(x: real[N, in]) -> real[N, out] {
  param a, b: real[in, out] = ones
  let first  = x @ a * twice(x @ b)
  let twice1 = x @ b
  return first + twice(twice1) * twice(twice1)
}
layer Named(x: real[N, in]) -> real[N, in] {
  let twice = twice(x)
  return twice + 1
}
model Net(x: real[N, 2]) -> real[N, 2] {
  return x |> Named |> Both<2>
}`;

test("a value called like a function does not hide the function", async () => {
  await sg.useBackend("cpu");
  const { Net } = (await compileModule(SOURCE)) as Record<
    string,
    new (scope: sg.Scope) => sg.Model<{ x: tf.Tensor }>
  >;
  const model = new Net!(new sg.Scope({ seed: 1 }));
  const x = tf.tensor([[1, 2]]);
  // Named: [3, 5]; x @ ones = 8; 8 * 16 + 16 * 16.
  const output = model.forward({ x }, sg.createRun({ training: false }));
  expect([...output.dataSync()]).toEqual([384, 384]);
});
