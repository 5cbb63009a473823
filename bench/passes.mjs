/**
 * What the plan passes are worth: `node bench/passes.mjs [--backend tensorflow|wasm] [--rounds 7]`.
 *
 * Layers on a random graph (2,708 nodes, 10,556 edges, as many as Cora has), forward and backward, as planned and as
 * written (gathers lowered, nothing rewritten), in turn in one process per backend; medians.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { dist } from "./common/compile.mjs";
import { option } from "./common/options.mjs";
import { markdown } from "./common/results.mjs";
import { median } from "./common/side.mjs";

const NODES = 2708;
const EDGES = 10_556;
const LAYERS = {
  GAT: "GAT<8, heads: 8>(g)",
  GATv2: "GATv2<8, heads: 8>(g)",
  EdgeConv: "EdgeConv<64>(g)",
  EdgeMLP: "EdgeMLP<64>(g)",
  PNA: "PNA<64>(g)",
  CGConv: "CGConv(g, g.bar)",
};
const SOURCE = Object.entries(LAYERS)
  .map(
    ([name, call]) =>
      `model Only${name}(g: graph(x: real[N, 64], e.bar: real[E, 4])) -> real[N, 64] { return g.x |> ${call} }`,
  )
  .join("\n");

async function compiled(passes) {
  const { checkSource } = await dist("compiler/compile.js");
  const { emit } = await dist("compiler/emit/index.js");
  const { toJavaScript } = await dist("compiler/emit/javascript.js");
  const host = { read: () => undefined };
  const { program } = checkSource({ file: "passes.sgnn", source: SOURCE, host });
  const planned = passes.reduce((current, pass) => pass.run(current), program);
  const about = { version: "", sourceFile: "passes.sgnn", source: SOURCE, hash: "" };
  const { text } = await emit(planned, about);
  const runtime = new URL("../dist/runtime/index.js", import.meta.url).href;
  const javascript = (await toJavaScript(text)).replace('"sgnn/runtime"', JSON.stringify(runtime));
  return import(`data:text/javascript,${encodeURIComponent(javascript)}`);
}

async function child(backend, rounds) {
  const tf = await import("@tensorflow/tfjs-core");
  const sg = await dist("runtime/index.js");
  const { PASSES } = await dist("compiler/plan/index.js");
  await sg.useBackend(backend);
  const modules = {
    written: await compiled(PASSES.filter(({ name }) => name === "lower-gather")),
    planned: await compiled(PASSES),
  };
  const random = sg.Rng.of(0, "bench");
  const g = sg.createGraph({
    edgeIndex: Int32Array.from({ length: 2 * EDGES }, () => Math.floor(random.uniform() * NODES)),
    nodeCount: NODES,
    nodes: { x: tf.randomNormal([NODES, 64]) },
    edges: { bar: tf.randomNormal([EDGES, 4]) },
  });
  const cotangent = tf.randomNormal([NODES, 64]);
  const step = (model) => {
    const loss = () => sg.sum(sg.mul(model.forward({ g }, sg.createRun()), cotangent));
    const { value, gradients } = sg.gradients(loss, model.parameters());
    value.dataSync();
    tf.dispose([value, ...gradients.values()]);
  };
  const rows = [];
  for (const name of Object.keys(LAYERS)) {
    const times = { written: [], planned: [] };
    for (let round = -2; round < rounds; round++) {
      for (const [kind, module] of Object.entries(modules)) {
        const model = new module[`Only${name}`](new sg.Scope({ seed: 1 }));
        const start = performance.now();
        for (let k = 0; k < 3; k++) step(model);
        if (round >= 0) times[kind].push((performance.now() - start) / 3);
        tf.dispose(model.parameters().map(({ value }) => value));
      }
    }
    const ratio = median(times.written.map((time, k) => time / times.planned[k]));
    const [written, planned] = [median(times.written), median(times.planned)];
    rows.push([name, backend, written.toFixed(1), planned.toFixed(1), ratio.toFixed(2)]);
  }
  process.stdout.write(JSON.stringify(rows));
}

const [backend, rounds] = [option("child"), option("rounds", "7")];
if (backend !== undefined) await child(backend, Number(rounds));
else {
  const rows = [];
  for (const one of option("backend") ? [option("backend")] : ["tensorflow", "wasm"]) {
    const words = [fileURLToPath(import.meta.url), "--child", one, "--rounds", rounds];
    const done = spawnSync(process.execPath, words, { encoding: "utf8" });
    if (done.status === 0) rows.push(...JSON.parse(done.stdout));
    else console.error(`left out: backend ${one} (${done.stderr.trim().split("\n").at(-1)})`);
  }
  console.log(markdown(["layer", "backend", "as written (ms)", "planned (ms)", "ratio"], rows));
}
