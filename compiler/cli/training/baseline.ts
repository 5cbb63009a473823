/**
 * What a model must beat. A prediction that does not look at the input: the mean of the training targets for every
 * row, or the class most frequent in training. And where targets are numbers of a graph, ridge regression on moments
 * of the node features, which knows the nodes and not the edges.
 */
import { isGraph } from "../../../runtime/data/batch.js";
import { unscaleRows } from "../../../runtime/data/scale.js";
import type { Part } from "../../../runtime/data/spec.js";
import { metric, type Judged } from "../../../runtime/train/metrics.js";
import { ridge } from "../../../runtime/train/ridge.js";
import { openSession, type Session, type SessionOptions } from "../../../runtime/train/session.js";
import type { Experiment } from "../../../runtime/train/spec.js";

export type BaselineName = "mean" | "ridge";

/** What the baselines predict on the test part of the split that the seed gives; nothing without a test part. */
export async function baselines(
  experiment: Experiment,
  options: SessionOptions,
): Promise<Partial<Record<BaselineName, Judged>>> {
  const session = await openSession(experiment, options);
  try {
    if (session.split.test.length === 0) return {};
    const isLabel = session.binding.targetKind === "label";
    const mean = isLabel ? majority(session) : meanOf(session);
    const regression = isLabel ? undefined : ridgeOf(session);
    return regression === undefined ? { mean } : { mean, ridge: regression };
  } finally {
    session.dispose();
  }
}

/** The given metrics of predictions. */
export function metricsOf(judged: Judged, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, metric(name, judged)]));
}

function majority(session: Session): Judged {
  const labels = session.raw.samples.get("target")?.labels ?? new Int32Array();
  const seen = rowsOf(session, "train").map((row) => labels[row]);
  const target = rowsOf(session, "test").map((row) => labels[row]);
  const width = Math.max(2, ...seen.map((label) => label + 1), ...target.map((label) => label + 1));
  const counts = new Float64Array(width);
  for (const label of seen) counts[label] += 1;
  const output = target.flatMap(() => [...counts]);
  return { kind: "label", width, output, target };
}

function ridgeOf(session: Session): Judged | undefined {
  const { dataset, raw, split, scale, experiment } = session;
  const { inputs } = experiment.info;
  const fields = Object.values(inputs).flatMap((type) =>
    isGraph(type) ? Object.keys(type.nodes) : [],
  );
  const names = Object.keys(inputs).filter((name) => !isGraph(inputs[name]));
  const scaled = ridge(dataset, split, split.test, { inputs: names, fields });
  const target = raw.samples.get("target");
  if (scaled === undefined || target === undefined) return undefined;
  const { width } = target;
  const truth = [...split.test].flatMap((unit) =>
    Array.from({ length: width }, (_, c) => target.data[unit * width + c]),
  );
  return { kind: "real", width, output: unscaleRows(scaled, width, scale.target), target: truth };
}

function meanOf(session: Session): Judged {
  const column = session.raw.samples.get("target");
  const width = column?.width ?? 1;
  const value = (row: number, c: number): number => column?.data[row * width + c] ?? NaN;
  const train = rowsOf(session, "train");
  const means = Array.from(
    { length: width },
    (_, c) => train.reduce((sum, row) => sum + value(row, c), 0) / train.length,
  );
  const test = rowsOf(session, "test");
  const target = test.flatMap((row) => means.map((_, c) => value(row, c)));
  return { kind: "real", width, output: test.flatMap(() => means), target };
}

/** Rows of the target that belong to a part: its units, or all nodes of its graphs. */
function rowsOf({ raw, split }: Session, part: Part): number[] {
  const { graphs } = raw;
  const units = [...split[part]];
  if (raw.samples.get("target")?.at !== "node" || graphs === undefined) return units;
  return units.flatMap((graph) => {
    const first = graphs.nodePtr[graph];
    return Array.from({ length: graphs.nodePtr[graph + 1] - first }, (_, k) => first + k);
  });
}
