import { describe, expect, it } from "vitest";
import { Reporter } from "../../compiler/diagnostics/diagnostic.js";
import { resolveModules } from "../../compiler/resolve/modules.js";
import { normalisePath, resolvePath } from "../../compiler/resolve/path.js";
import { advice, check, shown } from "./check.js";

const layer = (name: string): string =>
  `layer ${name}(x: real[N, in]) -> real[N, in] {\n  return x |> relu\n}\n`;

function environmentOf(source: string, files: Readonly<Record<string, string>> = {}) {
  const reporter = new Reporter();
  const host = { read: (path: string): string | undefined => files[path] };
  return resolveModules({ file: "nets/a.sgnn", source }, host, reporter).environment;
}

describe("paths of imports", () => {
  it.each([
    ["a.sgnn", "./b.sgnn", "b.sgnn"],
    ["nets/a.sgnn", "./b.sgnn", "nets/b.sgnn"],
    ["nets/a.sgnn", "../b.sgnn", "b.sgnn"],
    ["a.sgnn", "../b.sgnn", "../b.sgnn"],
    ["/x/y/a.sgnn", "../b.sgnn", "/x/b.sgnn"],
    ["nets\\a.sgnn", "./b.sgnn", "nets/b.sgnn"],
    ["a.sgnn", "/b.sgnn", "/b.sgnn"],
  ])("%s imports %s: %s", (from, to, path) => {
    expect(resolvePath(from, to)).toBe(path);
  });

  it("gives one name to one file", () => {
    expect(normalisePath("./x/../a.sgnn")).toBe(normalisePath("a.sgnn"));
  });
});

describe("imports", () => {
  it("finds a declaration of another file, relative to the importing one", () => {
    const files = { "nets/parts/b.sgnn": layer("Block") };
    const environment = environmentOf('import { Block } from "./parts/b.sgnn"', files);
    expect(environment.lookup("Block", "nets/a.sgnn")?.file).toBe("nets/parts/b.sgnn");
    expect(environment.visible("nets/a.sgnn")[0]).toEqual({ name: "Block", type: "layer" });
  });

  it("reads a file once, however often it is imported", () => {
    const read: string[] = [];
    const files: Record<string, string> = {
      "b.sgnn": `import { C } from "./c.sgnn"\n${layer("B")}`,
      "c.sgnn": layer("C"),
    };
    const host = {
      read: (path: string) => {
        read.push(path);
        return files[path];
      },
    };
    const source = 'import { B } from "./b.sgnn"\nimport { C } from "./x/../c.sgnn"';
    const reporter = new Reporter();
    const { environment } = resolveModules({ file: "a.sgnn", source }, host, reporter);
    expect(read).toEqual(["b.sgnn", "c.sgnn"]);
    expect(reporter.diagnostics).toEqual([]);
    expect(environment.lookup("C", "a.sgnn")).toBe(environment.lookup("C", "b.sgnn"));
  });

  it("reports a file that does not exist, and nothing that would follow", () => {
    const source = `import { Block } from "./b.sgnn"\nmodel Net(x: real[N, 4]) -> real[N, 4] {\n  return x |> Block\n}`;
    expect(shown(source)).toEqual(['N103 1:23 ["./b.sgnn"] there is no file "./b.sgnn"']);
    expect(advice(source)[1]).toBe(
      "an import is looked up relative to the file it stands in; that is `b.sgnn`",
    );
  });

  it("reports a name that the file does not declare", () => {
    const source = 'import { Blok } from "./b.sgnn"';
    const files = { "b.sgnn": layer("Block") };
    expect(shown(source, files)).toEqual(['N105 1:10 [Blok] "./b.sgnn" declares no `Blok`']);
    expect(check(source, files).diagnostics[0].fix).toBe("did you mean `Block`?");
  });

  it("does not pass on what a file itself imports", () => {
    const files = {
      "b.sgnn": `import { C } from "./c.sgnn"\n${layer("B")}`,
      "c.sgnn": layer("C"),
    };
    expect(shown('import { C } from "./b.sgnn"', files)).toEqual([
      'N105 1:10 [C] "./b.sgnn" declares no `C`',
    ]);
  });

  it("reports a circle where it closes", () => {
    const files = { "b.sgnn": `import { A } from "./example.sgnn"\n${layer("B")}` };
    const source = `import { B } from "./b.sgnn"\n${layer("A")}`;
    expect(shown(source, files)).toEqual([
      'N104 b.sgnn:1:19 ["./example.sgnn"] importing "./example.sgnn" closes a circle',
    ]);
    expect(check(source, files).diagnostics[0].why).toBe(
      "each of these files imports the next: example.sgnn -> b.sgnn -> example.sgnn",
    );
  });

  it("reports a file that imports itself", () => {
    expect(shown('import { A } from "./example.sgnn"')).toEqual([
      'N104 1:19 ["./example.sgnn"] importing "./example.sgnn" closes a circle',
    ]);
  });

  it("opens the standard library by name, too", () => {
    expect(shown('import { LIF } from "sgnn:std"')).toEqual([]);
    expect(shown('import { LIFF } from "sgnn:std"')).toEqual([
      'N105 1:10 [LIFF] "sgnn:std" declares no `LIFF`',
    ]);
  });
});

describe("names", () => {
  it("reports a second declaration with the place of the first", () => {
    const source = layer("Block") + layer("Block");
    expect(shown(source)).toEqual(["N102 4:7 [Block] `Block` is declared twice"]);
    const [{ related, why }] = check(source).diagnostics;
    expect(why).toBe("a name stands for one thing in a file; it first appears in layer `Block`");
    expect(related).toEqual([
      { file: "example.sgnn", span: { start: 6, end: 11 }, message: "first declared here" },
    ]);
  });

  it("reports an import that a declaration of the file contradicts", () => {
    const files = { "b.sgnn": layer("Block") };
    expect(shown(`import { Block } from "./b.sgnn"\n${layer("Block")}`, files)).toEqual([
      "N102 1:10 [Block] `Block` is declared twice",
    ]);
  });

  it("prefers the user's declaration to the standard one, but not inside the standard library", () => {
    const environment = environmentOf(
      "neuron LIF {\n  state v = 0\n  update v = input\n  emit v\n}",
    );
    const own = environment.lookup("LIF", "nets/a.sgnn");
    const standard = environment.lookup("LIF", "sgnn:std/neurons/lif.sgnn");
    expect(own?.file).toBe("nets/a.sgnn");
    expect(standard?.file).toBe("sgnn:std/neurons/lif.sgnn");
    expect(own && environment.outputName(own)).toBe("LIF");
    expect(standard && environment.outputName(standard)).toBe("LIF2");
  });

  it("always finds the same object for the same declaration", () => {
    const environment = environmentOf("");
    expect(environment.lookup("VSN", "nets/a.sgnn")).toBe(environment.lookup("VSN", "nets/a.sgnn"));
  });

  it("guesses names of the right kind first", () => {
    const environment = environmentOf(layer("LIV"));
    expect(environment.suggest("LIG", "nets/a.sgnn", ["neuron"])).toBe("LIF");
    expect(environment.suggest("LIG", "nets/a.sgnn", ["layer"])).toBe("LIV");
    expect(environment.suggest("Blorbwhatever", "nets/a.sgnn", ["layer"])).toBeUndefined();
  });

  it("tells lines apart in every way lines can end", () => {
    const environment = environmentOf("\r\n\n\r// x");
    expect(environment.origin("nets/a.sgnn", { start: 4, end: 5 }).line).toBe(4);
  });
});
