import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readCsv } from "../../runtime/data/csv.js";
import { readJson } from "../../runtime/data/json.js";
import type { AnyArray } from "../../runtime/data/ndarray.js";
import { readPickle } from "../../runtime/data/pickle.js";
import { joinTables, openTable, tableOf } from "../../runtime/data/table.js";
import { SgnnError } from "../../runtime/error.js";

const folder = mkdtempSync(join(tmpdir(), "sgnn-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixtures = fileURLToPath(new URL("./fixtures/planetoid", import.meta.url));

const caught = (run: () => unknown): SgnnError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SgnnError) return error;
    throw error;
  }
  throw new Error("no error");
};
const plain = (array: AnyArray | undefined): unknown =>
  array && { shape: array.shape, dtype: array.dtype, data: Array.from<unknown>(array.data) };

describe("csv", () => {
  it("reads columns: whole numbers, numbers with gaps, text", () => {
    const columns = readCsv(
      'id,"a ""b""",kind\r\n1,0.5,"x, y"\r\n\r\n2,,"two\nlines"\r\n',
      "t.csv",
      ",",
    );
    expect([...columns.keys()]).toEqual(["id", 'a "b"', "kind"]);
    expect(plain(columns.get("id"))).toEqual({ shape: [2], dtype: "i32", data: [1, 2] });
    expect(plain(columns.get('a "b"'))).toEqual({ shape: [2], dtype: "f64", data: [0.5, NaN] });
    expect(plain(columns.get("kind"))).toEqual({
      shape: [2],
      dtype: "text",
      data: ["x, y", "two\nlines"],
    });
    expect(plain(readCsv("\uFEFFu\tv\n-1e2\tInf", "t.tsv", "\t").get("v"))).toEqual({
      shape: [1],
      dtype: "f64",
      data: [Infinity],
    });
  });
  it("tells the line of what is wrong", () => {
    const ragged = caught(() => readCsv('a,b\n1,"x\ny"\n2\n', "t.csv", ","));
    expect(ragged.message).toBe("R230: t.csv, line 4: 1 cell where the header has 2");
    expect(ragged.fix).toContain('"b"');
    expect(caught(() => readCsv('a,b\n1,"x', "t.csv", ",")).message).toBe(
      "R231: t.csv, line 2: a quoted cell is never closed",
    );
    expect(caught(() => readCsv('a\n"x"y\n', "t.csv", ",")).code).toBe("R231");
    expect(caught(() => readCsv("1,2\n3,4\n", "t.csv", ",")).message).toContain("has no header");
    expect(caught(() => readCsv("a,a\n1,2\n", "t.csv", ",")).message).toContain('named "a"');
    expect(caught(() => readCsv("", "t.csv", ",")).code).toBe("R232");
    const text = readCsv("a\n1\n1.2x\n", "t.csv", ",").get("a");
    expect(text?.dtype === "text" && text.firstText).toBe('line 3: "1.2x"');
  });
});

describe("json", () => {
  it("reads arrays by name", () => {
    const arrays = readJson(
      '{"x": [[1, 2], [3, 4.5]], "m": [true, false], "w": ["a"], "s": 3}',
      "d.json",
    );
    expect(plain(arrays.get("x"))).toEqual({ shape: [2, 2], dtype: "f64", data: [1, 2, 3, 4.5] });
    expect(plain(arrays.get("m"))).toEqual({ shape: [2], dtype: "i32", data: [1, 0] });
    expect(plain(arrays.get("w"))).toEqual({ shape: [1], dtype: "text", data: ["a"] });
    expect(plain(arrays.get("s"))).toEqual({ shape: [], dtype: "i32", data: [3] });
  });
  it("tells where it is ragged or holds something else", () => {
    expect(caught(() => readJson('{"x": [[1, 2], [3]]}', "d.json")).message).toContain(
      '"x" in d.json[1] has 1',
    );
    expect(caught(() => readJson('{"x": [[1], 2]}', "d.json")).code).toBe("R230");
    expect(caught(() => readJson('{"x": [1, null]}', "d.json")).message).toContain("[1] is null");
    expect(caught(() => readJson('{"x": [1, "a"]}', "d.json")).code).toBe("R212");
    expect(caught(() => readJson("[1]", "d.json")).code).toBe("R233");
    expect(caught(() => readJson("{,}", "d.json")).code).toBe("R233");
  });
});

describe("TU text folder", () => {
  const write = (name: string, files: Record<string, string>): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    for (const [file, text] of Object.entries(files))
      writeFileSync(join(path, `${name}_${file}.txt`), text);
    return path;
  };
  it("reads graphs, labels and attributes, with edges grouped by graph", () => {
    const path = write("TOY", {
      A: "3, 4\n1, 2\n2, 1\n4, 3\n",
      graph_indicator: "1\n1\n2\n2\n2\n",
      graph_labels: "1\n-1\n",
      node_labels: "5\n2\n2\n2\n5\n",
      edge_attributes: "0.1\n0.2\n0.3\n0.4\n",
    });
    const table = openTable(path, "TOY", undefined);
    expect(table.names).toEqual([
      "edge_index",
      "node_ptr",
      "edge_ptr",
      "y",
      "node_label",
      "edge_attr",
    ]);
    expect(plain(table.get("edge_index"))).toEqual({
      shape: [2, 4],
      dtype: "i32",
      data: [0, 1, 0, 1, 1, 0, 1, 0],
    });
    expect(plain(table.get("node_ptr"))).toMatchObject({ data: [0, 2, 5] });
    expect(plain(table.get("edge_ptr"))).toMatchObject({ data: [0, 2, 4] });
    expect(plain(table.get("y"))).toMatchObject({ data: [1, 0] });
    expect(plain(table.get("node_label"))).toMatchObject({ data: [1, 0, 0, 0, 1] });
    expect(plain(table.get("edge_attr"))).toEqual({
      shape: [4, 1],
      dtype: "f32",
      data: Array.from(new Float32Array([0.2, 0.3, 0.1, 0.4])),
    });
  });
  it("tells the file and line of what is wrong", () => {
    const across = write("CROSS", { A: "1, 2\n2, 3\n", graph_indicator: "1\n1\n2\n" });
    expect(caught(() => openTable(across, "CROSS", "tu")).message).toBe(
      "R234: CROSS/CROSS_A.txt, line 2: there is no edge between 2 and 3",
    );
    const word = write("WORD", { A: "1, 2\n", graph_indicator: "1\none\n" });
    expect(caught(() => openTable(word, "WORD", "tu")).message).toContain(
      'line 2: "one" is not a number',
    );
    const short = write("SHORT", { A: "1, 2\n", graph_indicator: "1\n1\n", node_labels: "1\n" });
    expect(caught(() => openTable(short, "SHORT", "tu")).message).toContain("1 lines where 2");
    const mixed = write("MIXED", { A: "1, 3\n", graph_indicator: "1\n2\n1\n" });
    expect(caught(() => openTable(mixed, "MIXED", "tu")).message).toContain(
      "graph 1 after graph 2",
    );
    mkdirSync(join(folder, "EMPTY"));
    expect(caught(() => openTable(join(folder, "EMPTY"), "EMPTY", undefined)).code).toBe("R234");
  });
});

describe("planetoid", () => {
  it.each([0, 2, 4])("reads pickles of protocol %i", (protocol) => {
    const table = openTable(join(fixtures, `ind.p${protocol}`), "toy", "planetoid");
    expect(plain(table.get("x"))).toEqual({
      shape: [7, 3],
      dtype: "f32",
      data: [1, 0, 0.5, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0],
    });
    expect(plain(table.get("y"))).toMatchObject({ data: [0, 1, 0, 1, -1, 0, 1] });
    expect(plain(table.get("edge_index"))).toEqual({
      shape: [2, 10],
      dtype: "i32",
      data: [0, 0, 1, 2, 2, 3, 3, 5, 6, 6, 1, 2, 0, 0, 3, 2, 6, 6, 3, 5],
    });
    expect(plain(table.get("train_mask"))).toMatchObject({ data: [1, 1, 0, 0, 0, 0, 0] });
    expect(plain(table.get("val_mask"))).toMatchObject({ data: [0, 0, 1, 1, 0, 0, 0] });
    expect(plain(table.get("test_mask"))).toMatchObject({ data: [0, 0, 0, 0, 0, 1, 1] });
  });
  it("finds the files from any one of them, and says what is there when it cannot", () => {
    expect(openTable(join(fixtures, "ind.p2.graph"), "g", undefined).get("y").shape).toEqual([7]);
    expect(caught(() => openTable(join(fixtures, "ind.q"), "ind.q", undefined)).why).toContain(
      "ind.p0, ind.p2, ind.p4",
    );
  });
  it("runs nothing: other globals are refused by name", () => {
    const evil = readFileSync(join(fixtures, "evil.pickle"));
    expect(caught(() => readPickle(evil, "evil")).message).toContain("it names os.system");
    const good = readFileSync(join(fixtures, "ind.p4.graph"));
    for (let length = 0; length < good.length; length += 5) {
      expect(caught(() => readPickle(good.subarray(0, length), "cut")).code).toBe("R235");
    }
  });
});

describe("choice of format and several files", () => {
  it("goes by `as`, then by the extension", () => {
    writeFileSync(join(folder, "list.txt"), "u,v\n0,1\n");
    expect(openTable(join(folder, "list.txt"), "list.txt", "csv").names).toEqual(["u", "v"]);
    expect(caught(() => openTable(join(folder, "list.txt"), "list.txt", undefined)).message).toBe(
      "R222: the format of list.txt is not known",
    );
    expect(caught(() => openTable(join(folder, "list.txt"), "list.txt", "cvs")).fix).toContain(
      'did you mean "csv"?',
    );
  });
  it("joins files; a name in two of them must be qualified", () => {
    const column = (value: number): AnyArray => ({
      shape: [1],
      dtype: "i32",
      data: new Int32Array([value]),
    });
    const joined = joinTables([
      tableOf(
        "a/nodes.csv",
        new Map([
          ["id", column(1)],
          ["x", column(2)],
        ]),
      ),
      tableOf("a/edges.csv", new Map([["id", column(3)]])),
    ]);
    expect(plain(joined.get("x"))).toMatchObject({ data: [2] });
    expect(plain(joined.get("edges.id"))).toMatchObject({ data: [3] });
    expect(caught(() => joined.get("id")).fix).toBe('say which: "nodes.id" or "edges.id"');
    expect(caught(() => joined.get("y")).code).toBe("R220");
  });
});
