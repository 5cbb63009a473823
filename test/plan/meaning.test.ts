/**
 * The passes keep the meaning: each model runs once as planned and once with gathers lowered only, from
 * the same weights, and gives the same numbers and gradients.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import { emit } from "../../compiler/emit/index.js";
import type { Program } from "../../compiler/ir/program.js";
import { plan } from "../../compiler/plan/index.js";
import { lowerGather } from "../../compiler/plan/passes/lower-gather.js";
import * as sg from "../../runtime/index.js";

type Inputs = Record<string, unknown>;
type ModelClass = new (scope: sg.Scope) => sg.Model<Inputs>;

function programOf(name: string): Program {
  const source = readFileSync(new URL(`../emit/sources/${name}.sgnn`, import.meta.url), "utf8");
  const host = { read: () => undefined };
  const { program, diagnostics } = checkSource({ file: `${name}.sgnn`, source, host });
  if (program === undefined) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return program;
}

async function load(program: Program): Promise<Record<string, ModelClass>> {
  const { text } = await emit(program, {
    version: "0",
    sourceFile: "x.sgnn",
    source: "",
    hash: "",
  });
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: Record<string, ModelClass> = {};
  new Function("exports", "require", outputText)(exports, () => sg);
  return exports;
}

const random = (shape: number[], seed: number): tf.Tensor =>
  tf.randomUniform(shape, -1, 1, "float32", seed);

function graph(width: number, edgeWidth?: number): sg.Graph {
  const pairs = [
    [0, 1, 2, 3, 4, 0, 2, 5, 6, 6, 5],
    [1, 2, 0, 0, 3, 4, 2, 6, 5, 6, 5],
  ];
  return sg.createGraph({
    edgeIndex: Int32Array.from(pairs.flat()),
    nodeCount: 7,
    nodes: { x: random([7, width], 1) },
    edges: edgeWidth === undefined ? {} : { attr: random([11, edgeWidth], 2) },
    graphPtr: [0, 5, 7],
  }) as unknown as sg.Graph;
}

const cases: readonly (readonly [string, (model: string) => Inputs])[] = [
  ["layers", () => ({ g: graph(6, 4), field: random([2, 2], 3) })],
  ["time", () => ({ g: graph(3), x: random([5, 7, 3], 4) })],
  ["magneto", () => ({ g: graph(5), field: random([2, 1], 5) })],
  ["neurons", () => ({ x: random([7, 3], 6), y: random([7, 3], 7) })],
  [
    "sequence-output",
    (model) => ({ g: graph(3), x: random(model === "Track" ? [5, 7, 3] : [7, 3], 8) }),
  ],
  ["cora", () => ({ g: graph(1433) })],
];

describe("plan keeps the meaning", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });
  for (const [name, inputsOf] of cases) {
    it(`of ${name}.sgnn`, async () => {
      const program = programOf(name);
      const planned = await load(plan(program));
      const lowered = await load(lowerGather(program));
      for (const { name: model } of program.models) {
        const inputs = inputsOf(model);
        const [a, b] = [planned, lowered].map((module) => {
          const one = new module[model](new sg.Scope({ seed: 11 }));
          const { value, gradients } = sg.gradients(
            () => sg.mean(sg.square(one.forward(inputs, sg.createRun({ seed: 3 })))),
            one.parameters(),
          );
          const numbers = [...gradients].map(([path, g]) => [path, [...g.dataSync()]] as const);
          return {
            loss: value.dataSync()[0],
            gradients: new Map(numbers),
            count: one.parameters().length,
          };
        });
        expect(Number.isFinite(a.loss)).toBe(true);
        expect(a.loss).toBeCloseTo(b.loss, 5);
        expect([...a.gradients.keys()].sort()).toEqual([...b.gradients.keys()].sort());
        expect(a.gradients.size).toBeGreaterThan(0);
        for (const [path, values] of a.gradients) {
          const other = b.gradients.get(path) ?? [];
          values.forEach((value, k) => {
            expect(Math.abs(value - other[k])).toBeLessThan(1e-4 * (1 + Math.abs(other[k])));
          });
        }
      }
    });
  }
});
