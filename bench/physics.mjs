// Training steps of networks that solve problems, after `npm run build`:
//
//   node bench/physics.mjs [BACKEND]                    separable against plain at 64^3 points, jets alone
//   PEER_PYTHON=python3 node bench/physics.mjs          the same beside nested autograd in PyTorch, one thread each
//
// BACKEND is wasm (unless given) or tensorflow, which uses the kernels that `npm run native` builds.
// Every number is the median of alternating measurements in one run.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const at = (path) => new URL(`../dist/${path}`, import.meta.url).href;
const { useBackend } = await import(at("runtime/tensor/backend.js"));
await useBackend(process.argv[2] ?? "wasm");
const { buildEngine, layoutOf } = await import(at("runtime/physics/build.js"));
const { ProblemLoss, ProblemPoints } = await import(at("runtime/physics/loss.js"));
const { jetOf, derivative } = await import(at("runtime/physics/multi-index.js"));

/** Chains of Dense layers as the runtime sees them: paths and shapes. */
function chain(name, widths, activation, parameters) {
  return widths.slice(1).flatMap((outputs, k) => {
    const path = `${name}${k}`;
    parameters.push(
      { path: `${path}.weight`, shape: [widths[k], outputs] },
      { path: `${path}.bias`, shape: [outputs] },
    );
    return [{ dense: path }, ...(k + 2 < widths.length ? [{ activation }] : [])];
  });
}

/** A step of a problem with one equation: seconds of one value and gradient. */
function stepper(problem, network, parameters, precision = 32) {
  const layout = layoutOf(parameters);
  const engine = buildEngine(problem, network, layout, precision);
  const points = new ProblemPoints(problem, engine, 1);
  const loss = new ProblemLoss(problem, engine, points);
  let seed = 1;
  const values = Float64Array.from({ length: layout.size }, () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647 - 0.5;
  });
  const gradient = new Float64Array(layout.size);
  return () => {
    const start = performance.now();
    loss.value(values, gradient);
    return performance.now() - start;
  };
}

function problemOf(variables, count, symbols, evaluate) {
  const none = { count: 1, method: { name: "grid", args: {} } };
  return {
    name: "bench",
    variables: variables.map((name) => ({ name, low: -1, high: 1 })),
    fields: ["u"],
    terms: [
      {
        ...{ name: "interior", kind: "interior", sites: ["everywhere"], evaluate },
        symbols: symbols.map((operator) => ({ field: 0, site: 0, operator })),
        residuals: [{ text: "", place: "" }],
      },
    ],
    samples: {
      interior: { count, method: { name: "grid", args: {} } },
      initial: none,
      boundary: none,
    },
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/* ------------------------------------------------ separable against plain */

const laplace = [0, 1, 2].map((k) => ({
  index: [0, 1, 2].map((m) => (m === k ? 2 : 0)),
  factor: 1,
}));
const helmholtz = (block, scale) => {
  const [u, lu] = block.values;
  const [gu, gl] = block.gradients;
  for (let k = 0; k < block.count; k++) {
    const r = (block.residuals[0][k] = lu[k] + u[k] - 1);
    gu[k] = gl[k] = scale[0] * r;
  }
};
const cube = problemOf(["x", "y", "z"], 64 ** 3, [derivative(0, 0, 0), laplace], helmholtz);
const plainParameters = [];
const plain = stepper(
  cube,
  { chains: [chain("p", [3, 64, 64, 64, 1], "tanh", plainParameters)] },
  plainParameters,
);
const separableParameters = [];
const chains = ["x", "y", "z"].map((axis) =>
  chain(axis, [1, 32, 32, 32], "tanh", separableParameters),
);
separableParameters.push({ path: "out.weight", shape: [32, 1] }, { path: "out.bias", shape: [1] });
const separable = stepper(cube, { chains, readout: "out" }, separableParameters);
separable();
const times = { plain: [], separable: [] };
for (let round = 0; round < 3; round++) {
  times.plain.push(plain());
  for (let k = 0; k < 3; k++) times.separable.push(separable());
}
console.log(`Helmholtz residual at 64^3 points, value and gradient, 32 bits:`);
console.log(`  plain 3-64-64-64-1       ${median(times.plain).toFixed(0)} ms`);
console.log(`  separable, rank 32       ${median(times.separable).toFixed(1)} ms`);
console.log(
  `  ratio                    ${(median(times.plain) / median(times.separable)).toFixed(0)}`,
);

/* ------------------------------------------------ jets against nested autograd */

const nu = 0.01 / Math.PI;
const burgersOperator = [
  { index: [0, 1], factor: 1 },
  { index: [2, 0], factor: -nu },
];
const burgers = problemOf(
  ["x", "t"],
  10_000,
  [derivative(0, 0), derivative(1, 0), burgersOperator],
  (block, scale) => {
    const [u, ux, lu] = block.values;
    const [gu, gx, gl] = block.gradients;
    for (let k = 0; k < block.count; k++) {
      const r = (block.residuals[0][k] = lu[k] + u[k] * ux[k]);
      const d = scale[0] * r;
      gu[k] = d * ux[k];
      gx[k] = d * u[k];
      gl[k] = d;
    }
  },
);
const jetParameters = [];
const jets = stepper(
  burgers,
  { chains: [chain("p", [2, ...Array(8).fill(20), 1], "tanh", jetParameters)] },
  jetParameters,
);
for (let k = 0; k < 5; k++) jets();
const peer = process.env.PEER_PYTHON;
const ours = [];
const theirs = [];
for (let round = 0; round < 5; round++) {
  for (let k = 0; k < 5; k++) ours.push(jets());
  if (peer === undefined) continue;
  const script = fileURLToPath(new URL("physics-torch.py", import.meta.url));
  const { stdout } = spawnSync(peer, [script, "1", "5"], { encoding: "utf8" });
  theirs.push(...stdout.trim().split(/\s+/).map(Number));
}
console.log(
  `Burgers residual, 10,000 points, 2-20x8-1 tanh, value and gradient, 32 bits, one thread:`,
);
console.log(
  `  jets (${jetOf([burgersOperator], 2).length} coefficients) median ${median(ours).toFixed(1)} ms, least ${Math.min(...ours).toFixed(1)}`,
);
if (theirs.length > 0) {
  console.log(
    `  nested autograd, PyTorch median ${median(theirs).toFixed(1)} ms, least ${Math.min(...theirs).toFixed(1)}`,
  );
  console.log(
    `  ratio                    ${(median(theirs) / median(ours)).toFixed(2)}, of the least times ${(Math.min(...theirs) / Math.min(...ours)).toFixed(2)}`,
  );
}
