import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { labelsOf } from "../../runtime/data/dataset.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import {
  array,
  failure,
  f32,
  folder,
  i32,
  load,
  one,
  oneSpec,
  saveNpz,
  spec,
  three,
} from "./make.js";

const broken = async (change: Partial<typeof three> & Record<string, unknown>, more = {}) =>
  failure(() => load(spec(saveNpz({ ...three, ...change } as typeof three), more)));

describe("a collection of graphs", () => {
  it("reads graphs, an isolated node and a graph without edges included", async () => {
    const data = await load(
      spec(saveNpz(three), {
        graph: { ...spec("").graph!, edges: [array("attr")] },
      }),
    );
    expect(data.level).toBe("graph");
    expect(data.units).toBe(3);
    expect(data.graphs).toMatchObject({
      count: 3,
      nodeCount: 6,
      edgeCount: 5,
      nodePtr: Int32Array.of(0, 3, 4, 6),
      edgePtr: Int32Array.of(0, 3, 3, 5),
      sources: Int32Array.of(0, 1, 1, 0, 1),
      targets: Int32Array.of(1, 2, 0, 1, 0),
    });
    expect(data.graphs?.nodes.get("x")).toMatchObject({ rows: 6, width: 2, tail: [2] });
    expect(data.graphs?.edges.get("attr")?.data).toEqual(
      new Float32Array([0.1, 0.2, 0.3, 0.4, 0.5]),
    );
    expect(data.samples.get("target")?.data).toEqual(new Float32Array([10, 20, 30]));
  });
  it("accepts node numbers that run through the collection, with and without edge starts", async () => {
    const edge_index = i32([2, 5], 4, 0, 1, 1, 5, 5, 1, 2, 0, 4);
    const graph = { ...spec("").graph!, edgesBy: undefined, edges: [array("attr")] };
    const grouped = await load(spec(saveNpz({ ...three, edge_index }), { graph }));
    expect(grouped.graphs?.edgePtr).toEqual(Int32Array.of(0, 3, 3, 5));
    expect(grouped.graphs?.sources).toEqual(Int32Array.of(0, 1, 1, 0, 1));
    expect(grouped.graphs?.targets).toEqual(Int32Array.of(1, 2, 0, 1, 0));
    // The rows of edge features moved with their edges.
    expect(grouped.graphs?.edges.get("attr")?.data).toEqual(
      new Float32Array([0.2, 0.3, 0.4, 0.1, 0.5]),
    );
    const global = i32([2, 5], 0, 1, 1, 4, 5, 1, 2, 0, 5, 4);
    const started = await load(spec(saveNpz({ ...three, edge_index: global })));
    expect(started.graphs?.sources).toEqual(Int32Array.of(0, 1, 1, 0, 1));
  });
  it("reads points that refer to graphs", async () => {
    const file = saveNpz({
      ...three,
      pg: i32([4], 2, 0, 0, 1),
      field: f32([4], 1, 2, 3, 4),
      y: f32([4], 5, 6, 7, 8),
    });
    const data = await load(
      spec(file, { samples: [array("graph", "pg"), array("field"), array("target", "y")] }),
    );
    expect(data.level).toBe("point");
    expect(data.units).toBe(4);
    expect(data.graphOf).toEqual(Int32Array.of(2, 0, 0, 1));
    expect([...data.samples.keys()]).toEqual(["field", "target"]);
  });
  it("reads targets on the nodes of a collection", async () => {
    const data = await load(spec(saveNpz({ ...three, y: f32([6], 1, 2, 3, 4, 5, 6) })));
    expect(data.level).toBe("graph");
    expect(data.samples.get("target")?.at).toBe("node");
  });
  it("turns counts and words into one-hot rows, and columns into one feature", async () => {
    writeFileSync(join(folder, "n.csv"), "kind,a,b\nC,1,0.5\nO,2,0.25\nC,3,0\n");
    writeFileSync(join(folder, "e.csv"), "from,to\n0,1\n1,2\n");
    const data = await load({
      name: "Table",
      files: [{ path: "n.csv" }, { path: "e.csv" }],
      graph: {
        name: "g",
        nodes: [
          { name: "kind", source: { tag: "oneHot", name: "kind" } },
          { name: "x", source: { tag: "columns", names: ["a", "n.b"] } },
        ],
        connections: { tag: "columns", names: ["from", "to"] },
        edges: [],
      },
      samples: [array("target", "kind")],
      split: { rule: "random", ratio: [1, 0, 0] },
      scale: [],
    });
    expect(data.level).toBe("node");
    expect(data.graphs?.nodes.get("kind")?.data).toEqual(Float32Array.of(1, 0, 0, 1, 1, 0));
    expect(data.graphs?.nodes.get("x")?.data).toEqual(Float32Array.of(1, 0.5, 2, 0.25, 3, 0));
    expect(data.graphs?.targets).toEqual(Int32Array.of(1, 2));
    expect(data.samples.get("target")).toMatchObject({
      labels: Int32Array.of(0, 1, 0),
      categories: ["C", "O"],
    });
  });
  it("generates, and reads a table without any graph", async () => {
    const made = await load({
      name: "Made",
      files: [],
      generate: { name: "trusses", args: { count: 3 } },
      graph: { ...spec("").graph!, edges: [array("attr", "edge_attr")] },
      samples: [array("target", "stiffness")],
      split: { rule: "random", ratio: [1, 1, 1] },
      scale: [],
    });
    expect(made.graphs?.count).toBe(3);
    const rows = await load(
      spec(saveNpz({ x: f32([2, 2], 1, 2, 3, 4), y: f32([2], 1, 2) }), {
        graph: undefined,
        samples: [array("x"), array("target", "y")],
        split: { rule: "random", ratio: [1, 1, 0] },
      }),
    );
    expect(rows).toMatchObject({ level: "row", units: 2 });
  });
});

describe("--data", () => {
  it("replaces the file, or the folder of several files", async () => {
    const other = join(folder, saveNpz({ ...one, x: f32([4, 2], 9, 9, 9, 9, 9, 9, 9, 9) }));
    const data = await load(oneSpec("missing.npz"), other);
    expect(data.graphs?.nodes.get("x")?.data[0]).toBe(9);
    mkdirSync(join(folder, "moved"), { recursive: true });
    saveNpz(one, "moved/a.npz");
    const moved = await load(oneSpec("elsewhere/a.npz"), join(folder, "moved"));
    expect(moved.level).toBe("node");
  });
});

describe("what is wrong with data is told", () => {
  it("unknown arrays, with the nearest name and the list", async () => {
    const error = await failure(() =>
      load(spec(saveNpz(three), { samples: [array("target", "yy")] })),
    );
    expect(error.message).toMatch(/^R220: data\d+\.npz has no array "yy"$/);
    expect(error.fix).toBe(
      `did you mean "y"? the arrays in ${/data\d+\.npz/.exec(error.message)?.[0]} are: x, edge_index, node_ptr, edge_ptr, attr, y`,
    );
  });
  it("numbers that are not finite, with row and column", async () => {
    const error = await broken({ x: f32([6, 2], 1, 2, 3, 4, 5, NaN, 7, 8, 9, 10, 11, 12) });
    expect(error.message).toContain('array "x" in');
    expect(error.message).toContain("holds NaN at row 2, column 1 (node 2;");
    expect((await broken({ y: f32([3], 1, -Infinity, 2) })).message).toContain(
      "holds -Infinity at row 1",
    );
  });
  it("edges that lead nowhere, row starts that do not fit, graphs without nodes", async () => {
    const far = await broken({ edge_index: i32([2, 5], 0, 1, 1, 0, 2, 1, 2, 0, 1, 0) });
    expect(far.code).toBe("R250");
    expect(far.message).toContain(
      "edge 4 goes from node 2 to node 0, but graph 2 has nodes 0 to 1",
    );
    expect((await broken({ edge_index: i32([2, 5], 0, 1, 1, 0, -1, 1, 2, 0, 1, 0) })).code).toBe(
      "R250",
    );
    expect((await broken({ node_ptr: i32([4], 0, 4, 3, 6) })).message).toContain(
      "falls from 4 to 3 at entry 2",
    );
    expect((await broken({ node_ptr: i32([4], 0, 3, 4, 5) })).message).toContain(
      "ends at 5, but there are 6 nodes",
    );
    expect((await broken({ node_ptr: i32([4], 0, 3, 3, 6) })).code).toBe("R247");
    expect((await broken({ edge_ptr: i32([3], 0, 3, 5) })).code).toBe("R245");
    expect((await broken({ node_ptr: i32([1], 0) })).code).toBe("R246");
    expect((await broken({ edge_index: f32([2, 5], 0, 1, 1, 0, 1, 1, 2, 0.5, 1, 0) })).code).toBe(
      "R202",
    );
    expect((await broken({ edge_index: i32([10], 0, 1, 1, 0, 1, 1, 2, 0, 1, 0) })).code).toBe(
      "R249",
    );
  });
  it("samples that do not fit, and missing ones", async () => {
    const error = await broken({ y: f32([4], 1, 2, 3, 4) });
    expect(error.message).toContain(
      "has 4 rows; expected 3 (one for each graph) or 6 (one for each node)",
    );
    const wrong = await failure(() =>
      load(
        spec(saveNpz({ ...three, pg: i32([3], 0, 1, 3) }), {
          samples: [array("graph", "pg"), array("target", "y")],
        }),
      ),
    );
    expect(wrong.message).toContain("sample 2 refers to graph 3, but there are graphs 0 to 2");
    expect((await failure(() => load(spec(saveNpz(three), { samples: [] })))).code).toBe("R251");
  });
  it("text where numbers are needed, with the line", async () => {
    writeFileSync(join(folder, "t.csv"), "a,y\n1,0\nx1,1\n");
    const error = await failure(() =>
      load(
        spec("t.csv", {
          graph: undefined,
          samples: [{ name: "x", source: { tag: "columns", names: ["a"] } }, array("target", "y")],
        }),
      ),
    );
    expect(error.code).toBe("R241");
    expect(error.message).toContain('line 3: "x1"');
  });
  it("labels outside the classes", async () => {
    const data = await load(oneSpec(saveNpz({ ...one, y: i32([4], 0, 1, 3, 1) })));
    const target = data.samples.get("target")!;
    const error = await failure(() => labelsOf("target", target, 3));
    expect(error.message).toContain("row 2 has label 3, but the model tells 3 classes apart");
    expect(labelsOf("target", target, 4)).toEqual(Int32Array.of(0, 1, 3, 1));
    const real = await load(oneSpec(saveNpz({ ...one, y: f32([4], 0, 1, 0, 1) })));
    expect((await failure(() => labelsOf("target", real.samples.get("target")!, 3))).code).toBe(
      "R254",
    );
  });
  it("a missing file and no file at all", async () => {
    expect((await failure(() => load(oneSpec("nowhere/a.npz")))).code).toBe("R203");
    expect((await failure(() => load({ ...oneSpec("a"), files: [] }))).code).toBe("R251");
    expect(
      (await failure(() => load(oneSpec(saveNpz({ ...one, x: ndarray([], Float32Array.of(1)) })))))
        .code,
    ).toBe("R240");
  });
});
