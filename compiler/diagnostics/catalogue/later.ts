/** L6xx: what the language says already and the compiler does not compile yet. */
import { entry } from "../diagnostic.js";

export const later = {
  notCompiledYet: entry<{ what: string }>({
    code: "L601",
    name: "not-compiled-yet",
    severity: "information",
    message: ({ what }) => `${what} is checked; not compiled yet`,
    why: () =>
      "its names, arguments and ranges are right, but this version writes no TypeScript for it",
    fix: () => undefined,
    example: {
      wrong:
        "problem Poisson {\n  domain   x in [-1, 1]\n  field    u(x)\n  equation d(u, x, x) = -pi ^ 2 * sin(pi * x)\n  boundary u(-1) = 0, u(1) = 0\n}\nmodel Net solves Poisson { over (x) { Dense<20> |> tanh |> Dense<1> } }\nvariant Other = Net",
      right:
        "model Net(x: real[N, 1]) -> real[N, 1] {\n  return x |> Dense<20> |> tanh |> Dense<1>\n}",
    },
  }),
  perNode: entry<{ name: string }>({
    code: "L602",
    name: "per-node-not-compiled-yet",
    severity: "error",
    message: ({ name }) => `\`${name}\` is \`per node\`, which is not compiled yet`,
    why: () => "a value for each node ties a model to one graph; only `per channel` is compiled",
    fix: () => "write `per channel`",
    example: {
      wrong:
        "neuron Leaky<learn beta: 0.9 per node> {\n  state  v = 0\n  update v = beta * v + input\n  spike  when v >= 1\n  reset  v = 0\n  emit   1\n}",
      right:
        "neuron Leaky<learn beta: 0.9 per channel> {\n  state  v = 0\n  update v = beta * v + input\n  spike  when v >= 1\n  reset  v = 0\n  emit   1\n}",
    },
  }),
};
