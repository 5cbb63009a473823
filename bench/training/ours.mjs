// Our side of the group `training`.
// Usage: node ours.mjs <backend> <data folder>
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, load } from "../common/compile.mjs";
import { serve } from "../common/protocol.mjs";

const [backend, folder] = process.argv.slice(2);
const tf = await import("@tensorflow/tfjs-core");
const sg = await dist("runtime/index.js");
const info = await sg.useBackend(backend);
const { models, experiments } = await load(fileURLToPath(new URL("models.sgnn", import.meta.url)));

function linearLif() {
  const model = new models.LinearLIF(new sg.Scope({ seed: 0 }));
  const x = tf.randomNormal([500, 16, 512]);
  const cotangent = tf.randomNormal([500, 16, 512]);
  const variables = model.parameters().map((parameter) => parameter.value);
  const forward = () => model.forward({ x }, sg.createRun({ training: true }));
  return () => {
    const { value, grads } = tf.engine().gradients(forward, variables, cotangent);
    finish([value, ...grads]);
  };
}

/** Reads the results, so that nothing is still under way when the clock stops. */
function finish(tensors) {
  for (const tensor of tensors) {
    tensor.dataSync();
    tensor.dispose();
  }
}

/** A training step as runtime/train/trainer.ts does it. */
async function training(name, file) {
  const experiment = experiments.get(name);
  const session = await sg.openSession(experiment, {
    seed: 0,
    baseFolder: folder,
    dataFile: join(folder, file),
  });
  const optimizer = sg.createOptimizer(experiment.train.optimize[0]);
  const [batch] = session.batches("train");
  let epoch = 0;
  return () => {
    const run = sg.createRun({ training: true, seed: 0, epoch: ++epoch });
    const parameters = session.model.parameters();
    const { value, gradients } = sg.gradients(() => session.forward(batch, run).loss, parameters);
    for (const parameter of parameters) {
      const gradient = gradients.get(parameter.path);
      const values = Float32Array.from(parameter.value.dataSync());
      optimizer.update(parameter.path, values, gradient.dataSync(), 1);
      gradient.dispose();
      parameter.set(values);
    }
    finish([value]);
  };
}

async function sparseProduct() {
  const { sparseDenseProduct } = await dist("runtime/kernels/index.js");
  const { createTopology } = await dist("runtime/graph/topology.js");
  const random = sg.Rng.of(0, "bench");
  const list = () =>
    Int32Array.from({ length: 100_000 }, () => Math.floor(random.uniform() * 10_000));
  const topology = createTopology({ sources: list(), targets: list() }, 10_000);
  const x = tf.randomNormal([10_000, 128]);
  const product = { matrix: topology.incidence, steps: 1, heads: 1, weightSteps: 1 };
  return () => {
    const y = sparseDenseProduct(x, undefined, product);
    finish([tf.slice(y, [0, 0], [1, 1])]);
    y.dispose();
  };
}

await serve(info.versions, {
  "linear + LIF, per step": linearLif,
  "linear + LIF, fused": linearLif,
  GCN: () => training("TwoGCN", "cora.npz"),
  GAT: () => training("TwoGAT", "cora.npz"),
  "SAGE + LIF": () => training("SpikingSAGE", "amazon_photo.npz"),
  "sparse product": sparseProduct,
});
