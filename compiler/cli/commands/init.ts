/** `sgnnc init`: a small commented project. Never overwrites a file. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../command.js";
import { exit, usageError } from "../errors.js";
import { writeIfChanged } from "../files.js";
import { toolVersion } from "../version.js";

const model = `// A first sgnn model. Try, in this folder:
//   sgnnc check truss.sgnn       what is wrong, if anything
//   sgnnc inspect truss.sgnn     layers, weights, operations
//   sgnnc train truss.sgnn       trains both variants and compares them

/// Random plane trusses, solved exactly when the data is made; nothing to download.
data Trusses {
  generate trusses(count: 200, seed: 1)
  graph g {
    nodes x = "x" by "node_ptr"           // joints: place, supports, load
    edges = "edge_index" by "edge_ptr"    // members: which joints they join
  }
  sample target = "stiffness"
  split  random 70 : 15 : 15
  scale  x, target standard
}

/// \`A\` is a neuron or an activation: the variants below fill it in.
model TrussNet<A: relu, steps: 1>(g: graph(x: real[N, 5])) -> real[G, 1] {
  let s = over time steps { g.x |> SAGE<32>(g) |> A |> SAGE<32>(g) |> A }
  let h = rate(s)                         // real[N, 32]: one row per joint
  return pool mean h over g |> Dense<1>   // real[G, 1]: one number per truss
}
variant TrussReLU = TrussNet<A: relu>
variant TrussVSN  = TrussNet<A: VSN, steps: 4>   // neurons pass their input on when they spike

train TrussNet on Trusses {
  loss     mse(output, target)
  optimize adam(rate: 5e-3)
  epochs   20
  batch    32
  seeds    1
  report   mae, r2, spike_rate
}
`;

const tsconfig = `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  }
}
`;

function manifest(): string {
  const content = {
    name: "my-sgnn-project",
    private: true,
    type: "module",
    scripts: {
      check: "sgnnc check .",
      compile: "sgnnc compile .",
      train: "sgnnc train truss.sgnn",
    },
    dependencies: { sgnn: `^${toolVersion()}` },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

export const init: Command = {
  parameters: "[DIR]",
  description: `
Writes a small commented example (truss.sgnn), a tsconfig.json and a package.json into DIR (default:
this folder). Files that are already there are left as they are.`,
  options: {},
  examples: [["sgnnc init my-project", "a new folder with an example that trains in seconds"]],
  least: 0,
  most: 1,
  async run(invocation, terminal) {
    const folder = invocation.positionals[0] ?? ".";
    const kind = statSync(folder, { throwIfNoEntry: false });
    if (kind !== undefined && !kind.isDirectory()) throw usageError(`${folder} is not a folder`);
    const files: [string, string][] = [
      ["truss.sgnn", model],
      ["tsconfig.json", tsconfig],
      ["package.json", manifest()],
    ];
    for (const [name, content] of files) {
      const path = join(folder, name);
      if (existsSync(path)) {
        terminal.out(`kept  ${path} (already there)\n`);
      } else {
        writeIfChanged(path, content);
        terminal.out(`wrote ${path}\n`);
      }
    }
    terminal.err(`Next: sgnnc train ${join(folder, "truss.sgnn")}\n`);
    return exit.fine;
  },
};
