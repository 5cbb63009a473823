/**
 * The standard library's layers, compiled, against PyTorch Geometric: outputs and gradients with
 * respect to inputs and parameters.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "../runtime/backends.js";
import { expectClose } from "../runtime/closeness.js";
import { compileModule } from "./compile.js";
import { describeOracles, Oracle } from "./oracles.js";

/** How PyTorch's array becomes ours; all are linear, so gradients change the same way. */
type Change = (array: Tensor) => Tensor;
const same: Change = (a) => a;
const transposed: Change = (a) => tf.transpose(a);
const perHead =
  (heads: number): Change =>
  (a) =>
    tf.reshape(tf.transpose(a), [a.shape[1]!, heads, a.shape[0]! / heads]);
const headRows =
  (heads: number): Change =>
  (a) =>
    tf.reshape(a, [heads, -1]);
const scalar: Change = (a) => tf.reshape(a, []);

interface Case {
  readonly call: string;
  readonly width: number;
  readonly edges?: string;
  /** End of our parameter's path -> PyTorch's name. */
  readonly parameters: Readonly<Record<string, readonly [string, Change]>>;
}

const linear = { weight: transposed, bias: same };
const sage = {
  wNeighbour: ["lin_l.weight", transposed],
  wSelf: ["lin_r.weight", transposed],
  bias: ["lin_l.bias", same],
} as const;
const attention = (heads: number): Case["parameters"] => ({
  weight: ["lin.weight", perHead(heads)],
  left: ["att_dst", headRows(heads)],
  right: ["att_src", headRows(heads)],
  bias: ["bias", same],
});
const twoDense = {
  "1.weight": ["nn.0.weight", linear.weight],
  "1.bias": ["nn.0.bias", linear.bias],
  "2.weight": ["nn.2.weight", linear.weight],
  "2.bias": ["nn.2.bias", linear.bias],
} as const;

const cases: Record<string, Case> = {
  gcn: {
    call: "GCN<8>(g)",
    width: 8,
    parameters: { weight: ["lin.weight", transposed], bias: ["bias", same] },
  },
  sage_mean: { call: "SAGE<8>(g)", width: 8, parameters: sage },
  sage_max: { call: "SAGEMax<8>(g)", width: 8, parameters: sage },
  gin: {
    call: "GIN<8, hidden: 8>(g)",
    width: 8,
    parameters: { epsilon: ["eps", scalar], ...twoDense },
  },
  gat_1head: { call: "GAT<8>(g)", width: 8, parameters: attention(1) },
  gat_3heads: { call: "GAT<8, heads: 3>(g)", width: 24, parameters: attention(3) },
  edgeconv_max: { call: "EdgeMLP<8, hidden: 8>(g)", width: 8, parameters: twoDense },
  cgconv: {
    call: "CGConv(g, g.attr)",
    width: 6,
    edges: ", e.attr: real[E, 4]",
    parameters: {
      wFilter: ["lin_f.weight", transposed],
      bFilter: ["lin_f.bias", same],
      wCore: ["lin_s.weight", transposed],
      bCore: ["lin_s.bias", same],
    },
  },
};

type ModelClass = new (scope: sg.Scope) => sg.Model<{ g: sg.Graph }>;

describeOracles("standard layers", () => {
  const models = new Map<string, ModelClass>();
  beforeAll(async () => {
    for (const [name, { call, width, edges = "" }] of Object.entries(cases)) {
      const module = await compileModule(
        `model Probe(g: graph(x: real[N, 6]${edges})) -> real[N, ${width}] { return g.x |> ${call} }\n`,
      );
      models.set(name, module["Probe"] as ModelClass);
    }
  });

  onEveryBackend(() => {
    test.each(Object.keys(cases))("%s", (name) => {
      const oracle = new Oracle(name);
      const scope = new sg.Scope({ seed: 1 });
      tf.tidy(() => {
        const model = new (models.get(name)!)(scope);
        const parameters = model.parameters();
        const theirs = new Map<string, readonly [string, Change]>();
        for (const parameter of parameters) {
          const found = Object.entries(cases[name]!.parameters).find(([end]) =>
            parameter.path.endsWith(end),
          );
          if (!found) throw new Error(`no array of the oracle for ${parameter.path}`);
          const [key, change] = found[1];
          theirs.set(parameter.path, found[1]);
          const value = change(oracle.tensor(`param.${key}`));
          expect(value.shape).toEqual([...parameter.shape]);
          parameter.set(Float32Array.from(value.dataSync()));
        }
        expect(parameters).toHaveLength(Object.keys(cases[name]!.parameters).length);
        const cotangent = oracle.tensor("cotangent");
        const topology = sg.createGraph({ edgeIndex: oracle.ints("in.edge_index"), nodeCount: 37 });
        const hasEdges = oracle.has("in.edge_attr");
        const forward = (x: Tensor, attr?: Tensor): Tensor => {
          const edges: Record<string, Tensor> = {};
          if (attr) edges["attr"] = sg.takeRows(attr, topology.order);
          const g = new sg.Graph<sg.Features, sg.Features>(topology.topology, { x }, edges);
          return model.forward({ g }, sg.createRun());
        };
        const inputs = [oracle.tensor("in.x")];
        if (hasEdges) inputs.push(oracle.tensor("in.edge_attr"));
        const y = forward(inputs[0]!, inputs[1]);
        expect(y.shape).toEqual([...oracle.shape("out.y")]);
        expectClose(y.dataSync(), oracle.floats("out.y"), { what: "output" });
        const loss = (...xs: Tensor[]): Tensor => tf.sum(tf.mul(forward(xs[0]!, xs[1]), cotangent));
        const byInput = tf.grads(loss)(inputs);
        expectClose(byInput[0]!.dataSync(), oracle.floats("grad.x"), { what: "grad.x" });
        if (hasEdges) expectClose(byInput[1]!.dataSync(), oracle.floats("grad.edge_attr"));
        const { gradients } = sg.gradients(() => loss(...inputs), parameters);
        for (const parameter of parameters) {
          const [key, change] = theirs.get(parameter.path)!;
          expectClose(
            gradients.get(parameter.path)!.dataSync(),
            change(oracle.tensor(`grad.param.${key}`)).dataSync(),
            { what: parameter.path },
          );
        }
        topology.dispose();
      });
      scope.dispose();
    });
  });
});
