import { describe, expect, it } from "vitest";
import { advice, check, shown } from "./check.js";

const leaky = `neuron Leaky<beta: 0.9 in [0, 1], threshold: 1> {
  state  v = 0
  update v = beta * v + input
  spike  when v >= threshold
  reset  v = v - threshold
  emit   1
}`;
const leakyWith = (piece: string, by: string): string => {
  expect(leaky).toContain(piece);
  return leaky.replace(piece, by);
};
const neuronOf = (source: string) => {
  const { program, diagnostics } = check(source);
  expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
  return program.neurons[0];
};

describe("a neuron in the intermediate form", () => {
  it("has inputs, parameters, states and steps in order", () => {
    const neuron = neuronOf(leaky);
    expect(neuron).toMatchObject({
      tag: "neuron",
      name: "Leaky",
      inputs: ["input"],
      params: [
        {
          name: "beta",
          learn: false,
          per: "shared",
          initial: { name: "constant", args: [0.9] },
          range: { low: 0, high: 1, lowOpen: false, highOpen: false },
        },
        { name: "threshold", range: undefined },
      ],
      states: [{ name: "v", initial: { tag: "number", value: 0 } }],
      updates: [{ state: "v", detached: false, line: 3 }],
      resets: [{ state: "v", detached: false, line: 5 }],
      emit: { above: { tag: "number", value: 1 }, below: undefined, line: 6 },
      emits: "spike",
      origin: { file: "example.sgnn", line: 1 },
    });
    expect(neuron.spike).toEqual({
      margin: {
        tag: "binary",
        op: "-",
        left: { tag: "name", name: "v" },
        right: { tag: "name", name: "threshold" },
      },
      inclusive: true,
      below: undefined,
      surrogate: { name: "atan", args: [2], variable: undefined, derivative: undefined },
      line: 4,
    });
  });

  it("turns a falling comparison into a margin that rises", () => {
    const { spike } = neuronOf(leakyWith("v >= threshold", "threshold < v"));
    expect(spike).toMatchObject({
      inclusive: false,
      margin: { left: { name: "v" }, right: { name: "threshold" } },
    });
  });

  it("keeps both margins of a two-sided spike", () => {
    const source = leakyWith("v >= threshold", "v above threshold / below -threshold");
    const neuron = neuronOf(source.replace("emit   1", "emit   1 or -1"));
    expect(neuron.emits).toBe("trit");
    expect(neuron.spike).toMatchObject({
      inclusive: false,
      margin: { left: { name: "v" }, right: { name: "threshold" } },
      below: { left: { tag: "neg", operand: { name: "threshold" } }, right: { name: "v" } },
    });
  });

  it.each([
    ["emit 1", "spike"],
    ["emit -1", "trit"],
    ["emit 2", "graded"],
    ["emit input", "graded"],
    ["emit v", "graded"],
  ])("infers the kind of `%s`", (emit, kind) => {
    expect(neuronOf(leakyWith("emit   1", emit)).emits).toBe(kind);
  });

  it("emits real numbers when it never spikes", () => {
    const neuron = neuronOf(
      "neuron Leak {\n  state v = 0\n  update v = 0.9 * v + input\n  emit v\n}",
    );
    expect(neuron.emits).toBe("real");
    expect(neuron.spike).toBeUndefined();
  });

  it("emits graded values when the two sides are not -1 and 1", () => {
    const source = leakyWith("v >= threshold", "v above threshold / below -threshold");
    expect(neuronOf(source.replace("emit   1", "emit   v or -v")).emits).toBe("graded");
  });

  it("knows pi, e and inf, and lets a state be called e", () => {
    const neuron = neuronOf(leakyWith("beta * v", "beta * v * pi / pi"));
    expect(JSON.stringify(neuron.updates)).toContain(String(Math.PI));
    const source = leaky.replaceAll(/\bv\b/g, "e");
    expect(neuronOf(source).states[0].name).toBe("e");
  });

  it("reads learned parameters, initialisers and ranges", () => {
    const source = leakyWith(
      "beta: 0.9 in [0, 1]",
      "learn beta: uniform(0, 1) in [0, 1) per channel",
    );
    expect(neuronOf(source).params[0]).toEqual({
      name: "beta",
      learn: true,
      per: "channel",
      initial: { name: "uniform", args: [0, 1] },
      range: { low: 0, high: 1, lowOpen: false, highOpen: true },
    });
  });

  it("reads a custom surrogate with parameters", () => {
    const neuron = neuronOf(
      leakyWith(
        "v >= threshold",
        "v >= threshold surrogate custom(u) = 1 / (1 + abs(u / threshold)) ^ 2",
      ),
    );
    expect(neuron.spike?.surrogate).toMatchObject({ name: "custom", args: [], variable: "u" });
  });

  it.each([
    ["atan", 2],
    ["sigmoid", 4],
    ["fast_sigmoid", 25],
    ["super", 10],
    ["triangle", 1],
    ["piecewise", 1],
    ["straight_through", 1],
  ])("gives surrogate %s its default", (name, value) => {
    const neuron = neuronOf(leakyWith("v >= threshold", `v >= threshold surrogate ${name}`));
    expect(neuron.spike?.surrogate).toMatchObject({ name, args: [value] });
  });

  it("accepts several inputs and a pipeline of functions", () => {
    const neuron = neuronOf(
      leakyWith("  state  v = 0", "  input  exc, inh\n  state  v = 0").replace(
        "+ input",
        "+ (exc - inh |> relu)",
      ),
    );
    expect(neuron.inputs).toEqual(["exc", "inh"]);
    expect(JSON.stringify(neuron.updates)).toContain('"fn":"relu"');
  });
});

describe("what is wrong in a neuron", () => {
  it.each([
    [
      "an unknown name",
      leakyWith("beta * v", "bta * v"),
      "U301 3:14 [bta] there is no value `bta` in this neuron",
    ],
    [
      "an unknown state",
      leakyWith("update v", "update w"),
      "U302 3:10 [w] `update` of `w`, which is not a state",
    ],
    [
      "setting a parameter",
      leakyWith("reset  v", "reset  beta"),
      "U302 5:10 [beta] `reset` of `beta`, which is not a state",
    ],
    [
      "no state",
      "neuron Step {\n  spike when input > 0\n  emit  1\n}",
      "U303 1:8 [Step] neuron `Step` has no state",
    ],
    ["no emit", leakyWith("  emit   1\n", ""), "U304 1:8 [Leaky] neuron `Leaky` emits nothing"],
    [
      "a constant without spikes",
      "neuron C {\n  state v = 0\n  update v = v + input\n  emit 1\n}",
      "U305 4:8 [1] this neuron has no `spike` line",
    ],
    [
      "a state twice",
      leakyWith("  state  v = 0\n", "  state  v = 0\n  state  v = 1\n"),
      "U306 3:10 [v] state `v` takes a name that is already used",
    ],
    [
      "a state named as a parameter",
      leakyWith("state  v = 0", "state  v = 0\n  state  beta = 1"),
      "U306 3:10 [beta] state `beta` takes a name that is already used",
    ],
    [
      "emit twice",
      leakyWith("emit   1", "emit   1\n  emit   v"),
      "U307 7:3 [emit] a second `emit` line",
    ],
    [
      "learn without a value",
      leakyWith("beta: 0.9 in [0, 1]", "learn beta"),
      "U308 1:20 [beta] parameter `beta` has no value",
    ],
    [
      "a default outside its range",
      leakyWith("beta: 0.9", "beta: 1.5"),
      "U309 1:20 [1.5] `beta` is 1.5, outside its range [0, 1]",
    ],
    [
      "a uniform start outside the range",
      leakyWith("beta: 0.9", "learn beta: uniform(0, 2)"),
      "U309 1:26 [uniform(0, 2)] `beta` is uniform(0, 2), outside its range [0, 1]",
    ],
    [
      "an open end",
      leakyWith("threshold: 1", "threshold: 0 in (0, inf)"),
      "U309 1:46 [0] `threshold` is 0, outside its range (0, inf)",
    ],
    [
      "an empty range",
      leakyWith("[0, 1]", "[1, 0]"),
      "U310 1:27 [[1, 0]] the range [1, 0] contains no number",
    ],
    [
      "a range of one open point",
      leakyWith("[0, 1]", "[1, 1)"),
      "U310 1:27 [[1, 1)] the range [1, 1) contains no number",
    ],
    [
      "a default that is no number",
      leakyWith("beta: 0.9", "beta: threshold"),
      "U311 1:20 [threshold] the value of a parameter must be a number known now",
    ],
    [
      "an unknown initialiser",
      leakyWith("beta: 0.9", "learn beta: unifrm(0, 1)"),
      "U312 1:26 [unifrm] there is no initialiser `unifrm` for a neuron's parameter",
    ],
    [
      "too many arguments",
      leakyWith("beta * v", "exp(beta, v)"),
      "U313 3:14 [exp] `exp` takes 1 argument, found 2",
    ],
    [
      "an unknown surrogate",
      leakyWith("v >= threshold", "v >= threshold surrogate atn(alpha: 2)"),
      "U314 4:40 [atn] there is no surrogate `atn`",
    ],
    [
      "an unknown surrogate argument",
      leakyWith("v >= threshold", "v >= threshold surrogate atan(slope: 2)"),
      "U315 4:45 [slope] surrogate `atan` has no argument `slope`",
    ],
    [
      "a surrogate of width 0",
      leakyWith("v >= threshold", "v >= threshold surrogate atan(alpha: 0)"),
      "U316 4:52 [0] `alpha` of surrogate `atan` is 0",
    ],
    [
      "an unknown function",
      leakyWith("+ input", "+ tahn(input)"),
      "U317 3:25 [tahn] there is no function `tahn` inside a neuron",
    ],
    [
      "a matrix product",
      leakyWith("beta * v", "beta @ v"),
      "U318 3:19 [@] the matrix product `@` has no meaning inside a neuron",
    ],
    [
      "an index",
      leakyWith("beta * v", "beta * v[i]"),
      "U318 3:21 [v[i]] an index `[..]` has no meaning inside a neuron",
    ],
    [
      "equality",
      leakyWith("v >= threshold", "v == threshold"),
      "U319 4:17 [==] a spike cannot be decided by `==`, which almost never holds between numbers",
    ],
    [
      "no comparison",
      leakyWith("v >= threshold", "v - threshold"),
      "U319 4:15 [v - threshold] a spike cannot be decided by a value alone",
    ],
    ["emit 0", leakyWith("emit   1", "emit   0"), "U320 6:10 [0] a spike emits 0"],
    [
      "two values for one side",
      leakyWith("emit   1", "emit   1 or -1"),
      "U321 6:15 [-1] `emit .. or ..` in a neuron that spikes on one side only",
    ],
    [
      "one value for two sides",
      leakyWith("v >= threshold", "v above threshold / below -threshold"),
      "U321 6:10 [1] this `emit` gives no value for a spike below",
    ],
    [
      "an unused parameter",
      leakyWith("beta * v", "0.9 * v"),
      "U323 1:14 [beta] parameter `beta` is never read",
    ],
    [
      "an unused input",
      leakyWith("beta * v + input", "beta * v"),
      "U323 1:8 [Leaky] input `input` is never read",
    ],
    [
      "division by 0",
      leakyWith("+ input", "+ input / (1 - 1)"),
      "U324 3:33 [(1 - 1)] this divides by zero",
    ],
    [
      "division by a state that starts at 0",
      leakyWith("+ input", "+ input / v"),
      "U324 3:33 [v] this divides by zero",
    ],
    [
      "a capitalised parameter",
      leakyWith("<beta", "<A: relu, beta"),
      "U325 1:14 [A] parameter `A` of a neuron must be a number",
    ],
    [
      "per node",
      leakyWith("in [0, 1]", "in [0, 1] per node"),
      "U326 1:14 [beta] parameter `beta` is `per node`",
    ],
  ])("reports %s", (_, source, message) => {
    expect(shown(source)).toEqual([message]);
  });

  it("reports a reset without a spike, and the constant", () => {
    expect(shown(leakyWith("  spike  when v >= threshold\n", ""))).toEqual([
      "U305 4:10 [v] this neuron has no `spike` line",
      "U305 5:10 [1] this neuron has no `spike` line",
    ]);
  });

  it("reports a state that nothing sets", () => {
    const source = leakyWith("  state  v = 0\n", "  state  v = 0\n  state  w = 1\n");
    expect(shown(source.replace("+ input", "+ w * input"))).toEqual([
      "U322 3:10 [w] state `w` never changes",
    ]);
  });

  it("reports a state that only feeds itself", () => {
    const source = leakyWith("  update", "  state  w = 0\n  update w = w + 1\n  update");
    expect(shown(source)).toEqual(["U323 3:10 [w] state `w` is never read"]);
  });

  it("does not report division by a state that was updated before", () => {
    expect(shown(leakyWith("v >= threshold", "input / v >= threshold"))).toEqual([]);
  });

  it("reports several errors at once, without follow-up errors", () => {
    const source = leakyWith("beta * v", "bta * v").replace("v >= threshold", "v >= treshold");
    expect(shown(source)).toEqual([
      "U301 3:14 [bta] there is no value `bta` in this neuron",
      "U301 4:20 [treshold] there is no value `treshold` in this neuron",
    ]);
  });

  it("says why and what to do", () => {
    expect(advice(leakyWith("beta * v", "bta * v"))).toEqual([
      "there is no value `bta` in this neuron",
      "an `update` line can read `input`, `beta`, `threshold`, `v`",
      "did you mean `beta`?",
    ]);
    expect(advice(leakyWith("update v", "update w"))).toEqual([
      "`update` of `w`, which is not a state",
      "a neuron keeps only what a `state` line declares: `v`",
      "add `state w = 0`",
    ]);
    expect(advice(leakyWith("v >= threshold", "v >= threshold surrogate atn"))).toEqual([
      "there is no surrogate `atn`",
      "the surrogates are `atan`, `sigmoid`, `fast_sigmoid`, `super`, `triangle`, `piecewise`, `straight_through`, and `custom(u) = ..` with a derivative of your own",
      "did you mean `atan`?",
    ]);
  });

  it("says nothing about a line that did not parse", () => {
    const found = shown(leakyWith("emit   1", "emit   ("));
    expect(found.filter((one) => one.startsWith("U"))).toEqual([]);
  });
});
