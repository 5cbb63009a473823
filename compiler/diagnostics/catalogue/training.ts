/** R5xx: `train` declarations. */
import { entry } from "../diagnostic.js";

const rightTrain = `data Bars {
  generate trusses(count: 40)
  graph    g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample   target = "y"
  split    random 80 : 10 : 10
}
model Net(g: graph(x: real[N, 4])) -> real[G, 1] {
  return pool mean g.x over g |> Dense<1>
}
train Net on Bars {
  loss     mse(output, target)
  optimize adam(rate: 1e-3)
  epochs   10
  report   mae
}`;

function wrong(piece: string, by: string): string {
  return rightTrain.replace(piece, by);
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

export const training = {
  inputNotProvided: entry<{
    model: string;
    input: string;
    wanted: string;
    data: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "R501",
    name: "input-not-provided",
    severity: "error",
    message: ({ model, input, wanted, data }) =>
      `${wanted} \`${input}\` of model \`${model}\` is not in data \`${data}\``,
    why: ({ data, known }) =>
      known.length === 0
        ? `inputs are found by name, and \`${data}\` has none of this kind`
        : `inputs are found by name; \`${data}\` has ${list(known)}`,
    fix: ({ input, wanted, suggestion }) =>
      suggestion === undefined
        ? wanted === "graph"
          ? `add a \`graph ${input} { .. }\` to the data`
          : `add \`${input} = "..."\` to the \`sample\` line of the data`
        : `rename \`${suggestion}\` of the data to \`${input}\``,
    example: { wrong: wrong("graph    g {", "graph    mesh {"), right: rightTrain },
  }),
  featureNotProvided: entry<{
    model: string;
    feature: string;
    on: string;
    data: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "R502",
    name: "feature-not-provided",
    severity: "error",
    message: ({ model, feature, on, data }) =>
      `model \`${model}\` reads the ${on} feature \`${feature}\`, which data \`${data}\` does not give`,
    why: ({ data, on, known }) =>
      known.length === 0
        ? `\`${data}\` gives no ${on} features`
        : `the ${on} features of \`${data}\` are ${list(known)}`,
    fix: ({ feature, on, suggestion }) =>
      suggestion === undefined
        ? `add \`${on}s ${feature} = ".."\` to the graph of the data`
        : `rename \`${suggestion}\` of the data to \`${feature}\``,
    example: { wrong: wrong('nodes x = "x"', 'nodes y = "x"'), right: rightTrain },
  }),
  targetNotProvided: entry<{
    data: string;
    known: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "R503",
    name: "target-not-provided",
    severity: "error",
    message: ({ data }) => `the loss reads \`target\`, which data \`${data}\` does not have`,
    why: ({ data, known }) =>
      known.length === 0
        ? `\`${data}\` has no samples`
        : `the samples of \`${data}\` are ${list(known)}`,
    fix: ({ suggestion }) =>
      suggestion === undefined
        ? 'add `sample target = ".."` to the data'
        : `rename the sample \`${suggestion}\` to \`target\``,
    example: { wrong: wrong("sample   target", "sample   y"), right: rightTrain },
  }),
  metricDoesNotFit: entry<{ metric: string; labels: boolean; fitting: readonly string[] }>({
    code: "R504",
    name: "metric-does-not-fit",
    severity: "error",
    message: ({ metric, labels }) =>
      `\`${metric}\` does not fit a loss whose target is ${labels ? "a class" : "a number"}`,
    why: ({ labels }) =>
      labels
        ? "the loss compares with class numbers, between which there is no distance"
        : "the loss compares with real numbers, not with classes",
    fix: ({ fitting }) => `use ${list(fitting)}`,
    example: { wrong: wrong("report   mae", "report   accuracy"), right: rightTrain },
  }),
  scaledClasses: entry<{ data: string }>({
    code: "R506",
    name: "scaled-classes",
    severity: "error",
    message: ({ data }) => `data \`${data}\` scales \`target\`, which the loss reads as a class`,
    why: () => "a class number that is scaled is no longer a class number",
    fix: () => "remove `target` from `scale`",
    example: {
      wrong: wrong("sample   target", "scale    target standard\n  sample   target")
        .replace("mse(output", "cross_entropy(output")
        .replace("  report   mae\n", ""),
      right: rightTrain,
    },
  }),
  secondOptimiser: entry<{ name: string }>({
    code: "R507",
    name: "second-optimiser",
    severity: "error",
    message: ({ name }) => `a second optimiser, \`then ${name}\`, in a training on data`,
    why: () =>
      "a model is trained on data by one optimiser from the first epoch to the last; two are for networks that solve a problem",
    fix: () => "remove `then ..`",
    example: {
      wrong: wrong("adam(rate: 1e-3)", "adam(rate: 1e-3) then lbfgs(most: 100)"),
      right: rightTrain,
    },
  }),
  warmupTooLong: entry<{ warmup: number; epochs: number }>({
    code: "R508",
    name: "warmup-too-long",
    severity: "error",
    message: ({ warmup, epochs }) => `a warmup of ${warmup} epochs in a training of ${epochs}`,
    why: () =>
      "the rate rises during the warmup and falls after it, so it must end before training",
    fix: ({ epochs }) => `write at most \`warmup: ${epochs - 1}\`, or train longer`,
    example: {
      wrong: wrong("epochs   10", "epochs   10\n  schedule cosine(warmup: 10)"),
      right: wrong("epochs   10", "epochs   10\n  schedule cosine(warmup: 2)"),
    },
  }),
};
