/** Pictures of models: what stands in them, and that nothing overlaps. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostFor } from "../../compiler/cli/files.js";
import { checkSource } from "../../compiler/compile.js";
import type { ModelIr } from "../../compiler/ir/ir.js";
import { layout } from "../../compiler/picture/layout.js";
import { drawModel, modelGraph } from "../../compiler/picture/index.js";
import { repository } from "../cli/support.js";

function modelsOf(source: string, path = "t.sgnn"): readonly ModelIr[] {
  const checked = checkSource({ file: basename(path), source, host: hostFor(path) });
  if (checked.program === undefined) throw new Error(checked.diagnostics[0]!.message);
  return checked.program.models;
}
const none = { weights: new Map<string, number>(), rates: new Map<string, number>() };

const source = `model Net(g: graph(x: real[N, 8], e.attr: real[E, 3]), field: real[G, 1]) -> real[G, 2] {
  let h = over time 4 { g.x |> Dense<16> |> LIF |> SAGE<16>(g) |> LIF }
  let r = rate(h)
  let d = r + relu(g.x |> Dense<16>)
  let m = gather mean over j -> i { concat(d[j], e.attr) }
  let p = pool mean m over g
  return concat(p, field) |> Dense<2>
}
`;

describe("the graph of a model", () => {
  const [model] = modelsOf(source);
  const { stages, wires, blocks } = modelGraph(model!);
  const names = stages.map(({ title, name }) => (name === "" ? title : `${title} ${name}`));

  test("has the stages of the source in its order", () => {
    expect(names).toEqual([
      "input g.x",
      "Dense h.dense",
      "LIF h.lif1",
      "SAGE h.sage",
      "LIF h.lif2",
      "rate r",
      "Dense d",
      "relu",
      "+ d",
      "input g.e.attr",
      "gather mean m",
      "pool mean p",
      "input field",
      "concat",
      "Dense output",
      "output output",
    ]);
  });
  test("has their types, rows and roles", () => {
    const of = (name: string) => stages[names.indexOf(name)]!;
    expect(of("LIF h.lif1")).toMatchObject({ role: "neuron", residency: "nodes" });
    expect(of("LIF h.lif1").type.kind).toBe("spike");
    expect(of("input g.e.attr").residency).toBe("edges");
    expect(of("pool mean p").residency).toBe("graphs");
  });
  test("has a wire for each use, of the kind that flows", () => {
    const shown = wires.map(({ from, to, kind }) => `${names[from]} -> ${names[to]}: ${kind}`);
    expect(shown).toContain("LIF h.lif1 -> SAGE h.sage: spike");
    expect(shown).toContain("LIF h.lif2 -> rate r: spike");
    expect(shown).toContain("rate r -> + d: real");
    expect(shown).toContain("input g.e.attr -> gather mean m: real");
    expect(shown.filter((one) => one.endsWith("+ d: real"))).toHaveLength(2);
  });
  test("has a frame around the stages of the time block", () => {
    expect(blocks.map(({ label, stages: inside }) => [label, inside.map((k) => names[k])])).toEqual(
      [["4 steps", ["Dense h.dense", "LIF h.lif1", "SAGE h.sage", "LIF h.lif2"]]],
    );
  });
});

const examples = readdirSync(join(repository, "examples"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sgnn"))
  .sort();

test("snapshots of a dynamic graph are the steps of a block, and no stage", () => {
  const [model] = modelsOf(`model Net(g: graph(x: real[9, N, 8])) -> real[N, 2] {
  let s = over snapshots g { g.x |> SAGE<16>(g) |> LIF }
  return rate(s) |> Dense<2>
}
`);
  const graph = modelGraph(model!);
  const text = drawModel("Net", graph, { ...none, weights: new Map([["output", 34]]) });
  expect(graph.stages.map(({ title, name }) => `${title} ${name}`)).toEqual([
    "input g.x",
    "SAGE s",
    "LIF s.lif",
    "rate ",
    "Dense output",
    "output output",
  ]);
  expect(graph.blocks.map(({ label }) => label)).toEqual(["9 steps, one snapshot of g each"]);
  expect(text.match(/34 weights/g)).toHaveLength(1);
});

describe("the layout", () => {
  const widths = (count: number) => Array.from({ length: count }, (_, k) => 100 + 17 * (k % 5));
  test.each(examples)("of the models of %s: nothing overlaps, wires pass no stage", (file) => {
    const path = join(repository, "examples", file);
    for (const model of modelsOf(readFileSync(path, "utf8"), path)) {
      const graph = modelGraph(model);
      const sizes = { widths: widths(graph.stages.length), height: 50, between: 30, beside: 20 };
      const placed = layout(graph, sizes);
      placed.stages.forEach((a, i) => {
        placed.stages.forEach((b, k) => {
          if (k <= i || a.y !== b.y) return;
          const room = (sizes.widths[i]! + sizes.widths[k]!) / 2 + sizes.beside;
          expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual(room - 1);
        });
      });
      placed.wires.forEach((points, w) => {
        const { from, to } = graph.wires[w]!;
        expect(points[0]).toEqual(placed.stages[from]);
        expect(points.at(-1)).toEqual(placed.stages[to]);
        expect(placed.stages[from]!.y).toBeLessThan(placed.stages[to]!.y);
        for (const point of points.slice(1, -1)) {
          placed.stages.forEach((stage, k) => {
            if (stage.y !== point.y) return;
            expect(Math.abs(stage.x - point.x)).toBeGreaterThan(sizes.widths[k]! / 2);
          });
        }
      });
    }
  });
});

describe("the drawing", () => {
  const [model] = modelsOf(source);
  const draw = () =>
    drawModel("Net <1>", modelGraph(model!), {
      weights: new Map([["h.dense", 144]]),
      rates: new Map([["h.lif1", 0.1234]]),
    });
  test("has the same bytes every time", () => {
    expect(draw()).toBe(draw());
  });
  test("says types, weights and rates, with markup escaped", () => {
    const text = draw();
    expect(text).toContain("<title>Net &lt;1&gt;</title>");
    expect(text).toContain("h.dense · 144 weights");
    expect(text).toContain("h.lif1 · fires 12.3 %");
    expect(text).toContain(">spike[N, 16]<");
    expect(text).toContain("spike: 0 or 1");
    expect(text).not.toContain("trit");
  });
  test("is well-formed: every element is closed", () => {
    const open: string[] = [];
    for (const [, close, name, self] of draw().matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === "/") expect(open.pop()).toBe(name);
      else if (self !== "/") open.push(name!);
    }
    expect(open).toEqual([]);
  });
  test("without a run it says nothing of rates", () => {
    expect(drawModel("Net", modelGraph(model!), none)).not.toContain("fires");
  });
});
