// Our side of the group `kernels`. Usage: node ours.mjs <backend>
import { readFileSync } from "node:fs";
import { dist } from "../common/compile.mjs";
import { serve } from "../common/protocol.mjs";

const [backend] = process.argv.slice(2);
const s = JSON.parse(readFileSync(new URL("sizes.json", import.meta.url), "utf8"));
const tf = await import("@tensorflow/tfjs-core");
const sg = await dist("runtime/index.js");
const kernels = await dist("runtime/kernels/index.js");
const { attentionScores } = await dist("runtime/kernels/attention.js");
const { createTopology } = await dist("runtime/graph/topology.js");
// The dense product that layers and their gradients run.
const { product: dense } = await dist("runtime/tensor/gradients/products.js");
const info = await sg.useBackend(backend);

const random = sg.Rng.of(0, "bench");
const list = () =>
  Int32Array.from({ length: s.edges }, () => Math.floor(random.uniform() * s.nodes));
const topology = createTopology({ sources: list(), targets: list() }, s.nodes);
const { incidence, byTarget, bySource } = topology;

/** A work that makes tensors, which are freed at once. */
function freed(inputs, run) {
  const work = () => tf.dispose(run(...inputs));
  work.dispose = () => tf.dispose(inputs);
  return work;
}
const normal = (...shape) => tf.randomNormal(shape);
const nodes = () => normal(s.nodes, s.width);
const product = (matrix, heads = 1) => ({ matrix, steps: 1, heads, weightSteps: 1 });
const nodeRows = () => normal(s.nodes, s.edgeWidth);
const perEdge = () => normal(s.edges, s.edgeWidth);
const A = () => normal(s.rows, s.features);
const B = () => normal(s.features, s.features);
const flat = () => normal(s.elements / 1024, 1024);

function adam() {
  const optimizer = sg.createOptimizer({ name: "adam", args: {} });
  const values = Float32Array.from({ length: s.parameters }, () => random.uniform());
  const parameter = new sg.Parameter("w", [s.parameters], values);
  const gradient = tf.sub(tf.randomUniform([s.parameters]), 0.5);
  return () => optimizer.step(parameter, gradient, 1);
}

function signs() {
  const size = s.bits ** 2;
  const make = () =>
    sg.packSigns(
      Float32Array.from({ length: size }, () => random.uniform() - 0.5),
      s.bits,
      s.bits,
    );
  const [x, w] = [make(), make()];
  return () => sg.bitProduct(x, w);
}

function derivative(f) {
  return freed([flat(), flat()], (x, dy) => {
    const { value, grads } = tf.engine().gradients(() => f(x), [x], dy);
    return [value, ...grads];
  });
}

const run = sg.createRun({ training: true, seed: 0 });
await serve(info.versions, {
  "sparse product": () =>
    freed([nodes()], (x) => kernels.sparseDenseProduct(x, undefined, product(incidence))),
  "sparse product, transposed": () =>
    freed([nodes()], (x) =>
      kernels.sparseDenseProduct(x, undefined, product(incidence.transposed)),
    ),
  "sparse product, weighted": () =>
    freed([nodes(), normal(s.edges, 1)], (x, w) =>
      kernels.sparseDenseProduct(x, w, product(incidence)),
    ),
  "sampled product": () =>
    freed([nodes(), nodes()], (left, right) =>
      kernels.sampledProduct(left, right, product(incidence)),
    ),
  "gather rows": () =>
    freed([normal(s.nodes, s.edgeWidth)], (x) => kernels.gatherRows(x, bySource, 1)),
  "scatter-add rows": () => freed([perEdge()], (x) => kernels.segmentSum(x, bySource, 1)),
  "segment sum": () => freed([perEdge()], (x) => kernels.segmentSum(x, byTarget, 1)),
  "segment mean": () =>
    freed([perEdge()], (x) => kernels.segmentSum(x, byTarget, 1, byTarget.inverseSizes)),
  "segment max": () => freed([perEdge()], (x) => kernels.segmentExtreme(x, byTarget, 1, 1)),
  "attention scores": () =>
    freed([nodeRows(), nodeRows(), normal(s.edgeWidth)], (t, other, w) =>
      attentionScores(t, other, w, { matrix: incidence, steps: 1, heads: s.heads, slope: 0.2 }),
    ),
  "segment softmax": () =>
    freed([normal(s.edges, s.heads)], (x) => kernels.segmentSoftmax(x, byTarget, 1)),
  "dense product A B": () => freed([A(), B()], (a, b) => dense(a, b)),
  "dense product A B^T": () => freed([A(), B()], (a, b) => dense(a, b, false, true)),
  "dense product A^T B": () => freed([A(), A()], (a, b) => dense(a, b, true, false)),
  relu: () => freed([flat()], (x) => sg.relu(x)),
  tanh: () => freed([flat()], (x) => sg.tanh(x)),
  "tanh, derivative": () => derivative(sg.tanh),
  dropout: () => freed([flat()], (x) => sg.dropout(x, 0.5, run)),
  Adam: adam,
  "product of signs": signs,
});
