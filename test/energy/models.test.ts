/** Joules: tables, formulas, a user's own. */
import { describe, expect, it } from "vitest";
import { countWork, energyModels, joules, type EnergyModel } from "../../runtime/energy/models.js";
import { energyModelNamed, parseEnergyModel } from "../../runtime/energy/table.js";
import { work, type Work } from "../../runtime/energy/work.js";

const named = (name: string): EnergyModel => energyModelNamed(name);
const inputs = 10;
const outputs = 7;

/** A layer of `steps` steps on one row whose input is active in `active` of steps * inputs places. */
function layer(kind: "real" | "graded" | "spike", steps: number, active: number): Work[] {
  const isReal = kind === "real";
  const values = steps * inputs;
  const product = work({
    op: "product",
    ...{ kind, steps, inputs, outputs, rows: steps, values, active },
    ...{ terms: values * outputs, activeTerms: active * outputs },
    each: { macs: kind === "spike" ? 0 : 1, adds: kind === "spike" ? 1 : 0, bitOps: 0 },
  });
  if (isReal) return [product];
  const neuron = work({
    op: "neuron",
    ...{ kind, steps, inputs: outputs, outputs, rows: steps },
    ...{ eventResults: steps * outputs, activeResults: 3 },
  });
  return [product, neuron];
}

describe("the formulas of SPINONet", () => {
  it("eqs. 14-17: a dense layer", () => {
    expect(countWork(layer("real", 1, 4), named("spinonet"), "events")).toEqual({
      macs: inputs * outputs,
      adds: inputs + 2 * outputs,
      bitOps: 0,
      reads: inputs + (inputs + 1) * outputs,
      writes: outputs,
    });
  });
  it("eqs. 18-22: a layer of variable spiking neurons with theta input events", () => {
    const [steps, theta] = [4, 9];
    expect(countWork(layer("graded", steps, theta), named("spinonet"), "events")).toEqual({
      macs: theta * outputs + steps * outputs,
      adds: theta * outputs + 2 * steps * outputs,
      bitOps: 0,
      reads: theta + (theta + 1) * outputs + steps * outputs + 2 * outputs,
      writes: 3 + steps * outputs,
    });
  });
  it("graded spikes break even with a dense layer at an activity of about 90 %, as the paper says", () => {
    const model = named("spinonet");
    const wide = (kind: "real" | "graded", active: number): number => {
      const [K, M] = [256, 256];
      const product = work({
        op: "product",
        ...{ kind, inputs: K, outputs: M, rows: 1, values: K, active },
        ...{ terms: K * M, activeTerms: active * M, each: { macs: 1, adds: 0, bitOps: 0 } },
      });
      const neuron = work({
        op: "neuron",
        ...{ kind, inputs: M, outputs: M, rows: 1, eventResults: M, activeResults: active },
      });
      const works = kind === "real" ? [product] : [product, neuron];
      return joules(countWork(works, model, "events"), model);
    };
    const dense = wide("real", 256);
    const parity = Array.from({ length: 257 }, (_, active) => active).find(
      (active) => wide("graded", active) > dense,
    )!;
    expect(parity / 256).toBeGreaterThan(0.87);
    expect(parity / 256).toBeLessThan(0.93);
  });
  it("spikes add where graded spikes multiply", () => {
    const model = named("spinonet");
    const graded = countWork(layer("graded", 1, 5), model, "events");
    const spikes = countWork(layer("spike", 1, 5), model, "events");
    expect(graded.macs - spikes.macs).toBe(5 * outputs);
    expect(spikes.adds - graded.adds).toBe(5 * outputs);
  });
});

describe("joules", () => {
  it("are operations times the table", () => {
    const counts = { macs: 1e3, adds: 2e3, bitOps: 32e3, reads: 3e3, writes: 4e3 };
    const pj = 4600 + 1800 + 200 + 15000 + 20000;
    expect(joules(counts, named("horowitz-45nm"))).toBeCloseTo(pj * 1e-12, 18);
    expect(joules(counts, named("arithmetic-45nm"))).toBeCloseTo(6600 * 1e-12, 18);
  });
});

describe("a user's table", () => {
  const chip = '{ "name": "chip", "picojoules": { "mac": 1, "read": 0.5 } }';
  it("takes what it names and keeps the rest of horowitz-45nm", () => {
    const { picojoules } = energyModels["horowitz-45nm"]!;
    expect(parseEnergyModel(chip, "chip.json")).toEqual({
      name: "chip",
      source: "chip.json",
      picojoules: { ...picojoules, mac: 1, read: 0.5 },
      formulas: "counted",
    });
  });
  it.each([
    ["{", "JSON"],
    ["[]", "no object"],
    ["{}", 'no table "picojoules"'],
    ['{ "picojoules": { "mack": 1 } }', 'an entry "mack"'],
    ['{ "picojoules": { "mac": -1 } }', '"mac" is -1'],
    ['{ "picojoules": { "mac": "4" } }', '"mac" is "4"'],
    ['{ "joules": {} }', 'an entry "joules"'],
    ['{ "picojoules": {}, "formulas": "wish" }', '"counted" or "spinonet"'],
  ])("refuses %s", (text, why) => {
    expect(() => parseEnergyModel(text, "chip.json")).toThrow("chip.json is no energy model");
    try {
      parseEnergyModel(text, "chip.json");
    } catch (error) {
      expect((error as { why: string }).why).toContain(why);
    }
  });
  it("names the models there are", () => {
    expect(() => energyModelNamed("horovitz-45nm")).toThrow("there is no energy model");
    try {
      energyModelNamed("horovitz-45nm");
    } catch (error) {
      expect((error as { fix: string }).fix).toContain('did you mean "horowitz-45nm"?');
    }
  });
});
