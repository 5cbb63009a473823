/**
 * A product 1024 -> 1024 on a batch of 64 rows of spikes: listing the events and adding rows (WebAssembly), beside
 * the backend's own dense product (nothing read back), our dense WebAssembly product, and the whole call of the
 * inference plan (input copied in, product, bias). All in turn in this process, on one thread; times are of the
 * processor. Usage: node products.mjs <backend> <share of spikes> <rounds>
 */
import { dist } from "../common/compile.mjs";
import { median } from "../common/side.mjs";

const ROWS = 64;
const WIDTH = 1024;
const CALLS = 8;
const DENSE = `model Net(x: spike[N, ${WIDTH}]) -> real[N, ${WIDTH}] { return x |> Dense<${WIDTH}> }\n`;

async function products(backend, share, rounds) {
  const tf = await import("@tensorflow/tfjs-core");
  const { useBackend } = await dist("runtime/tensor/backend.js");
  const { Engine, initialWeights, wasmKernels } = await dist("runtime/inference/index.js");
  const { checkSource } = await dist("compiler/compile.js");
  const { plan } = await dist("compiler/plan/index.js");
  const { inferenceModule } = await dist("compiler/emit/inference.js");
  const info = await useBackend(backend);
  const checked = checkSource({ file: "net.sgnn", source: DENSE, host: { read: () => undefined } });
  const text = inferenceModule(plan(checked.program), { version: "", sourceFile: "", hash: "" });
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const weights = initialWeights(module.plans.Net, 1);
  const engine = new Engine(module, module.plans.Net, weights, { kernels: wasmKernels });
  const places = [ROWS * WIDTH, WIDTH * WIDTH, ROWS * WIDTH, ROWS + 4, ROWS * WIDTH];
  const own = wasmKernels.open(places.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  const [ownX, ownW, ownY, pointers, columns] = places.map((size, k) => {
    const List = k < 3 ? Float32Array : Int32Array;
    const list = new List(own.buffer, 4 * offset, k === 3 ? ROWS + 1 : size);
    offset += size;
    return list;
  });
  const weight = [...weights].find(([path]) => path.endsWith("weight"))[1];
  ownW.set(weight.data);
  const w = tf.tensor(weight.data, [WIDTH, WIDTH]);
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const data = Float32Array.from({ length: ROWS * WIDTH }, () => (random() < share ? 1 : 0));
  const inputs = { graphs: new Map(), tensors: new Map([["x", { shape: [ROWS, WIDTH], data }]]) };
  ownX.set(data);
  const x = tf.tensor(data, [ROWS, WIDTH]);
  const events = { pointers, columns };
  const works = {
    events: () => {
      own.list(ownX, ROWS, WIDTH, events);
      own.events(ownX, events, true, ownW, ownY, ROWS, WIDTH, WIDTH);
    },
    backend: () => tf.dispose(tf.matMul(x, w)),
    dense: () => own.dense(ownX, ownW, ownY, ROWS, WIDTH, WIDTH),
    plan: () => engine.run(inputs),
  };
  const times = {};
  for (let k = -3; k < rounds; k++) {
    for (const [name, work] of Object.entries(works)) {
      const start = process.cpuUsage();
      for (let n = 0; n < CALLS; n++) work();
      const { user, system } = process.cpuUsage(start);
      if (k >= 0) (times[name] ??= []).push((user + system) / 1000 / CALLS);
    }
  }
  const ratio = (one) => median(times.events.map((time, k) => times[one][k] / time));
  const dense = median(times.backend) < median(times.dense) ? "backend" : "dense";
  return {
    threads: 1,
    ours: median(times.events),
    peer: median(times[dense]),
    peerWay: dense === "backend" ? "dense product of the backend" : "our dense product",
    ratio: ratio(dense),
    ourPeak: process.resourceUsage().maxRSS / 1024,
    pairs: rounds,
    backendDense: median(times.backend),
    ourDense: median(times.dense),
    plan: median(times.plan),
    planBytes: engine.bytes,
    versions: { node: process.version, ...info.versions },
  };
}

const [backend, share, rounds] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await products(backend, Number(share), Number(rounds))));
