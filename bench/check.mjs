/**
 * How long `sgnnc check` and `sgnnc compile` take as whole processes: `node bench/check.mjs`.
 *
 * The sources are made here: neurons, layers, models with variants, data and trainings under new names, all
 * different, until the number of lines is reached. A row is the median of several processes. Wall time
 * depends on what else the machine does, processor time hardly; the last column shows whether checking grows
 * linearly.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const tool = fileURLToPath(new URL("../dist/compiler/cli/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sgnn-bench-"));

/** One page of a user, 60 lines, with every name numbered. */
function page(k) {
  return `/// Leaky integrate-and-fire with its own leak, page ${k}.
neuron Leaky${k}<beta: 0.${k + 1} in [0, 1], learn threshold: 1 in (0, inf) per channel> {
  state  v = 0
  update v = beta * v + input
  spike  when v >= threshold  surrogate atan(alpha: 2)
  reset  v = v - threshold
  emit   1
}

/// Mean of the neighbours, projected.
layer Mean${k}<out>(x: real[N, in], g: graph) -> real[N, out] {
  param wSelf, wNeighbour: real[in, out] = glorot
  param bias: real[out] = zeros
  let neighbours = gather mean over j -> i { x[j] }
  return x @ wSelf + neighbours @ wNeighbour + bias
}

layer Edges${k}<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[2 * in, out] = glorot
  return gather max over j -> i { concat(x[i], x[j] - x[i]) @ w |> relu }
}

layer Attention${k}<out, heads: 2>(x: real[N, in], g: graph) -> real[N, heads * out] {
  param w: real[in, heads, out] = glorot
  param left, right: real[heads, out] = glorot
  let h = x @ w
  return gather sum over j -> i with self loops {
    softmax over i (leaky_relu<0.2>(dot(h[i], left) + dot(h[j], right))) * h[j]
  } |> flatten
}

model Net${k}<A: relu, B: relu, steps: 1>(g: graph(x: real[N, ${(k % 7) + 3}]), field: real[G, 1]) -> real[G, 1] {
  let h = over time steps {
    g.x |> Dense<32> |> A |> Mean${k}<32>(g) |> A |> Edges${k}<32>(g) |> A |> Attention${k}<8>(g) |> A
  }
  let p = pool mean rate(h) over g
  return concat(p, field) |> Dense<32> |> B |> Dense<16> |> B |> Dense<1>
}
variant Plain${k} = Net${k}
variant Spiking${k} = Net${k}<A: Leaky${k}, steps: 8>
variant Mixed${k} = Net${k}<A: LIF<beta: 0.8>, B: relu, steps: 4>

data Set${k} {
  file   "set${k}.npz"
  graph  g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample field = "field", target = "target"
  split  random 80 : 10 : 10
  scale  x, field, target standard
}

train Net${k} on Set${k} {
  loss     mse(output, target) + 0.01 * spike_rate
  optimize adam(rate: 1e-3, decay: 1e-5)
  epochs   200
  batch    32
  seeds    1, 2, 3
  report   mae, r2, spike_rate
}
`;
}

function sourceOf(lines) {
  let text = "";
  for (let k = 0, count = 0; count < lines; k++) {
    const next = page(k);
    text += `${next}\n`;
    count += next.split("\n").length;
  }
  return text;
}

/** Makes the child say at its end how much processor time it took. */
const clock = `data:text/javascript,process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write("\\nprocessor " + (user + system) / 1e6);
});`;

/** Wall and processor seconds of one process; throws when it fails. */
function timed(...words) {
  const start = performance.now();
  const child = spawnSync(process.execPath, ["--import", clock, tool, ...words], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const wall = (performance.now() - start) / 1000;
  if (child.status !== 0)
    throw new Error(`exit code ${child.status}\n${child.stderr.slice(0, 2000)}`);
  return { wall, processor: Number(/\nprocessor (\S+)$/.exec(child.stderr)?.[1]) };
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function row(name, lines, times, words) {
  const all = Array.from({ length: times }, () => timed(...words));
  const wall = median(all.map((one) => one.wall));
  const processor = median(all.map((one) => one.processor));
  const cells = [name.padEnd(8), String(lines).padStart(6)];
  cells.push(wall.toFixed(2).padStart(8), processor.toFixed(2).padStart(10));
  console.log(cells.join("  "));
  return processor;
}

try {
  console.log("command    lines  wall (s)  processor (s)");
  const found = new Map();
  for (const [lines, times] of [
    [200, 9],
    [1250, 3],
    [2500, 3],
    [5000, 3],
    [10_000, 3],
  ]) {
    const file = join(folder, `pages-${lines}.sgnn`);
    writeFileSync(file, sourceOf(lines));
    found.set(lines, row("check", lines, times, ["check", file]));
    if (lines > 200) continue;
    row("compile", lines, 5, ["compile", file, "--out", join(folder, "out")]);
  }
  const [half, full] = [5000, 10_000].map((lines) => found.get(lines) - found.get(200));
  console.log(`10000 lines take ${(full / half).toFixed(2)} times what 5000 take, start-up apart`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
