/**
 * Compiled neurons against snnTorch and SpikingJelly: each case is written in the language
 * (`neurons/<case>.sgnn`), compiled, and run over the oracle's input. Spikes must be equal; gradients
 * of sum(spikes * cotangent) agree within rtol 1e-3.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "../runtime/backends.js";
import { expectClose } from "../runtime/closeness.js";
import { compileModule } from "./compile.js";
import { describeOracles, Oracle } from "./oracles.js";

const folder = fileURLToPath(new URL("neurons/", import.meta.url));
const cases = readdirSync(folder)
  .filter((file) => file.endsWith(".sgnn"))
  .map((file) => file.slice(0, -5));

async function compileNeuron(name: string): Promise<sg.NeuronDefinition> {
  const source = readFileSync(`${folder}${name}.sgnn`, "utf8");
  const neuron = /neuron (\w+)/.exec(source)![1]!;
  const model = `model Probe(g: graph(x: real[N, 5])) -> spike[N, 5] { return g.x |> ${neuron} }`;
  const module = await compileModule(`${source}\n${model}\n`);
  return module[neuron] as sg.NeuronDefinition;
}

describeOracles("compiled neurons", () => {
  const definitions = new Map<string, sg.NeuronDefinition>();
  beforeAll(async () => {
    for (const name of cases) definitions.set(name, await compileNeuron(name));
  });

  onEveryBackend(() => {
    test.each(cases)("%s", (name) => {
      const oracle = new Oracle(`neuron_${name}`);
      const [steps, , channels] = oracle.shape("in.x") as [number, number, number];
      const scope = new sg.Scope({ seed: 1 });
      tf.tidy(() => {
        const neuron = new sg.Neuron(scope.child("n"), definitions.get(name)!, { channels });
        const parameters = [...neuron.parameters];
        for (const [key, parameter] of parameters) parameter.set(oracle.floats(`param.${key}`));
        const cotangent = oracle.tensor("cotangent");
        const forward = (x: Tensor): Tensor =>
          sg.splitTime(neuron.forward([sg.joinTime(x)], sg.createRun(), { steps }), steps);
        const loss = (x: Tensor): Tensor => tf.sum(tf.mul(forward(x), cotangent));
        const x = oracle.tensor("in.x");
        expect([...forward(x).dataSync()]).toEqual([...oracle.floats("out.spikes")]);
        expectClose(tf.grad(loss)(x).dataSync(), oracle.floats("grad.x"), {
          rtol: 1e-3,
          what: "input gradient",
        });
        if (parameters.length === 0) return;
        const { gradients } = sg.gradients(
          () => loss(x),
          parameters.map(([, parameter]) => parameter),
        );
        for (const [key, parameter] of parameters) {
          expectClose(
            gradients.get(parameter.path)!.dataSync(),
            oracle.floats(`grad.param.${key}`),
            { rtol: 1e-3, what: key },
          );
        }
      });
      scope.dispose();
    });
  });
});
