import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { check, shown } from "./check.js";

const data = `data Bars {
  generate trusses(count: 40)
  graph    g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample   target = "y"
  split    random 80 : 10 : 10
}
`;
const model = (
  generics: string,
): string => `model Net${generics}(g: graph(x: real[N, 4])) -> real[G, 1] {
  return pool mean g.x over g |> Dense<8> |> A |> Dense<1>
}
`;
const train = (name: string): string =>
  `train ${name} on Bars {\n  loss mse(output, target)\n  optimize adam\n  epochs 3\n}\n`;
const modelsOf = (source: string): string[] => {
  expect(shown(source).filter((one) => !one.startsWith("T393"))).toEqual([]);
  return check(source).program.models.map(({ name }) => name);
};

describe("which models are emitted", () => {
  it("a model with defaults and no variants", () => {
    expect(modelsOf(model("<A: relu>"))).toEqual(["Net"]);
  });
  it("the variants instead of their model, in source order", () => {
    const source = `${model("<A: relu>")}variant B = Net<A: tanh>\nvariant A1 = Net<A: LIF>\n`;
    expect(modelsOf(source)).toEqual(["B", "A1"]);
    const [first, second] = check(source).program.models;
    expect(first).toMatchObject({ name: "B", model: "Net", isVariant: true });
    expect(second.isVariant).toBe(true);
  });
  it("no model whose generics are open, unless it is trained", () => {
    expect(modelsOf(model("<A>"))).toEqual([]);
    const [first] = check(data + model("<A>") + train("Net")).diagnostics;
    expect(first.severity).toBe("error");
  });
});

describe("what a training trains", () => {
  const variants = "variant First = Net<A: tanh>\nvariant Second = Net<A: LIF>\n";
  it("every variant of its model", () => {
    const { program } = check(data + model("<A: relu>") + variants + train("Net"));
    expect(program.trains[0].models).toEqual(["First", "Second"]);
    expect(program.trains[0].data).toBe("Bars");
  });
  it("one variant when it is named", () => {
    const { program } = check(data + model("<A: relu>") + variants + train("Second"));
    expect(program.trains[0].models).toEqual(["Second"]);
  });
  it("the model itself when it has no variants", () => {
    const { program } = check(data + model("<A: relu>") + train("Net"));
    expect(program.trains[0].models).toEqual(["Net"]);
    expect(program.trains[0].loss.inputs.map(({ name }) => name)).toEqual(["output", "target"]);
  });
  it("models and data of other files", () => {
    const files = { "parts.sgnn": data + model("<A: relu>") };
    const source = `import { Net, Bars } from "./parts.sgnn"\n${train("Net")}`;
    expect(shown(source, files)).toEqual([]);
    const { program } = check(source, files);
    expect(program.models.map(({ name }) => name)).toEqual(["Net"]);
    expect(program.data.map(({ name }) => name)).toEqual(["Bars"]);
  });
});

describe("variants", () => {
  it("report an unknown model and one of the wrong kind", () => {
    expect(shown("variant Small = Nett")).toEqual(["N101 1:17 [Nett] there is no model `Nett`"]);
    expect(shown("variant Small = Dense")).toEqual([
      "N106 1:17 [Dense] `Dense` is a layer, expected a model",
    ]);
  });
  it("report unknown, repeated and impossible generics", () => {
    for (const generics of ["B: relu", "A: relu, A: tanh", "A: 3", "A: Lif"]) {
      const { diagnostics } = check(`${model("<A: relu>")}variant Small = Net<${generics}>`);
      expect([generics, diagnostics.filter(({ severity }) => severity === "error").length]).toEqual(
        [generics, 1],
      );
    }
  });
});

describe("a program", () => {
  it("holds own neurons, used or not, and the standard ones it uses", () => {
    const own = "neuron Own {\n  state v = 0\n  update v = v + input\n  emit v\n}\n";
    const { program } = check(`${own}${model("<A: LIF>")}`);
    expect(program.neurons.map(({ name }) => name)).toEqual(["LIF", "Own"]);
  });

  it("keeps a user's neuron apart from the standard one of the same name", () => {
    const own = "neuron LIF {\n  state v = 0\n  update v = v + input\n  emit v\n}\n";
    const { program } = check(`${own}${model("<A: LIF>")}`);
    expect(program.neurons.map(({ name, emits }) => [name, emits])).toEqual([["LIF", "real"]]);
  });

  it("is empty for an empty file", () => {
    expect(check("").program).toEqual({
      file: "example.sgnn",
      neurons: [],
      functions: [],
      layers: [],
      models: [],
      data: [],
      conversions: [],
      trains: [],
      problems: [],
      solvers: [],
      solverTrains: [],
    });
  });

  it("goes on after a syntax error, and does not report what follows from it", () => {
    const broken = data.replace("split    random 80 : 10 : 10", "split    random");
    const { diagnostics } = check(`${broken}${model("<A: relu>")}${train("Net")}`);
    expect(diagnostics.map(({ code }) => code.charAt(0))).toEqual(["S"]);
  });

  it("never throws on a piece of any example", () => {
    const folders = readdirSync("examples", { recursive: true }).map(String);
    for (const file of folders.filter((name) => name.endsWith(".sgnn"))) {
      const source = readFileSync(`examples/${file}`, "utf8");
      // Eighty places of a long file say as much as all, in a tenth of the time.
      const step = Math.max(37, Math.ceil(source.length / 80));
      for (let cut = 0; cut < source.length; cut += step) {
        expect(() => check(source.slice(0, cut))).not.toThrow();
        expect(() => check(source.slice(0, cut) + source.slice(cut + 11))).not.toThrow();
      }
    }
  });
});
