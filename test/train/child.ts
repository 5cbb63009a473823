/** Trains in a process of its own, to be killed: child.js BACKEND DATA_FOLDER RUN_FOLDER EPOCHS */
import { useBackend, type BackendName } from "../../runtime/tensor/backend.js";
import { train } from "../../runtime/train/trainer.js";
import { writeGraphs } from "./data.js";
import { regressor } from "./models.js";

const [backend, data, folder, epochs] = process.argv.slice(2);
if (backend === undefined || data === undefined) throw new Error("arguments are missing");
const info = await useBackend(backend as BackendName);
const result = await train(regressor(writeGraphs(data), { epochs: Number(epochs) }), {
  seed: 3,
  baseFolder: data,
  folder,
  resume: true,
  backend: info,
  checkpointSeconds: 0,
  onProgress: (event) => void process.stdout.write(`${event.epoch}\n`),
});
process.stdout.write(`${result.status}\n`);
