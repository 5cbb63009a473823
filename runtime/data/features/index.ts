/** Node features that are computed from the graph, by name: `fastrp(dimensions: 80, seed: 1)`. */
import type { Column } from "../column.js";
import { dataError, suggest } from "../errors.js";
import type { GraphSet } from "../graphs.js";
import type { ComputedSpec } from "../spec.js";
import { snapshotCount } from "./adjacency.js";
import { cached } from "./cache.js";
import { fastRp } from "./fastrp.js";
import { walkFeatures } from "./walks.js";

/** The features, and their arguments with the values they have unless given; the compiler has the same table. */
export const computedFeatures = {
  fastrp: { dimensions: 80, powers: 3, recency: 0, seed: 1 },
  walks: {
    dimensions: 80,
    length: 10,
    walks: 10,
    window: 5,
    negatives: 5,
    rate: 0.025,
    recency: 0,
    seed: 1,
  },
  propagated: { folds: 10, steps: 20, loop: 1, recency: 0 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

type Name = keyof typeof computedFeatures;

/**
 * A feature with a table for each snapshot (one for a graph that does not change); kept between runs.
 * `propagated` is only announced here, with its width: its numbers need the split, see `withPropagated`.
 * @param classes number of classes of the target
 * @throws SgnnError R295 when there is no such feature, or it does not fit this graph
 */
export function computeFeature(
  { name, args }: ComputedSpec,
  graphs: GraphSet,
  classes: number,
): Column {
  if (!isKnown(name)) {
    throw dataError(
      "R295",
      `there is no computed feature ${name}`,
      "features of a graph are built in",
      suggest(name, Object.keys(computedFeatures), "features"),
    );
  }
  if ((args["recency"] ?? 0) > 0 && graphs.snapshots === undefined) {
    throw dataError(
      "R295",
      `${name}: recency, but the edges have no times`,
      "recency is the time after which an edge counts half",
      'give the edges their times: edges = snapshots("edge_index", time: "time"), or leave recency out',
    );
  }
  const rows = graphs.nodeCount;
  const plain = { label: name, rows, labels: undefined, categories: undefined };
  if (name === "propagated") {
    if (classes === 0) {
      throw dataError(
        "R295",
        "propagated: the target does not hold class numbers",
        "labels of training nodes are propagated along the edges",
        "give a target of class numbers, one for each node",
      );
    }
    return { ...plain, tail: [classes], width: classes, data: new Float32Array(rows * classes) };
  }
  const count = snapshotCount(graphs);
  const width = args["dimensions"] ?? computedFeatures[name].dimensions;
  const data = cached(`${name} ${JSON.stringify(args)} ${rows} ${count}`, keyOf(graphs), () =>
    name === "fastrp"
      ? fastRp(graphs, { ...computedFeatures.fastrp, ...args })
      : walkFeatures(graphs, { ...computedFeatures.walks, ...args }),
  );
  const tables = graphs.snapshots === undefined ? {} : { snapshots: count };
  return { ...plain, tail: [width], width, data, ...tables };
}

function isKnown(name: string): name is Name {
  return Object.hasOwn(computedFeatures, name);
}

function keyOf({ sources, targets, snapshots }: GraphSet): (Int32Array | Float64Array)[] {
  const edges = [sources, targets];
  if (snapshots === undefined) return edges;
  const { starts, edgeTimes, newEdges } = snapshots;
  return [...edges, starts, edgeTimes, Int32Array.of(newEdges ? 1 : 0)];
}
