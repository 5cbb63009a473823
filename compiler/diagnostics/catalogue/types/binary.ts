/** What can be said of signs: values that are -1 or +1, and weights of which only the sign counts. */
import { entry } from "../../diagnostic.js";
import { layer } from "./examples.js";

export const binary = {
  latentWanted: entry<{ actual: string }>({
    code: "T380",
    name: "latent-of-sign-weight",
    severity: "error",
    message: ({ actual }) => `\`latent\` takes a weight of kind \`sign\`, but ${actual}`,
    why: () => "only a weight declared `sign` has a real value behind it, which training moves",
    fix: () => "name a `param` whose type is `sign[..]`",
    example: {
      wrong: layer("return x @ w * column_mean(abs(latent(w)))"),
      right: layer(
        "param v: sign[in, out] = glorot",
        "return x @ (v * w) * column_mean(abs(latent(v)))",
      ),
    },
  }),
  binarinessLost: entry<{ real: string; sign: string }>({
    code: "T381",
    name: "binariness-lost",
    severity: "warning",
    message: ({ real }) =>
      `\`${real}\` turns signs into real numbers right before a product with signs`,
    why: ({ sign }) =>
      `${sign}; the product could run on packed bits, but now it needs an addition for each weight`,
    fix: () => "scale after the product: `(sign(x) @ w) * scale`, or take the sign again",
    example: {
      wrong: layer("param v: sign[in, out] = glorot", "return (sign(x) * 0.5) @ v + x @ w"),
      right: layer("param v: sign[in, out] = glorot", "return (sign(x) @ v) * 0.5 + x @ w"),
    },
  }),
  noBaseGraph: entry<{ callee: string }>({
    code: "T382",
    name: "no-graph-to-build-on",
    severity: "error",
    message: ({ callee }) => `\`${callee}\` needs a graph whose nodes it connects anew`,
    why: () => "a batch holds several graphs, and nodes of different graphs are never neighbours",
    fix: () => "take the graph of the nodes as an input: `g: graph`",
    example: {
      wrong:
        "layer L<out>(x: real[N, in]) -> real[N, out] {\n  return EdgeConv<out>(x, knn<4>(x))\n}",
      right:
        "layer L<out>(x: real[N, in], g: graph) -> real[N, out] {\n  return EdgeConv<out>(x, knn<4>(x))\n}",
    },
  }),
  hammingOfReal: entry<{ actual: string }>({
    code: "T383",
    name: "hamming-of-real",
    severity: "error",
    message: ({ actual }) => `the Hamming distance is between signs, but ${actual}`,
    why: () => "it counts in how many places two rows of signs differ",
    fix: () => "pass the value through `sign` first, or leave `metric: hamming` out",
    example: {
      wrong: layer("return EdgeConv<out>(x, knn<4, metric: hamming>(x @ w))"),
      right: layer("return EdgeConv<out>(x, knn<4, metric: hamming>(sign(x @ w)))"),
    },
  }),
};
