/**
 * Message passing layers written directly with the runtime's functions, against PyTorch Geometric:
 * outputs, and gradients of sum(output * cotangent) with respect to inputs and parameters.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "../runtime/backends.js";
import { expectClose } from "../runtime/closeness.js";
import { describeOracles, Oracle } from "./oracles.js";

type Arrays = Record<string, Tensor>;
type LayerFunction = (a: Arrays, g: sg.Graph, attr: Tensor | undefined) => Tensor;

/** x @ W^T + b, with PyTorch's [out, in] weights. */
function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const y = sg.matMul(x, tf.transpose(weight));
  return bias ? sg.add(y, bias) : y;
}

function attention(heads: number): LayerFunction {
  return (a, g) => {
    const loops = g.withSelfLoops();
    const out = a["lin.weight"]!.shape[0]! / heads;
    const h = tf.reshape(linear(a["x"]!, a["lin.weight"]!), [-1, heads, out]);
    const left = sg.dot(h, tf.reshape(a["att_dst"]!, [heads, out]));
    const right = sg.dot(h, tf.reshape(a["att_src"]!, [heads, out]));
    const score = sg.leakyRelu(sg.add(sg.target(loops, left), sg.source(loops, right)), 0.2);
    const mixed = sg.propagate(loops, h, "sum", sg.edgeSoftmax(loops, score));
    return sg.add(sg.flatten(mixed), a["bias"]!);
  };
}

const layers: Record<string, LayerFunction> = {
  gcn: (a, g) => {
    const loops = g.withSelfLoops();
    const mixed = sg.propagate(loops, a["x"]!, "sum", sg.symmetricNorm(loops));
    return linear(mixed, a["lin.weight"]!, a["bias"]!);
  },
  sage_mean: (a, g) =>
    sg.add(
      linear(sg.propagate(g, a["x"]!, "mean"), a["lin_l.weight"]!, a["lin_l.bias"]!),
      linear(a["x"]!, a["lin_r.weight"]!),
    ),
  sage_max: (a, g) =>
    sg.add(
      linear(sg.aggregate(g, sg.source(g, a["x"]!), ["max"]), a["lin_l.weight"]!, a["lin_l.bias"]!),
      linear(a["x"]!, a["lin_r.weight"]!),
    ),
  gin: (a, g) => {
    const sum = sg.add(sg.mul(sg.add(1, a["eps"]!), a["x"]!), sg.propagate(g, a["x"]!, "sum"));
    const hidden = sg.relu(linear(sum, a["nn.0.weight"]!, a["nn.0.bias"]!));
    return linear(hidden, a["nn.2.weight"]!, a["nn.2.bias"]!);
  },
  gat_1head: attention(1),
  gat_3heads: attention(3),
  edgeconv_max: (a, g) => {
    const xi = sg.target(g, a["x"]!);
    const xj = sg.source(g, a["x"]!);
    const hidden = sg.relu(
      linear(sg.concat(xi, sg.sub(xj, xi)), a["nn.0.weight"]!, a["nn.0.bias"]!),
    );
    return sg.aggregate(g, linear(hidden, a["nn.2.weight"]!, a["nn.2.bias"]!), ["max"]);
  },
  cgconv: (a, g, attr) => {
    const z = sg.concat(sg.target(g, a["x"]!), sg.source(g, a["x"]!), attr!);
    const message = sg.mul(
      sg.sigmoid(linear(z, a["lin_f.weight"]!, a["lin_f.bias"]!)),
      sg.softplus(linear(z, a["lin_s.weight"]!, a["lin_s.bias"]!)),
    );
    return sg.add(a["x"]!, sg.aggregate(g, message, ["sum"]));
  },
};

describeOracles("layers against PyTorch Geometric", () => {
  onEveryBackend(() => {
    test.each(Object.keys(layers))("%s", (name) => {
      const oracle = new Oracle(name);
      const parameters = oracle.names.filter((key) => key.startsWith("param."));
      tf.tidy(() => {
        const keys = ["x", ...parameters.map((key) => key.slice(6))];
        const values = [oracle.tensor("in.x"), ...parameters.map((key) => oracle.tensor(key))];
        const gradientKeys = ["grad.x", ...parameters.map((key) => `grad.${key}`)];
        const hasAttr = oracle.has("in.edge_attr");
        if (hasAttr) {
          keys.push("edge_attr");
          values.push(oracle.tensor("in.edge_attr"));
          gradientKeys.push("grad.edge_attr");
        }
        const cotangent = oracle.tensor("cotangent");
        const run = (...tensors: Tensor[]): Tensor => {
          const a: Arrays = Object.fromEntries(tensors.map((t, k) => [keys[k]!, t]));
          const g = sg.createGraph({
            edgeIndex: oracle.ints("in.edge_index"),
            nodeCount: a["x"]!.shape[0]!,
          });
          // Differentiable, unlike the sorted copy that createGraph keeps.
          const attr = hasAttr ? sg.takeRows(a["edge_attr"]!, g.order) : undefined;
          return layers[name]!(a, g, attr);
        };
        const y = run(...values);
        expect(y.shape).toEqual([...oracle.shape("out.y")]);
        expectClose(y.dataSync(), oracle.floats("out.y"), { what: "output" });
        const gradients = tf.grads((...tensors: Tensor[]) =>
          tf.sum(tf.mul(run(...tensors), cotangent)),
        )(values);
        gradients.forEach((gradient, k) =>
          expectClose(gradient.dataSync(), oracle.floats(gradientKeys[k]!), {
            what: gradientKeys[k]!,
          }),
        );
      });
    });
  });
});

describeOracles("nested derivatives against PyTorch (float64)", () => {
  onEveryBackend(() => {
    test.each(["tanh", "sin"] as const)(
      "%s network, Burgers residual and its parameter gradient",
      (activation) => {
        const oracle = new Oracle(`derivatives_${activation}_mlp`);
        tf.tidy(() => {
          const weights = ["W0", "b0", "W1", "b1", "W2", "b2"];
          const act = activation === "tanh" ? sg.tanh : sg.sin;
          const input = oracle.tensor("in.X");
          const [x, t] = tf.split(input, 2, 1) as [Tensor, Tensor];
          const network = (p: Tensor[], xs: Tensor, ts: Tensor): Tensor => {
            const h0 = act(sg.add(sg.matMul(sg.concat(xs, ts), p[0]!), p[1]!));
            const h1 = act(sg.add(sg.matMul(h0, p[2]!), p[3]!));
            return sg.add(sg.matMul(h1, p[4]!), p[5]!);
          };
          const parameters = weights.map((name) => oracle.tensor(`param.${name}`));
          const u = (xs: Tensor, ts: Tensor): Tensor => network(parameters, xs, ts);
          const along =
            (f: (xs: Tensor, ts: Tensor) => Tensor, k: 0 | 1) =>
            (xs: Tensor, ts: Tensor): Tensor =>
              tf.grad((v: Tensor) => tf.sum(k === 0 ? f(v, ts) : f(xs, v)))(k === 0 ? xs : ts);
          const ux = along(u, 0);
          const wanted: Record<string, (xs: Tensor, ts: Tensor) => Tensor> = {
            u,
            u_x: ux,
            u_t: along(u, 1),
            u_xx: along(ux, 0),
            u_xt: along(ux, 1),
            u_tt: along(along(u, 1), 1),
            u_xxx: along(along(ux, 0), 0),
          };
          for (const [name, f] of Object.entries(wanted)) {
            expectClose(f(x, t).dataSync(), oracle.floats(`out.${name}`), {
              rtol: 1e-3,
              atol: 1e-4,
              what: name,
            });
          }
          const residual = (...p: Tensor[]): Tensor => {
            const v = (xs: Tensor, ts: Tensor): Tensor => network(p, xs, ts);
            const vx = along(v, 0);
            const r = sg.sub(
              sg.add(along(v, 1)(x, t), sg.mul(v(x, t), vx(x, t))),
              sg.mul(0.01, along(vx, 0)(x, t)),
            );
            return sg.mean(sg.square(r));
          };
          expectClose(
            residual(...parameters).dataSync(),
            oracle.floats("out.burgers_loss_nu0.01"),
            {
              rtol: 1e-3,
            },
          );
          const gradients = tf.grads(residual)(parameters);
          gradients.forEach((gradient, k) =>
            expectClose(gradient.dataSync(), oracle.floats(`grad.${weights[k]}`), {
              rtol: 1e-3,
              atol: 1e-4,
              what: weights[k]!,
            }),
          );
        });
      },
    );
  });
});
