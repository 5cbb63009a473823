/**
 * The published width in training and on disk: steps of Adam on two clouds of 1,024 points, k 20, and the files of the
 * weights. Processor time, one thread; memory is the most that the process has held so far, in a process of its own for
 * each network.
 */
import { fileURLToPath } from "node:url";
import { dist, load } from "../common/compile.mjs";
import { median } from "../common/side.mjs";

const [name, points, steps] = process.argv.slice(2);
const tf = await import("@tensorflow/tfjs-core");
const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
setThreadsCount(1);
const { useBackend } = await dist("runtime/tensor/backend.js");
await useBackend("wasm");
const sg = await dist("runtime/index.js");
const { createOptimizer } = await dist("runtime/train/optimizers.js");
const { hasSigns, writePacked } = await dist("runtime/export/packed.js");
const { writeSafetensors } = await dist("runtime/export/safetensors.js");
const { modelWeights } = await dist("runtime/export/weights.js");

const { models } = await load(fileURLToPath(new URL("dgcnn.sgnn", import.meta.url)));
const model = new models[name](new sg.Scope({ seed: 1 }));
const count = Number(points);
const rng = sg.Rng.of(1, "clouds");
const x = tf.tensor2d(
  Float32Array.from({ length: 6 * count }, () => (rng.integer(2048) - 1024) / 1024),
  [2 * count, 3],
);
const g = sg.createGraph({
  edgeIndex: { sources: [], targets: [] },
  nodes: { x },
  graphPtr: [0, count, 2 * count],
});
const labels = tf.tensor1d([1, 2], "float32");
const optimizer = createOptimizer({ name: "adam", args: { rate: 1e-3 } });
const losses = [];
const times = [];
for (let step = 0; step < Number(steps); step++) {
  const start = process.cpuUsage();
  const run = sg.createRun({ training: true, seed: 1, epoch: 1, step });
  const { value, gradients } = sg.gradients(
    () => sg.neg(sg.mean(sg.pick(sg.logSoftmax(model.forward({ g }, run)), labels))),
    model.parameters(),
  );
  for (const parameter of model.parameters()) {
    const gradient = gradients.get(parameter.path);
    if (gradient === undefined) continue;
    optimizer.step(parameter, gradient, 1, 1);
    parameter.project();
    gradient.dispose();
  }
  losses.push(value.dataSync()[0]);
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
}
const weights = modelWeights(model);
const bytes = hasSigns(model)
  ? writePacked(model, weights, {}).byteLength
  : writeSafetensors(weights, { format: "sgnn-weights-1" }).byteLength;
console.log(
  JSON.stringify({
    ...{ losses, bytes, step: median(times.slice(1)) },
    memory: process.resourceUsage().maxRSS * 1024,
  }),
);
