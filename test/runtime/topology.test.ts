/** Topologies side by side: what was sorted once gives what sorting everything would give. */
import { describe, expect, test } from "vitest";
import { createTopology, Topology, type EdgeIndex } from "../../runtime/graph/index.js";

/** Sorted and unsorted edges, edges twice, a loop, isolated nodes, no edges, one node. */
const graphs: { nodes: number; edges: EdgeIndex }[] = [
  { nodes: 3, edges: { sources: [1, 0, 2], targets: [0, 1, 2] } },
  { nodes: 4, edges: { sources: [0, 2, 1, 2, 0], targets: [1, 1, 0, 2, 1] } },
  { nodes: 2, edges: [[], []] },
  { nodes: 1, edges: { sources: [0], targets: [0] } },
  { nodes: 5, edges: { sources: [4, 3, 0, 0, 0], targets: [0, 0, 4, 3, 0] } },
];

/** Everything that products and reductions read. */
function read({ nodeCount, sources, targets, order, incidence, graphs, outDegrees }: Topology) {
  const segments = (of: typeof graphs) => [of.count, of.items, of.pointers, of.owner, of.members];
  return {
    ...{ nodeCount, sources, targets, order, outDegrees },
    rows: segments(incidence.rows),
    columns: segments(incidence.columns),
    neighbours: [incidence.neighbours, incidence.transposed.neighbours],
    sizes: [incidence.rows.inverseSizes, incidence.columns.inverseSizes],
    graphs: segments(graphs),
  };
}

describe("a stack of topologies", () => {
  test.each([[[0, 1, 2, 3, 4]], [[4, 1, 1, 0]], [[2]], [[0, 0]], [[]]])(
    "is the topology of all edges: graphs %j",
    (chosen) => {
      const parts = chosen.map((k) => createTopology(graphs[k]!.edges, graphs[k]!.nodes));
      const [sources, targets, pointers]: [number[], number[], number[]] = [[], [], [0]];
      for (const k of chosen) {
        const start = pointers.at(-1)!;
        const { edges, nodes } = graphs[k]!;
        const [from, to] = "sources" in edges ? [edges.sources, edges.targets] : [[], []];
        sources.push(...Array.from(from, (node) => node + start));
        targets.push(...Array.from(to, (node) => node + start));
        pointers.push(start + nodes);
      }
      const whole = createTopology({ sources, targets }, pointers.at(-1)!, pointers);
      expect(read(Topology.stack(parts))).toEqual(read(whole));
    },
  );

  test("leaves its parts as they were", () => {
    const part = createTopology(graphs[1]!.edges, 4);
    const before = structuredClone(read(part));
    const stack = Topology.stack([part, part]);
    read(stack);
    stack.dispose();
    expect(read(part)).toEqual(before);
  });
});
