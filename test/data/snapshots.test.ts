import "@tensorflow/tfjs-backend-cpu";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeGraph } from "../../runtime/data/batch.js";
import { readEdgeList } from "../../runtime/data/edge-list.js";
import { ndarray, type NdArray } from "../../runtime/data/ndarray.js";
import { fitScale } from "../../runtime/data/scale.js";
import type { DataSpec, SnapshotsSpec } from "../../runtime/data/spec.js";
import { array, f32, failure, folder, i32, load, saveNpz } from "./make.js";

/** Five nodes; node 3 joins at time 2, node 4 never. */
const edges = {
  edge_index: i32([2, 6], 0, 1, 1, 2, 3, 0, 1, 0, 2, 1, 0, 3),
  time: i32([6], 0, 0, 1, 1, 2, 2),
  y: i32([5], 0, 1, 0, 1, 0),
};

function dynamic(arrays: Record<string, NdArray>, more: Partial<SnapshotsSpec> = {}): DataSpec {
  return {
    name: "Toy",
    files: [{ path: saveNpz(arrays) }],
    graph: {
      name: "g",
      nodes: arrays["x"] === undefined ? [] : [array("x")],
      connections: {
        tag: "snapshots",
        of: { tag: "array", name: "edge_index" },
        time: "time",
        ...more,
      },
      edges: arrays["weight"] === undefined ? [] : [array("weight")],
    },
    samples: [array("target", "y")],
    split: { rule: "random", ratio: [1, 1, 1] },
    scale: arrays["x"] === undefined ? [] : [{ name: "x", method: "standard" }],
  };
}

const read = async (arrays: Record<string, NdArray>, more: Partial<SnapshotsSpec> = {}) => {
  const { graphs } = await load(dynamic(arrays, more));
  const cuts = graphs!.snapshots!;
  return {
    edges: [...graphs!.sources].map((source, e) => [source, graphs!.targets[e]!]),
    starts: [...cuts.starts],
    times: cuts.times,
  };
};

/** The edges of each snapshot of the graph that a model gets. */
const shown = async (arrays: Record<string, NdArray>, more: Partial<SnapshotsSpec> = {}) => {
  const { graphs } = await load(dynamic(arrays, more));
  const graph = makeGraph(graphs!, undefined, { kind: "graph", nodes: {}, edges: {} });
  const list = ({ topology }: typeof graph): string =>
    [...topology.sources].map((source, e) => `${source}${topology.targets[e]!}`).join(" ");
  const result = { whole: list(graph), snapshots: graph.snapshots!.map(list) };
  expect(graph.snapshots!.map(({ nodeCount }) => nodeCount)).toEqual(graph.snapshots!.map(() => 5));
  graph.dispose();
  return result;
};

describe("a temporal edge list", () => {
  it("has one snapshot for each time, with all edges up to it or the new ones", async () => {
    expect(await shown(edges)).toEqual({
      whole: "10 30 01 21 12 03",
      snapshots: ["10 01", "10 01 21 12", "10 30 01 21 12 03"],
    });
    expect(await shown(edges, { newEdges: true })).toEqual({
      whole: "10 30 01 21 12 03",
      snapshots: ["10 01", "21 12", "30 03"],
    });
  });
  it("merges times, the last snapshot from what is left", async () => {
    expect(await shown(edges, { merge: 2 })).toEqual({
      whole: "10 30 01 21 12 03",
      snapshots: ["10 01 21 12", "10 30 01 21 12 03"],
    });
    expect(await read(edges, { merge: 2 })).toMatchObject({
      starts: [0, 4, 6],
      times: [
        [0, 1],
        [2, 2],
      ],
    });
  });
  it("is cut to a range of times", async () => {
    expect(await read(edges, { first: 1 })).toMatchObject({ starts: [0, 2, 4] });
    expect(await read(edges, { first: 1, last: 1 })).toEqual({
      edges: [
        [1, 2],
        [2, 1],
      ],
      starts: [0, 2],
      times: [[1, 1]],
    });
  });
  it("reads columns, and adds the reverse of each edge once", async () => {
    const arrays = {
      from: i32([3], 0, 2, 3),
      to: i32([3], 1, 2, 0),
      time: i32([3], 4, 4, 6),
      y: edges.y,
    };
    const of = { tag: "columns" as const, names: ["from", "to"] };
    expect(await read(arrays, { of, undirected: true, merge: 2 })).toEqual({
      edges: [
        [0, 1],
        [1, 0],
        [2, 2],
        [3, 0],
        [0, 3],
      ],
      starts: [0, 3, 5],
      times: [
        [4, 5],
        [6, 6],
      ],
    });
  });
  it("sorts edges when told to, equal times in the order of the file", async () => {
    const time = i32([6], 2, 0, 1, 0, 1, 2);
    expect((await read({ ...edges, time }, { sort: true })).edges).toEqual([
      [1, 0],
      [2, 1],
      [1, 2],
      [3, 0],
      [0, 1],
      [0, 3],
    ]);
  });
  it("keeps edge features with their edges, in every snapshot", async () => {
    const weight = f32([6], 1, 2, 3, 4, 5, 6);
    const time = i32([6], 2, 0, 1, 0, 1, 2);
    const spec = dynamic({ ...edges, time, weight }, { sort: true });
    const { graphs } = await load(spec);
    const type = { kind: "real", dims: ["E", 1] } as const;
    const graph = makeGraph(graphs!, undefined, {
      kind: "graph",
      nodes: {},
      edges: { weight: type },
    });
    const weights = [...graph.snapshots!, graph].map((one) => [...one.edges["weight"]!.dataSync()]);
    // Sorted by target: 1-0 (2); 2-1 (4); then 3-0 (5) and 1-2 (3); then 0-1 (1, after 2-1) and 0-3 (6).
    expect(weights).toEqual([
      [2, 4],
      [2, 5, 4, 3],
      [2, 5, 4, 1, 3, 6],
      [2, 5, 4, 1, 3, 6],
    ]);
    graph.dispose();
  });
  it("takes one table of node features, or one for each snapshot", async () => {
    const type = { kind: "real", dims: ["N", 1] } as const;
    const x = f32([5, 1], 1, 2, 3, 4, 5);
    const one = await load(dynamic({ ...edges, x }));
    const shared = makeGraph(one.graphs!, undefined, {
      kind: "graph",
      nodes: { x: type },
      edges: {},
    });
    expect(shared.snapshots!.every(({ nodes }) => nodes["x"] === shared.nodes["x"])).toBe(true);
    shared.dispose();

    const tables = f32([3, 5, 1], ...Array.from({ length: 15 }, (_, k) => k));
    const three = await load(dynamic({ ...edges, x: tables }));
    const changing = makeGraph(three.graphs!, undefined, {
      kind: "graph",
      nodes: { x: { kind: "real", dims: ["T", "N", 1] } },
      edges: {},
    });
    expect(changing.snapshots!.map(({ nodes }) => [...nodes["x"]!.dataSync()])).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14],
    ]);
    expect(changing.nodes["x"]).toBe(changing.snapshots![2]!.nodes["x"]);
    expect(changing.nodes["x"]!.shape).toEqual([5, 1]);
    changing.dispose();
    // Nodes 0 and 1 train: their rows of all tables are one column.
    const { shift, factor } = fitScale(three, Int32Array.of(0, 1), true)["x"]!;
    expect(shift).toEqual([5.5]);
    expect(factor[0]).toBeCloseTo(Math.sqrt((5.5 ** 2 + 4.5 ** 2 + 0.5 ** 2) / 3), 6);
  });
});

describe("bad temporal edges", () => {
  const broken = (change: Record<string, NdArray>, more: Partial<SnapshotsSpec> = {}) =>
    failure(() => load(dynamic({ ...edges, ...change }, more)));

  it("refuses times that fall", async () => {
    const error = await broken({ time: i32([6], 0, 0, 2, 1, 2, 2) });
    expect(error.code).toBe("R291");
    expect(error.message).toMatch(/falls from 2 to 1 at edge 3$/);
    expect(error.fix).toMatch(/sort: true/);
  });
  it.each([
    [i32([6], -1, 0, 0, 1, 1, 2), "holds -1 at edge 0", "counted from 0"],
    [f32([6], 0, 0, 0.5, 1, 1, 2), "holds 0.5 at edge 2", "whole numbers"],
    [f32([6], 0, 0, NaN, 1, 1, 2), "holds NaN at edge 2", "whole numbers"],
    [i32([5], 0, 0, 1, 1, 2), "is int32 [5], but there are 6 edges", "has one time"],
  ])(
    "refuses times that are no whole numbers from 0, one for each edge",
    async (time, says, why) => {
      const error = await broken({ time });
      expect(error.code).toBe("R290");
      expect(error.message).toContain(says);
      expect(error.why).toContain(why);
    },
  );
  it("refuses an empty snapshot, and says what to merge", async () => {
    const time = i32([6], 0, 0, 1, 1, 5, 5);
    const error = await broken({ time });
    expect(error.code).toBe("R292");
    expect(error.message).toBe("R292: snapshot 2 would have no new edges: none has time 2");
    expect(error.fix).toContain("merge: 4");
    expect(await read({ ...edges, time }, { merge: 4 })).toMatchObject({ starts: [0, 4, 6] });
    const late = await broken({}, { last: 9 });
    expect(late.message).toBe("R292: snapshot 3 would have no new edges: none has time 3");
    const merge = Number(/merge: (\d+)/.exec(late.fix)![1]);
    expect((await read(edges, { last: 9, merge })).starts.at(-1)).toBe(6);
  });
  it("refuses a range that leaves no edges, and a list without any", async () => {
    const error = await broken({}, { first: 7, last: 9 });
    expect(error.code).toBe("R293");
    expect(error.message).toBe("R293: no edge has a time from 7 to 9");
    expect(error.why).toMatch(/go from 0 to 2$/);
    const none = await broken({ edge_index: i32([2, 0]), time: i32([0]) });
    expect(none.code).toBe("R293");
    expect(none.message).toMatch(/there are no edges$/);
  });
  it("refuses an edge to a node that is not there, counted as in the file", async () => {
    const edge_index = i32([2, 6], 0, 1, 1, 2, 3, 0, 1, 0, 5, 1, 0, 3);
    const error = await broken({ edge_index });
    expect(error.code).toBe("R250");
    expect(error.message).toMatch(
      /edge 2 goes from node 1 to node 5, but the graph has nodes 0 to 4$/,
    );
    expect((await broken({ edge_index }, { first: 1 })).message).toContain("edge 2 goes");
  });
  it("refuses tables of features that are not one for each snapshot", async () => {
    const error = await broken({ x: f32([2, 5, 1], ...Array.from({ length: 10 }, () => 1)) });
    expect(error.code).toBe("R294");
    expect(error.message).toMatch(/has 2 tables, but there are 3 snapshots$/);
  });
});

describe("the text format u v t", () => {
  it("reads fields apart by blanks, tabs or commas, and skips comments", () => {
    const arrays = readEdgeList("% people\n0 1 3\n\n2\t1\t4\r\n1, 2, 7\n# end\n", "mail.txt");
    expect(arrays.get("edge_index")).toEqual(ndarray([2, 3], Float64Array.of(0, 2, 1, 1, 1, 2)));
    expect(arrays.get("time")).toEqual(ndarray([3], Float64Array.of(3, 4, 7)));
  });
  it("is read through `as temporal`", async () => {
    writeFileSync(join(folder, "mail.txt"), "0 1 0\n1 2 0\n2 0 1\n");
    const labels = saveNpz({ y: i32([3], 0, 1, 1) });
    const { files: _, ...spec } = dynamic(edges, { undirected: true });
    const { graphs } = await load({
      ...spec,
      files: [{ path: "mail.txt", format: "temporal" }, { path: labels }],
    });
    expect(graphs).toMatchObject({ nodeCount: 3, edgeCount: 6 });
    expect(graphs!.snapshots!.starts).toEqual(Int32Array.of(0, 4, 6));
  });
  it.each([
    ["0 1", "R230", "mail.txt, line 1: 2 fields where an edge has three"],
    ["0 1 2\n0 1 2 9", "R230", "mail.txt, line 2: 4 fields where an edge has three"],
    ["0 ann 2", "R237", 'mail.txt, line 1: the target is "ann"'],
    ["# nothing\n", "R232", "mail.txt has no edges"],
  ])("refuses %j", async (text, code, message) => {
    const error = await failure(() => readEdgeList(text, "mail.txt"));
    expect(error.code).toBe(code);
    expect(error.message).toBe(`${code}: ${message}`);
  });
});
