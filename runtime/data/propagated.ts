/** Features that need the split: training labels, propagated along the edges. */
import { classCount } from "./columns.js";
import type { Dataset } from "./dataset.js";
import { dataError } from "./errors.js";
import { computedFeatures } from "./features/index.js";
import { outOfFoldLabels } from "./features/propagation.js";

/**
 * The data set with the numbers of its `propagated` features. They come from the labels of training nodes only;
 * no label of a validation or test node is read.
 * @param wanted names of the features to compute; those that nobody reads stay empty
 */
export function withPropagated(
  dataset: Dataset,
  train: Int32Array,
  seed: number,
  wanted: (name: string) => boolean = () => true,
): Dataset {
  const { graphs, spec, samples } = dataset;
  const target = samples.get("target");
  const asked = (spec.graph?.nodes ?? []).filter(
    ({ name, source }) => source.tag === "computed" && source.name === "propagated" && wanted(name),
  );
  if (asked.length === 0 || graphs === undefined) return dataset;
  const labels = target?.labels;
  if (dataset.level !== "node" || target === undefined || labels === undefined) {
    throw dataError(
      "R295",
      "propagated labels need a label for each node of one graph",
      "labels of training nodes are propagated to the others along the edges",
      "give a target of class numbers, one for each node",
    );
  }
  const known = {
    nodes: train,
    classes: train.map((node) => labels[node]!),
    count: classCount(target),
  };
  const nodes = new Map(graphs.nodes);
  for (const { name, source } of asked) {
    const column = nodes.get(name);
    if (column === undefined || source.tag !== "computed") continue;
    const options = { ...computedFeatures.propagated, ...source.args, seed };
    nodes.set(name, { ...column, data: outOfFoldLabels(graphs, known, options) });
  }
  return { ...dataset, graphs: { ...graphs, nodes } };
}
