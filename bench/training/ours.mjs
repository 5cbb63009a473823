// Our side of bench/training.mjs: one process per backend, the protocol of peer.py.
// Usage: node ours.mjs <backend> <data folder>
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [backend, folder] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);

const tf = await import("@tensorflow/tfjs-core");
const sg = await dist("runtime/index.js");
const info = await sg.useBackend(backend);
const { models, experiments } = await load(here("models.sgnn"));

/** Compiles a file and imports what it exports. */
async function load(file) {
  const { compileSource } = await dist("compiler/index.js");
  const { toJavaScript } = await dist("compiler/emit/javascript.js");
  const source = readFileSync(file, "utf8");
  const host = { read: () => undefined };
  const { text } = await compileSource({ file, source, host, hash: "", version: "" });
  const runtime = new URL("../../dist/runtime/index.js", import.meta.url).href;
  const javascript = (await toJavaScript(text)).replace('"sgnn/runtime"', JSON.stringify(runtime));
  const module = await import(`data:text/javascript,${encodeURIComponent(javascript)}`);
  return { models: module, experiments: new Map(module.experiments.map((one) => [one.name, one])) };
}

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

const works = {
  "linear + LIF, per step": linearLif,
  "linear + LIF, fused": linearLif,
  GCN: () => training("TwoGCN", "cora.npz"),
  GAT: () => training("TwoGAT", "cora.npz"),
  "SAGE + LIF": () => training("SpikingSAGE", "amazon_photo.npz"),
  "sparse product": sparseProduct,
};

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ node: process.version, ...info.versions });
const made = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const at = line.lastIndexOf(" ");
  const [name, count] = [line.slice(0, at), Number(line.slice(at + 1))];
  if (!made.has(name)) {
    made.clear();
    made.set(name, await works[name]());
    made.get(name)();
  }
  const step = made.get(name);
  const start = performance.now();
  for (let k = 0; k < count; k++) step();
  say({
    ms: (performance.now() - start) / count,
    peak: process.resourceUsage().maxRSS / 1024,
    tensors: tf.memory().numTensors,
  });
}
