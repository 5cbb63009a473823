import { beforeAll, describe, expect, it } from "vitest";
import { loadGenerated, type GeneratedModule } from "../../compiler/cli/generated.js";
import { compileSource } from "../../compiler/compile.js";
import { toJavaScript } from "../../compiler/emit/index.js";
import { modelWeights } from "../../runtime/export/weights.js";
import { Scope } from "../../runtime/layers/scope.js";
import { fieldSlices } from "../../runtime/physics/slices.js";
import { bitmap, colourAt, type Colour } from "../../runtime/report/bitmap.js";
import { fieldPictures } from "../../runtime/report/fields.js";
import { useBackend } from "../../runtime/tensor/backend.js";

// The ansatz leaves nothing to the network, so that every value is known.
const source = `problem Known {
  domain   x in [0, 2], y in [-1, 1], t in [0, 4]
  field    u(x, y, t)
  equation d(u, t) = 0
  enforce  u = x + 10 * y + 100 * t + 0 * u
  exact    u = x + 10 * y + 100 * t + 1
  sample   interior 64
}
model Plain solves Known { over (x, y, t) { Dense<4> |> tanh |> Dense<1> } }
model Apart solves Known { separable rank 2 over x, y, t { Dense<4> |> tanh } }
train Plain on Known { optimize adam(rate: 1e-3) epochs 1 }
train Apart on Known { optimize adam(rate: 1e-3) epochs 1 }
`;
let module: GeneratedModule;

beforeAll(async () => {
  await useBackend("cpu");
  const host = { read: (): undefined => undefined };
  const input = { file: "known.sgnn", source, hash: "h", version: "0", host };
  const { text = "" } = await compileSource(input);
  module = await loadGenerated(await toJavaScript(text));
});

describe.each(["Plain", "Apart"])("slices of %s", (name) => {
  it("show the plane of the first two variables at three times, each value in its cell", () => {
    const experiment = module.solvers.find((one) => one.name === name)!;
    const model = experiment.create(new Scope({ seed: 1 }));
    const slices = fieldSlices(experiment, modelWeights(model));
    model.dispose();
    expect(slices.map(({ fixed }) => fixed)).toEqual(
      [0, 2, 4].map((value) => [{ name: "t", value }]),
    );
    slices.forEach(({ found, exact }, k) => {
      expect(found.length).toBe(64 * 64);
      const at = (column: number, row: number): number =>
        (2 * (column + 0.5)) / 64 + 10 * (-1 + (2 * (row + 0.5)) / 64) + 200 * k;
      for (const [column, row] of [
        [0, 0],
        [63, 0],
        [5, 40],
        [63, 63],
      ] as const) {
        expect(found[row * 64 + column]).toBeCloseTo(at(column, row), 10);
        expect(exact![row * 64 + column]).toBeCloseTo(at(column, row) + 1, 10);
      }
    });
    const html = fieldPictures(slices);
    expect(html).toContain("u, the network at t = 2");
    expect(html).toContain("|error| of u at t = 4");
  });
});

describe("a bitmap", () => {
  it("holds a palette and one byte for each cell, the first row at the bottom", () => {
    const colours: readonly Colour[] = [
      [0, 0, 0],
      [100, 200, 50],
    ];
    const uri = bitmap([0, 0.5, 1, NaN, 2, 1], 3, colours);
    expect(uri.startsWith("data:image/bmp;base64,Qk")).toBe(true);
    const bytes = Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64");
    expect(bytes.readUInt32LE(2)).toBe(bytes.length);
    expect([bytes.readInt32LE(18), bytes.readInt32LE(22)]).toEqual([3, 2]);
    expect([...bytes.subarray(54 + 4 * 255, 54 + 4 * 255 + 3)]).toEqual([50, 200, 100]);
    const start = bytes.readUInt32LE(10);
    expect([...bytes.subarray(start)]).toEqual([0, 128, 255, 0, 0, 255, 255, 0]);
    expect(colourAt(colours, 0.5)).toEqual([50, 100, 25]);
  });
});
