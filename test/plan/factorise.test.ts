/** The factorised edge convolution has the values and gradients of the one on edges. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";
import { expectClose } from "../runtime/closeness.js";

beforeAll(async () => {
  await sg.useBackend("cpu");
});

const source =
  "model Net(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> EdgeConv<4>(g) }\n";

test("EdgeConv: output, gradient in x and in w, with a node that nothing enters", async () => {
  const module = await compileModule(source);
  const Net = module["Net"] as new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;
  const model = new Net(new sg.Scope({ seed: 2 }));
  const [w] = model.parameters();
  const ends = [0, 1, 2, 2, 3, 0, 1, 1, 2, 0, 0, 2, 1, 1];
  const { topology } = sg.createGraph({ edgeIndex: ends, nodeCount: 5 });
  const x = tf.randomNormal([5, 3], 0, 1, "float32", 4);
  const cotangent = tf.randomNormal([5, 4], 0, 1, "float32", 5);
  const graphOf = (values: tf.Tensor): sg.Graph => new sg.Graph(topology, { x: values }, {});
  const planned = (values: tf.Tensor): tf.Tensor =>
    model.forward({ g: graphOf(values) }, sg.createRun());
  const onEdges = (values: tf.Tensor): tf.Tensor => {
    const g = graphOf(values);
    const [xi, xj] = [sg.target(g, values), sg.source(g, values)];
    const messages = sg.relu(sg.matMul(sg.concat(xi, sg.sub(xj, xi)), w!.value));
    return sg.aggregate(g, messages, ["max"]);
  };
  expectClose(planned(x).dataSync(), [...onEdges(x).dataSync()], { what: "output" });
  expect([...planned(x).dataSync()].slice(-4)).toEqual([0, 0, 0, 0]);
  const loss = (f: typeof planned) => (values: tf.Tensor) => tf.sum(tf.mul(f(values), cotangent));
  const inX = (f: typeof planned): number[] => [...tf.grad(loss(f))(x).dataSync()];
  expectClose(inX(planned), inX(onEdges), { what: "gradient in x" });
  const inW = (f: typeof planned): number[] => [
    ...sg
      .gradients(() => loss(f)(x), model.parameters())
      .gradients.get(w!.path)!
      .dataSync(),
  ];
  expectClose(inW(planned), inW(onEdges), { what: "gradient in w" });
  expect(w!.path).toMatch(/w$/);
});

test("weights that are signs: real rows meet their difference, signs stay whole", async () => {
  const module = await compileModule(`layer Signed<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: sign[2 * in, out] = glorot
  return gather max over j -> i { concat(x[i], x[j] - x[i]) @ w }
}
model Net(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> Signed<4>(g) }
`);
  const Net = module["Net"] as new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;
  const model = new Net(new sg.Scope({ seed: 2 }));
  const [w] = model.parameters();
  const { topology } = sg.createGraph({
    edgeIndex: [0, 1, 2, 2, 3, 0, 1, 1, 2, 0, 0, 2, 1, 1],
    nodeCount: 4,
  });
  // Multiples of 1 / 64: every sum is exact, whatever its order.
  const x = tf.div(tf.round(tf.randomUniform([4, 3], -64, 64, "float32", 4)), 64);
  const g = new sg.Graph(topology, { x }, {});
  const planned = model.forward({ g }, sg.createRun());
  const signs = tf.tensor2d(
    [...w!.value.dataSync()].map((value) => (value < 0 ? -1 : 1)),
    [6, 4],
  );
  const [xi, xj] = [sg.target(g, x), sg.source(g, x)];
  const onEdges = sg.matMul(sg.concat(xi, sg.sub(xj, xi)), signs);
  expect([...planned.dataSync()]).toEqual([...sg.aggregate(g, onEdges, ["max"]).dataSync()]);
});

test("XorEdgeConv: copied signs meet their weights on the nodes, with the same values and gradients", async () => {
  const module = await compileModule(`layer Xor<out>(x: sign[N, in], g: graph) -> real[N, out] {
  param w: sign[2 * in, out] = glorot
  return gather max over j -> i { concat(-x[j] * x[i], x[i]) @ w }
}
model Net(g: graph(x: real[N, 3])) -> real[N, 4] { return g.x |> sign |> Xor<4>(g) }
`);
  const Net = module["Net"] as new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;
  const model = new Net(new sg.Scope({ seed: 2 }));
  const [w] = model.parameters();
  const ends = [0, 1, 2, 2, 3, 0, 1, 1, 2, 0, 0, 2, 1, 1];
  const { topology } = sg.createGraph({ edgeIndex: ends, nodeCount: 4 });
  const x = tf.randomUniform([4, 3], -1, 1, "float32", 4);
  const cotangent = tf.randomNormal([4, 4], 0, 1, "float32", 5);
  const modes: readonly sg.BinaryMode[] = [
    { activations: "sign", weights: "sign" },
    { activations: "tanh", weights: "real" },
  ];
  for (const binary of modes) {
    const run = sg.createRun({ binary });
    const graphOf = (values: tf.Tensor): sg.Graph => new sg.Graph(topology, { x: values }, {});
    const planned = (values: tf.Tensor): tf.Tensor => model.forward({ g: graphOf(values) }, run);
    const onEdges = (values: tf.Tensor): tf.Tensor => {
      const g = graphOf(values);
      const s = sg.sign(values, run);
      const [si, sj] = [sg.target(g, s), sg.source(g, s)];
      const joined = sg.concat(sg.mul(sg.neg(sj), si), si);
      return sg.aggregate(g, sg.matMul(joined, sg.signs(w!, run)), ["max"]);
    };
    const [output, expected] = [planned(x), onEdges(x)].map((one) => [...one.dataSync()]);
    if (binary.weights === "sign") expect(output).toEqual(expected);
    expectClose(output!, expected!, { what: "output" });
    const loss = (f: typeof planned) => (values: tf.Tensor) => tf.sum(tf.mul(f(values), cotangent));
    const inX = (f: typeof planned): number[] => [...tf.grad(loss(f))(x).dataSync()];
    // Among equal products of signs either form passes the gradient to the same neighbour.
    expectClose(inX(planned), inX(onEdges), { what: "gradient in x" });
    const inW = (f: typeof planned): number[] => [
      ...sg
        .gradients(() => loss(f)(x), model.parameters())
        .gradients.get(w!.path)!
        .dataSync(),
    ];
    expectClose(inW(planned), inW(onEdges), { what: "gradient in w" });
  }
});
