import { describe, expect, it } from "vitest";
import { check, withFix } from "./check.js";
import { changed, data } from "./texts.js";

/** What is replaced, by what, and each diagnostic with its fix after ` -> `. */
type Case = [piece: string, by: string, expected: string[]];

describe("data", () => {
  it("becomes what the runtime reads", () => {
    const { program, diagnostics } = check(data);
    expect(diagnostics).toEqual([]);
    expect(program.data).toMatchObject([
      {
        name: "Bars",
        files: [],
        generate: {
          name: "trusses",
          args: new Map([
            ["count", 40],
            ["seed", 3],
            ["dimensions", 2],
            ["cells", 4],
          ]),
        },
        graph: {
          name: "g",
          nodes: [{ name: "x", source: { tag: "array", name: "x" } }],
          nodesBy: "node_ptr",
          connections: { tag: "array", name: "edge_index" },
          edges: [{ name: "bar", source: { tag: "array", name: "edge_attr" } }],
          edgesBy: "edge_ptr",
        },
        samples: [
          { name: "field", source: { tag: "array", name: "load" } },
          { name: "target", source: { tag: "array", name: "y" } },
        ],
        split: { rule: "random", ratio: [80, 10, 10] },
        scale: [
          { name: "x", method: "standard" },
          { name: "bar", method: "standard" },
          { name: "target", method: "standard" },
        ],
      },
    ]);
  });

  it.each([
    ["stratified by target 8 : 1 : 1", { rule: "stratified", by: "target", ratio: [8, 1, 1] }],
    ["grouped by field 8 : 1 : 1", { rule: "grouped", by: "field", ratio: [8, 1, 1] }],
    ["stratified by target folds 10", { rule: "folds", by: "target", folds: 10 }],
    ["grouped by field folds 10", { rule: "groupedFolds", by: "field", folds: 10 }],
    ["per class 20 : 30", { rule: "perClass", train: 20, validation: 30 }],
    [
      'given train = "a", test = "b"',
      { rule: "given", train: "a", validation: undefined, test: "b" },
    ],
  ])("reads the split `%s`", (split, expected) => {
    const { program } = check(changed(data, "random 80 : 10 : 10", split));
    expect(program.data[0].split).toEqual(expected);
  });

  it("reads one-hot arrays and several columns", () => {
    const source = changed(data, '"load"', 'one_hot("kind")').replace('"y"', '["ux", "uy"]');
    expect(check(source).program.data[0].samples.map((sample) => sample.source)).toEqual([
      { tag: "oneHot", name: "kind" },
      { tag: "columns", names: ["ux", "uy"] },
    ]);
  });

  it("reads feature transforms, of columns too", () => {
    const wanted = { tag: "transform", name: "cubic_symmetric" };
    const sourceOf = (text: string) =>
      check(changed(data, '"load"', text)).program.data[0].samples[0].source;
    expect(sourceOf('cubic_symmetric("angles")')).toEqual({
      ...wanted,
      of: { tag: "array", name: "angles" },
    });
    expect(sourceOf('cubic_symmetric("a", "b", "c")')).toEqual({
      ...wanted,
      of: { tag: "columns", names: ["a", "b", "c"] },
    });
  });

  it("lets samples refer to graphs", () => {
    const source = changed(data, 'field = "load"', 'graph = "point_graph", field = "load"');
    expect(check(source).diagnostics).toEqual([]);
    const without = source.replace(/  graph [^}]*}\n/, "").replace("x, bar, ", "");
    expect(withFix(without)).toEqual([
      "D409 3:12 [graph] `sample graph` refers to graphs, and this data has none -> add a `graph g { .. }` block, or give the sample another name",
    ]);
  });
});

describe("what is wrong in data", () => {
  it.each<Case>([
    [
      "trusses",
      "truses",
      ["N122 2:12 [truses] there is no generator `truses` -> did you mean `trusses`?"],
    ],
    [
      "count: 40",
      "cuont: 40",
      ["N123 2:20 [cuont] `trusses` has no argument `cuont` -> did you mean `count`?"],
    ],
    [
      "count: 40",
      "count: 0",
      [
        "N127 2:27 [0] `count` of `trusses` is 0, expected a whole number from 1 to 100000 -> give a whole number from 1 to 100000",
      ],
    ],
    [
      "count: 40",
      "count: 1.5",
      [
        "N127 2:27 [1.5] `count` of `trusses` is 1.5, expected a whole number from 1 to 100000 -> give a whole number from 1 to 100000",
      ],
    ],
    [
      "count: 40",
      "40",
      [
        "N124 2:20 [40] this argument of `trusses` has no name -> write `count: ..` before the value",
      ],
    ],
    [
      "count: 40",
      "count: 40, count: 41",
      ["N125 2:31 [count] `count` is given twice -> keep one of them"],
    ],
    [
      "seed: 3",
      "seed: many",
      [
        "N128 2:37 [many] `seed` of `trusses` must be a whole number from 0 to 2147483648 -> write a whole number from 0 to 2147483648",
      ],
    ],
    [
      "  generate trusses(count: 40, seed: 3)\n",
      "",
      ['N120 1:6 [Bars] data `Bars` has no `file` -> add `file "cora.npz"`'],
    ],
    [
      "seed: 3)",
      'seed: 3)\n  file "a.npz"',
      ["D401 3:3 [file] `Bars` has both a file and a generator -> remove `file` or `generate`"],
    ],
    [
      "generate trusses(count: 40, seed: 3)",
      'file "a.npz" as npx',
      ["N122 2:19 [npx] there is no data format `npx` -> did you mean `npz`?"],
    ],
    [
      "  split    random 80 : 10 : 10\n",
      "",
      ["N120 1:6 [Bars] data `Bars` has no `split` -> add `split random 80 : 10 : 10`"],
    ],
    [
      '  sample   field = "load", target = "y"\n',
      "",
      ['N120 1:6 [Bars] data `Bars` has no `sample` -> add `sample target = "y"`'],
    ],
    [
      "80 : 10",
      "0 : 10",
      ["N127 9:19 [0] the training part is 0, expected a number above 0 -> give a number above 0"],
    ],
    [
      "80 : 10",
      "80 : -10",
      [
        "N127 9:24 [-10] the validation part is -10, expected a number from 0 -> give a number from 0",
      ],
    ],
    [
      "random 80 : 10 : 10",
      "stratified by taget folds 5",
      [
        "D403 9:26 [taget] `split` names `taget`, which this data does not have -> did you mean `target`?",
      ],
    ],
    [
      "random 80 : 10 : 10",
      "stratified by target folds 1",
      [
        "N127 9:39 [1] the number of folds is 1, expected a whole number from 2 to 1000 -> give a whole number from 2 to 1000",
      ],
    ],
    [
      "random 80 : 10 : 10",
      "per class 0 : 30",
      [
        "N127 9:22 [0] the number of training nodes is 0, expected a whole number from 1 -> give a whole number from 1",
      ],
    ],
    [
      "random 80 : 10 : 10",
      'given train = "a", train = "b"',
      ["N125 9:31 [train] `train` is given twice -> keep one of them"],
    ],
    [
      "random 80 : 10 : 10",
      'given validation = "a"',
      [
        'N126 9:3 [split    given validation = "a"] `split given` needs the argument `train` -> write `split given train = "train_mask"`',
      ],
    ],
    [
      "random 80 : 10 : 10",
      'given trian = "a"',
      ["N122 9:18 [trian] there is no part of a split `trian` -> did you mean `train`?"],
    ],
    [
      "random 80 : 10 : 10",
      "random 80 : 10 : 10\n  split random 1 : 1 : 1",
      ["N121 10:3 [split] a second `split` in this data -> keep one `split`"],
    ],
    [
      "target standard",
      "target standrad",
      ["N122 10:27 [standrad] there is no scaler `standrad` -> did you mean `standard`?"],
    ],
    [
      "x, bar, target standard",
      "x, baar standard",
      [
        "D403 10:15 [baar] `scale` names `baar`, which this data does not have -> did you mean `bar`?",
      ],
    ],
    [
      "x, bar, target standard",
      "x, x standard",
      ["D404 10:15 [x] `x` is used twice in this data -> give one of them another name"],
    ],
    [
      '"load"',
      "load",
      ["D402 8:20 [load] `load` does not name an array -> write the name of the array in quotes"],
    ],
    [
      '"load"',
      'one_hto("a")',
      ["N122 8:20 [one_hto] there is no way to read an array `one_hto` -> did you mean `one_hot`?"],
    ],
    [
      '"load"',
      'cubic_symetric("a")',
      [
        "N122 8:20 [cubic_symetric] there is no way to read an array `cubic_symetric` -> did you mean `cubic_symmetric`?",
      ],
    ],
    [
      '"load"',
      "cubic_symmetric()",
      [
        "D402 8:20 [cubic_symmetric()] `cubic_symmetric` without a name does not name an array -> write the name of the array in quotes",
      ],
    ],
    [
      '"load"',
      "one_hot(3)",
      [
        "D402 8:28 [3] the number 3 does not name an array -> write the name of the array in quotes",
      ],
    ],
    [
      "field = ",
      "x = ",
      ["D404 8:12 [x] `x` is used twice in this data -> give one of them another name"],
    ],
    [
      'bar = "edge_attr"',
      '= "edge_attr"',
      [
        'D406 6:13 ["edge_attr"] graph `g` has its connections twice -> keep one, or name an edge feature: `edges attr = "edge_attr"`',
        "D403 10:15 [bar] `scale` names `bar`, which this data does not have",
      ],
    ],
    [
      '    edges = "edge_index" by "edge_ptr"\n',
      "",
      ['D405 3:12 [g] graph `g` has no connections -> add `edges = "edge_index"`'],
    ],
    [
      'edges bar = "edge_attr"',
      'edges bar = "edge_attr" by "other"',
      [
        'D407 6:32 ["other"] `by "other"` contradicts the other edges -> write `by "edge_ptr"`, or leave it out',
      ],
    ],
    [
      ' by "node_ptr"',
      "",
      [
        'D408 4:15 ["x"] nothing says which nodes belong to which graph -> add `by "node_ptr"` to the nodes',
      ],
    ],
  ])("%s -> %s", (piece, by, expected) => {
    expect(withFix(changed(data, piece, by))).toEqual(expected);
  });
});

describe("connections in snapshots", () => {
  const papers = (call: string): string => `data Papers {
  file   "papers.npz"
  graph  g { nodes x = "x"; edges = ${call} }
  sample target = "y"
  split  stratified by target 40 : 5 : 55
}
`;
  const connections = (call: string): unknown =>
    check(papers(call)).program.data[0]?.graph?.connections;

  it("carry their time, and how they are cut", () => {
    expect(connections('snapshots("edge_index", time: "time", merge: 3)')).toEqual({
      tag: "snapshots",
      of: { tag: "array", name: "edge_index" },
      time: "time",
      merge: 3,
    });
    const call =
      'snapshots("u", "v", time: "t", first: 2, last: 9, new_edges: true, undirected: true, sort: false)';
    expect(connections(call)).toEqual({
      tag: "snapshots",
      of: { tag: "columns", names: ["u", "v"] },
      time: "t",
      first: 2,
      last: 9,
      newEdges: true,
      undirected: true,
      sort: false,
    });
  });
  it.each([
    ['snapshots(time: "t")', "D410 3:37 [snapshots]"],
    ['snapshots("a", "b", "c", time: "t")', "D410 3:37 [snapshots]"],
    ['snapshots("e")', "N126 3:37 [snapshots]"],
    ['snapshots("e", tim: "t")', "N123 3:52 [tim]"],
    ['snapshots("e", time: "t", time: "t")', "N125 3:63 [time]"],
    ['snapshots("e", time: 3)', "N128 3:58 [3]"],
    ['snapshots("e", time: "t", merge: 0)', "N127 3:70 [0]"],
    ['snapshots("e", time: "t", first: 1.5)', "N127 3:70 [1.5]"],
    ['snapshots("e", time: "t", new_edges: 1)', "N128 3:74 [1]"],
    ['snapshots("e", time: "t", first: 4, last: 3)', "D411 3:37 [snapshots]"],
    ['snapshots("e", time: "t") by "edge_ptr"', 'D412 3:66 ["edge_ptr"]'],
    ['snapshots<3>("e", time: "t")', 'D402 3:37 [snapshots<3>("e", time: "t")]'],
  ])("%s is refused at %s", (call, place) => {
    const found = withFix(papers(call));
    expect(found.length).toBe(1);
    expect(found[0]).toContain(place);
  });
  it("are no source of features", () => {
    const source = papers('"e"').replace('nodes x = "x"', 'nodes x = snapshots("x", time: "t")');
    expect(withFix(source)[0]).toContain("N122 3:24 [snapshots]");
  });
});
