/** What a review says about small changes, and the command on files and git revisions. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import type { Program } from "../../compiler/index.js";
import { plan } from "../../compiler/plan/index.js";
import { compare } from "../../compiler/review/compare.js";
import type { Review } from "../../compiler/review/compare.js";
import { energyModels } from "../../runtime/energy/models.js";
import { asMarkdown, asText } from "../../compiler/review/print.js";
import { folder, sgnnc } from "../cli/support.js";

const at = new Map([
  ["N", 100],
  ["E", 400],
  ["E+loops", 500],
]);

function program(source: string): Program {
  const checked = checkSource({ file: "a.sgnn", source, host: { read: () => undefined } });
  if (checked.program === undefined) throw new Error(checked.diagnostics[0].message);
  return plan(checked.program);
}
const arithmetic = energyModels["arithmetic-45nm"];
const review = (before: string, after: string, energy = arithmetic): Review =>
  compare(program(before), program(after), at, energy);

const base = `model Net(g: graph(x: real[N, 8])) -> real[N, 2] {
  let h = g.x |> Dense<16> |> relu
  return h |> Dense<2>
}
`;

describe("compare", () => {
  test("the same models with other comments and layout: nothing", () => {
    const other = `// why\n${base.replaceAll("\n  ", "\n\n      ")}`;
    expect(review(base, other)).toEqual({ models: [], neurons: [], trainings: [] });
    expect(asText("a.sgnn", review(base, other), at, arithmetic.name)).toBe(
      "a.sgnn: the models are the same\n",
    );
  });

  test("a wider layer: shapes, numbers by hand, weights that do not load", () => {
    const [model] = review(base, base.replace("<16>", "<32>")).models;
    expect(model).toMatchObject({
      name: "Net",
      what: "changed",
      interface: [],
      rewired: false,
      loads: false,
    });
    expect(model.layers).toEqual([
      { what: "changed", name: "h", before: "Dense -> real[N, 16]", after: "Dense -> real[N, 32]" },
    ]);
    // 8 * 16 + 16 + 16 * 2 + 2 = 178 and 8 * 32 + 32 + 32 * 2 + 2 = 354 numbers;
    // N * (8 * 16 + 16 * 2) = 16,000 and N * (8 * 32 + 32 * 2) = 32,000 MACs.
    const amounts = Object.fromEntries(
      model.amounts.map(({ name, before, after }) => [name, [before.value, after.value]]),
    );
    expect(amounts).toMatchObject({ parameters: [178, 354], MACs: [16_000, 32_000] });
    const energy = (side: 0 | 1): number => amounts.MACs[side] * 4.6 + amounts.ADDs[side] * 0.9;
    expect(amounts["energy (pJ)"]).toEqual([energy(0), energy(1)]);
    // With memory, every number that is read or written costs as well.
    const whole = review(base, base.replace("<16>", "<32>"), energyModels["horowitz-45nm"]);
    const joules = whole.models[0].amounts.find(({ name }) => name === "energy (pJ)");
    expect(joules?.before.formula).toBe("4.6 MACs + 0.9 ADDs + 5 reads + 5 writes");
    expect(joules?.before.value).toBeGreaterThan(energy(0));
    expect(model.weights.map((one) => [one.name, one.before, one.after])).toEqual([
      ["h.weight", "[8, 16]", "[8, 32]"],
      ["h.bias", "[16]", "[32]"],
      ["output.weight", "[16, 2]", "[32, 2]"],
    ]);
  });

  test("another activation rewires and keeps the weights", () => {
    const [model] = review(base, base.replace("relu", "tanh")).models;
    expect(model).toMatchObject({ rewired: true, loads: true, layers: [], weights: [] });
  });

  test("inputs and outputs, models that come and go, kinds", () => {
    const wider = base.replace("x: real[N, 8]", "x: spike[N, 9]");
    const { models } = review(base, `${wider}${base.replace("Net", "Other")}`);
    expect(models.map(({ name, what }) => [name, what])).toEqual([
      ["Net", "changed"],
      ["Other", "added"],
    ]);
    expect(models[0].interface).toEqual([
      {
        what: "changed",
        name: "input g",
        before: "graph(x: real[N, 8])",
        after: "graph(x: spike[N, 9])",
      },
    ]);
    expect(compare(program(base), undefined, at, arithmetic).models[0].what).toBe("removed");
  });

  test("a neuron with other equations, a training with other numbers", () => {
    const source = `neuron Half { state v = 0 update v = v / 2 + input spike when v > 1 reset v = 0 emit 1 }
data D { file "a.npz" graph g { nodes x = "x" edges = "e" } sample target = "y" split per class 5 : 5 }
${base.replace("relu", "Half")}train Net on D {
  loss cross_entropy(output, target)
  optimize adam(rate: 0.01)
  epochs 10
}
`;
    const found = review(
      source,
      source.replace("v / 2", "v / 3").replace("epochs 10", "epochs 20"),
    );
    expect(found.neurons.map(({ name, what }) => [name, what])).toEqual([["Half", "changed"]]);
    expect(found.trainings[0].before).toContain("epochs 10");
    expect(found.trainings[0].after).toContain("epochs 20");
  });

  test("markdown is a table per model", () => {
    const text = asMarkdown(
      "a.sgnn",
      review(base, base.replace("<16>", "<32>")),
      at,
      arithmetic.name,
    );
    expect(text).toContain("| MACs | 16,000 | 32,000 | x2.0 |");
    expect(text).toContain("**Net** changed; old weights do not load: 3 weights differ.");
    expect(text).toContain("- changed: `h.weight` `[8, 16]` becomes `[8, 32]`");
  });
});

describe("sgnnc review", () => {
  test("two files, as text and as JSON", async () => {
    const home = folder();
    writeFileSync(join(home, "old.sgnn"), base);
    writeFileSync(join(home, "new.sgnn"), base.replace("<16>", "<32>"));
    const text = await sgnnc(["review", "old.sgnn", "new.sgnn"], home);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain("~ model Net (changed)");
    const json = await sgnnc(["review", "old.sgnn", "new.sgnn", "--json", "--at", "N=10"], home);
    const document = JSON.parse(json.stdout) as { files: { models: { name: string }[] }[] };
    expect(document.files[0].models.map((one) => one.name)).toEqual(["Net"]);
  });

  test("a git revision against the working copy, and two revisions", async () => {
    const home = folder();
    const git = (...words: string[]): void =>
      void execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], {
        cwd: home,
      });
    git("init", "-q");
    writeFileSync(join(home, "net.sgnn"), base);
    git("add", ".");
    git("commit", "-qm", "one");
    writeFileSync(join(home, "net.sgnn"), base.replace("relu", "tanh"));
    const copy = await sgnnc(["review", "HEAD", "net.sgnn"], home);
    expect(copy.stdout).toContain("the same layers are connected in another way");
    git("commit", "-qam", "two");
    const commits = await sgnnc(["review", "HEAD~1", "HEAD", "--format", "markdown"], home);
    expect(commits.stdout).toContain("**Net** changed; old weights still load.");
    const blob = await sgnnc(["review", "HEAD~1:net.sgnn", "HEAD:net.sgnn"], home);
    expect(blob.stdout).toContain("old weights still load");
    const none = await sgnnc(["review", "nowhere", "net.sgnn"], home);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain("`nowhere` is neither a file nor a git revision");
  });

  test("a version with errors shows them and ends with 1", async () => {
    const home = folder();
    writeFileSync(join(home, "old.sgnn"), base);
    writeFileSync(join(home, "new.sgnn"), base.replace("Dense<16>", "Dens<16>"));
    const { code, stderr } = await sgnnc(["review", "old.sgnn", "new.sgnn"], home);
    expect(code).toBe(1);
    expect(stderr).toContain("T230");
    expect(stderr).toContain("new.sgnn has errors");
  });
});
