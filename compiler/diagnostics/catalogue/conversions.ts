/** P73x: what the rewriting of a model by a `convert` declaration leaves over or cannot do. */
import { entry } from "../diagnostic.js";

function conversion(rule: string): string {
  return [
    "model Net(x: real[N, 4]) -> real[N, 1] {",
    "  return x |> Dense<8> |> relu |> Dense<1>",
    "}",
    "convert Net to Converted {",
    `  rule ${rule}`,
    "  rule last Dense => keep",
    "}",
  ].join("\n");
}
const right = conversion("Dense |> relu => Dense |> tanh");

/** The names in backticks, at most a dozen. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export const conversions = {
  ruleMatchesNothing: entry<{ pattern: string; model: string }>({
    code: "P731",
    name: "rule-matches-nothing",
    severity: "warning",
    message: ({ pattern, model }) => `nothing in \`${model}\` is \`${pattern}\``,
    why: () =>
      "a rule replaces the stages of a pipeline that are exactly its pattern, side by side",
    fix: () => "compare the pattern with the model, or take the rule out",
    example: {
      wrong: conversion("Dense |> relu => Dense |> tanh\n  rule sigmoid => tanh"),
      right,
    },
  }),
  uncovered: entry<{ names: readonly string[]; model: string }>({
    code: "P732",
    name: "part-without-rule",
    severity: "information",
    message: ({ names, model }) => `no rule covers ${list(names)} of \`${model}\``,
    why: () => "parts without a rule are copied as they are",
    fix: () => "add a rule for them, or `=> keep` to say that they stay",
    example: {
      wrong: conversion("relu => tanh").replace("Dense<8>", "Dense<8> |> LayerNorm"),
      right,
    },
  }),
  weightsOfNoLayer: entry<{ name: string }>({
    code: "P733",
    name: "weights-of-no-layer",
    severity: "error",
    message: ({ name }) => `\`${name}\` is no layer, so it has no weights`,
    why: () => "`weights` and `scale` change the weights of a layer",
    fix: () => "put them behind the layer",
    example: { wrong: conversion("relu => relu weights sign"), right },
  }),
  tritWeights: entry<{ name: string }>({
    code: "P734",
    name: "trit-weights",
    severity: "error",
    message: ({ name }) => `\`${name}\` with weights of kind \`trit\` cannot be made`,
    why: () =>
      "weights have a latent real value and are seen as signs; three values are not supported",
    fix: () => "write `weights sign`",
    example: { wrong: conversion("Dense => Dense weights trit"), right },
  }),
  afterTraining: entry<{ what: string }>({
    code: "P735",
    name: "converted-after-training",
    severity: "information",
    message: ({ what }) => `${what} is of a trained run: no code is written for it here`,
    why: () =>
      "the spikes that stand for activations, and those of a network of a problem, are made from trained weights",
    fix: () => "train the original, then `sgnnc convert RUN --steps 8,12`",
    example: {
      wrong: conversion("Dense |> relu => Dense |> TernaryIF"),
      right,
    },
  }),
};
