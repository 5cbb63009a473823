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

/** 5 % of spikes, the same ones as in peer.py: Lehmer's generator with multiplier 16807. */
function spikeTrain() {
  let state = 1;
  const spikes = Float32Array.from({ length: 500 * 16 * 512 }, () => {
    state = (state * 16807) % 2147483647;
    return state < 0.05 * 2147483647 ? 1 : 0;
  });
  return tf.tensor(spikes, [500, 16, 512]);
}

function linearLif(name, x) {
  const model = new models[name](new sg.Scope({ seed: 0 }));
  const cotangent = tf.randomNormal([500, 16, 512]);
  const variables = model.parameters().map((parameter) => parameter.value);
  const forward = () => model.forward({ x }, sg.createRun({ training: true }));
  return () => {
    const { value, grads } = tf.engine().gradients(forward, variables, cotangent);
    value.dispose();
    finish(grads);
  };
}

const linearNormal = () => linearLif("LinearLIF", tf.randomNormal([500, 16, 512]));
const linearSpikes = () => linearLif("SpikeLIF", spikeTrain());

/** Reads the results, so that nothing is still under way when the clock stops. */
function finish(tensors) {
  for (const tensor of tensors) {
    tensor.dataSync();
    tensor.dispose();
  }
}

/** A training step as runtime/train/trainer.ts does it: with all of one graph, or with the next batch of a collection. */
async function training(experiment, file) {
  const session = await sg.openSession(experiment, {
    seed: 0,
    baseFolder: folder,
    dataFile: join(folder, file),
  });
  const optimizer = sg.createOptimizer(experiment.train.optimize[0]);
  const { train: units } = session.split;
  const size = experiment.train.batch ?? units.length;
  const steps = Math.floor(units.length / size);
  let order = units;
  let step = 0;
  return () => {
    const at = step % steps;
    if (at === 0 && size < units.length) {
      order = sg.Rng.of(0, "shuffle", step)
        .permutation(units.length)
        .map((k) => units[k]);
    }
    const { batch, kept } = session.batch(order.subarray(at * size, (at + 1) * size));
    const run = sg.createRun({ training: true, seed: 0, epoch: ++step });
    const parameters = session.model.parameters();
    const { value, gradients } = sg.gradients(() => session.forward(batch, run).loss, parameters);
    for (const parameter of parameters) {
      const gradient = gradients.get(parameter.path);
      optimizer.step(parameter, gradient, 1);
      gradient.dispose();
    }
    finish([value]);
    if (!kept) batch.dispose();
  };
}

async function grains() {
  const file = "../../examples/hvs-gnn/hvs-gnn.sgnn";
  const { experiments: all } = await load(fileURLToPath(new URL(file, import.meta.url)));
  return training(all.get("Vanilla"), "terfenol_magnetostriction.npz");
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
  "linear + LIF, per step": linearNormal,
  "linear + LIF, fused": linearNormal,
  "linear + LIF on spikes, per step": linearSpikes,
  "linear + LIF on spikes, fused": linearSpikes,
  GCN: () => training(experiments.get("TwoGCN"), "cora.npz"),
  GAT: () => training(experiments.get("TwoGAT"), "cora.npz"),
  "SAGE + LIF": () => training(experiments.get("SpikingSAGE"), "amazon_photo.npz"),
  "sparse product": sparseProduct,
  "HVS-GNN": grains,
});
