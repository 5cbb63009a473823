/**
 * The forward loop and the exact backward loop of a neuron over time, as TypeScript functions.
 *
 * Forward walks the steps, and the units within a step; the states live in the trace arrays, so a step
 * reads slice `step` and writes slice `step + 1`. Backward walks the steps from the last to the first,
 * recomputes each from the trace, and carries the gradient of every state in one array of `units`
 * numbers. Neither allocates inside a loop.
 */
import type { NeuronIr } from "../ir/ir.js";
import { adjointLines, initialLines } from "./adjoint.js";
import { branchFree, spikeLine } from "./branch-free.js";
import { flag, name, rename, choose, compare, ZERO } from "./formula.js";
import type { Condition, Formula } from "./formula.js";
import { formulasOf, withoutUnused } from "./lines.js";
import type { Line } from "./lines.js";
import { capitalised } from "./names.js";
import { printFormula, printLine } from "./print.js";
import type { Helpers } from "./print.js";
import { share } from "./share.js";
import { stepOf } from "./step.js";
import type { Step } from "./step.js";

export interface LoopOptions {
  readonly forwardName: string;
  readonly backwardName: string;
  readonly helpers: Helpers;
  /** Where a line of the neuron is, for the comments: `lif.sgnn:4`. */
  readonly place: (line: number) => string;
}

/** Identifiers that only the emitted loop needs. */
interface Frame {
  readonly step: Step;
  readonly options: LoopOptions;
  readonly now: string;
  readonly next: string;
  readonly time: string;
  readonly unit: string;
  readonly channel: string;
  readonly steps: string;
  readonly units: string;
  readonly channels: string;
}

/** The text of both functions (not formatted). */
export function neuronLoops(
  neuron: NeuronIr,
  options: LoopOptions,
): { readonly forward: string; readonly backward: string } {
  return {
    forward: forwardText(frameOf(neuron, options)),
    backward: backwardText(frameOf(neuron, options)),
  };
}

function frameOf(neuron: NeuronIr, options: LoopOptions): Frame {
  const step = stepOf(neuron);
  const word = (wanted: string): string => step.names.fresh(wanted);
  return {
    step,
    options,
    time: word("step"),
    unit: word("unit"),
    channel: word("channel"),
    steps: word("steps"),
    units: word("units"),
    channels: word("channels"),
    now: word("now"),
    next: word("next"),
  };
}

/* ---------------------------------------------------------------- what both loops read */

/** Declarations of arrays and shared numbers, and the lines that read the values of one unit. */
interface Reads {
  readonly outside: readonly string[];
  readonly perStep: readonly string[];
  readonly lines: readonly Line[];
  readonly traces: ReadonlyMap<string, string>;
  readonly strides: ReadonlyMap<string, string>;
  readonly sharedParams: ReadonlySet<string>;
}

function readsOf(frame: Frame): Reads {
  const { step } = frame;
  const outside: string[] = [];
  const perStep: string[] = [];
  const lines: Line[] = [];
  const strides = new Map<string, string>();
  const traces = new Map<string, string>();
  const sharedParams = new Set<string>();
  const fresh = (wanted: string): string => step.names.fresh(wanted);

  let k = 0;
  for (const [input, local] of step.inputs) {
    const values = fresh(`${local}Values`);
    const stride = fresh(`${local}Stride`);
    const row = fresh(`${local}Row`);
    strides.set(input, row);
    outside.push(`const ${values} = loop.inputs[${k}];`);
    outside.push(`const ${stride} = loop.inputStride[${k}];`);
    perStep.push(`const ${row} = ${frame.time} * ${stride};`);
    lines.push(constant(local, `${values}[${row} + ${frame.unit}]`));
    k++;
  }
  step.neuron.params.forEach((param, p) => {
    const local = step.params.get(param.name) ?? param.name;
    if (param.per === "shared") {
      sharedParams.add(local);
      outside.push(`const ${local} = loop.parameters[${p}][0];`);
      return;
    }
    const values = fresh(`${local}Values`);
    const stride = fresh(`${local}Stride`);
    strides.set(param.name, stride);
    outside.push(`const ${values} = loop.parameters[${p}];`);
    outside.push(`const ${stride} = loop.parameterStride[${p}];`);
    lines.push(constant(local, `${values}[${frame.channel} * ${stride}]`));
  });
  step.neuron.states.forEach((state, s) => {
    const trace = fresh(`${state.name}Trace`);
    traces.set(state.name, trace);
    outside.push(`const ${trace} = loop.trace[${s}];`);
    const before = step.before.get(state.name) ?? state.name;
    lines.push(constant(before, `${trace}[${frame.now} + ${frame.unit}]`));
  });
  return { outside, perStep, lines, traces, strides, sharedParams };
}

function constant(local: string, text: string): Line {
  return { tag: "const", name: local, value: { tag: "read", text } };
}

/** The updates and the decision to spike: the same lines in both loops. */
function stepLines(frame: Frame, withMargins: boolean): readonly Line[] {
  const { step, options } = frame;
  const lines: Line[] = [];
  for (const { target, value, line, state } of step.updates) {
    const note = noteOf(options, `update ${state}`, line);
    lines.push({ tag: "const", name: target, value, note });
  }
  const { spike } = step;
  if (spike === undefined) return lines;
  const op = spike.inclusive ? ">=" : ">";
  const note = noteOf(options, "spike", spike.line);
  const test = (side: { margin: string; value: Formula }): Condition => {
    if (withMargins) lines.push({ tag: "const", name: side.margin, value: side.value, note });
    return compare(withMargins ? name(side.margin) : side.value, op, ZERO);
  };
  const above = test(spike.above);
  const flagNote = withMargins ? undefined : note;
  lines.push({ tag: "test", name: spike.above.flag, test: above, note: flagNote });
  if (spike.below !== undefined) {
    const notAbove: Condition = { tag: "not", operand: flag(spike.above.flag) };
    lines.push({
      tag: "test",
      name: spike.below.flag,
      test: { tag: "both", left: notAbove, right: test(spike.below) },
      note: flagNote,
    });
    lines.push({
      tag: "test",
      name: spike.fired,
      test: { tag: "either", left: flag(spike.above.flag), right: flag(spike.below.flag) },
    });
  }
  return lines;
}

function resetLines(frame: Frame): readonly Line[] {
  const { step, options } = frame;
  return step.resets.map(({ target, previous, value, line, state }) => ({
    tag: "const",
    name: target,
    value: choose(flag(step.spike?.fired ?? ""), value, name(previous)),
    note: noteOf(options, `reset ${state}`, line),
  }));
}

function noteOf(options: LoopOptions, what: string, line: number): string {
  return `${what}   ${options.place(line)}`;
}

/* ---------------------------------------------------------------- forward */

function forwardText(frame: Frame): string {
  const { step, options } = frame;
  const reads = readsOf(frame);
  const output = step.names.fresh("output");
  const count = step.names.fresh("count");
  const here = `[${frame.now} + ${frame.unit}]`;

  const emit: Line = {
    tag: "store",
    to: `${output}${here}`,
    op: "=",
    value: emitted(step),
    note: noteOf(options, "emit", step.emit.line),
  };
  const traced = [...reads.traces].map(([state, trace]): Line => {
    const to = `${trace}[${frame.next} + ${frame.unit}]`;
    return { tag: "store", to, op: "=", value: name(step.after.get(state) ?? state) };
  });
  const body = withSpike(frame, [...reads.lines, ...stepLines(frame, false)], (spike) => [
    ...(spike === undefined ? [] : [counted(count, spike)]),
    emit,
    ...resetLines(frame),
    ...traced,
  ]);

  const shared = share(withoutUnused(body), reads.sharedParams, step.names);
  const head = [...reads.outside, `const ${output} = loop.output;`, `let ${count} = 0;`];
  const text = [
    ...shared.hoisted.map((line) => printLine(line, options.helpers)),
    ...initialText(frame, reads),
    `for (let ${frame.time} = 0; ${frame.time} < ${frame.steps}; ${frame.time}++) {`,
    ...stepHead(frame, reads.perStep, shared.lines),
    unitLoop(frame, shared.lines),
    "}",
    `return ${step.spike === undefined ? 0 : count};`,
  ].join("\n");
  return functionText({
    doc: describeLoop(step.neuron, "over time, step by step, every unit of a step in turn."),
    signature: `${options.forwardName}(loop: sg.NeuronLoop): number`,
    head: [...sizesHead(frame), ...head],
    text,
  });
}

function counted(count: string, spike: string): Line {
  return { tag: "store", to: count, op: "+=", value: name(spike) };
}

/**
 * The lines that decide about a spike, then those that depend on it, with the spike as a number: see
 * `branch-free.ts`.
 * @param rest the lines after the decision, given the name of the number; undefined in a neuron that never spikes
 */
function withSpike(
  { step }: Frame,
  decision: readonly Line[],
  rest: (spike: string | undefined) => readonly Line[],
): readonly Line[] {
  if (step.spike === undefined) return [...decision, ...rest(undefined)];
  const spike = step.names.fresh("spike");
  const { fired } = step.spike;
  return [...decision, spikeLine(spike, fired), ...branchFree(rest(spike), fired, spike)];
}

/** The value of the output at this step: 0 where no spike fell. */
function emitted(step: Step): Formula {
  const { spike, emit } = step;
  if (spike === undefined) return emit.above;
  const below =
    spike.below === undefined ? ZERO : choose(flag(spike.below.flag), emit.below ?? ZERO, ZERO);
  return choose(flag(spike.above.flag), emit.above, below);
}

/** Fills slice 0 of the traces. */
function initialText(frame: Frame, reads: Reads): readonly string[] {
  const text: string[] = [];
  const loopLines: Line[] = [];
  for (const [state, formula] of initialOf(frame.step)) {
    const trace = reads.traces.get(state) ?? state;
    if (formula.tag === "number") {
      text.push(`${trace}.fill(${formula.value}, 0, ${frame.units});`);
      continue;
    }
    loopLines.push({ tag: "store", to: `${trace}[${frame.unit}]`, op: "=", value: formula });
  }
  if (loopLines.length > 0) text.push(unitLoop(frame, [...paramLines(frame, reads), ...loopLines]));
  return text;
}

function initialOf(step: Step): ReadonlyMap<string, Formula> {
  return new Map(
    step.neuron.states.map((state) => [
      state.name,
      rename(state.initial, (text) => name(step.params.get(text) ?? text)),
    ]),
  );
}

/** Only the lines that read parameters per channel. */
function paramLines(frame: Frame, reads: Reads): readonly Line[] {
  const params = new Set(frame.step.params.values());
  return reads.lines.filter((line) => line.tag === "const" && params.has(line.name));
}

/* ---------------------------------------------------------------- backward */

function backwardText(frame: Frame): string {
  const { step, options } = frame;
  const reads = readsOf(frame);
  const fresh = (wanted: string): string => step.names.fresh(wanted);
  const here = `[${frame.now} + ${frame.unit}]`;
  const outputGradient = fresh("outputGradient");
  const spikesGradient = fresh("spikesGradient");
  const head: string[] = [
    ...reads.outside,
    `const ${outputGradient} = loop.outputGradient;`,
    `const ${spikesGradient} = loop.spikesGradient;`,
  ];
  const tail: string[] = [];

  const inputGradient = new Map<string, string>();
  step.neuron.inputs.forEach((input, k) => {
    const array = fresh(`${step.inputs.get(input) ?? input}Gradient`);
    head.push(`const ${array} = loop.inputGradients[${k}];`);
    inputGradient.set(input, `${array}[${reads.strides.get(input) ?? ""} + ${frame.unit}]`);
  });
  const stateGradient = new Map<string, string>();
  for (const { name: state } of step.neuron.states) {
    const array = fresh(`${state}Gradient`);
    head.push(`const ${array} = new Float64Array(${frame.units});`);
    stateGradient.set(state, `${array}[${frame.unit}]`);
  }
  const paramGradient = new Map<string, string>();
  step.neuron.params.forEach((param, p) => {
    if (!param.learn) return;
    const local = step.params.get(param.name) ?? param.name;
    if (param.per === "shared") {
      const total = fresh(`${local}Gradient`);
      head.push(`let ${total} = 0;`);
      tail.push(`loop.parameterGradients[${p}][0] += ${total};`);
      paramGradient.set(param.name, total);
      return;
    }
    const array = fresh(`${local}Gradient`);
    const stride = reads.strides.get(param.name) ?? "";
    head.push(`const ${array} = loop.parameterGradients[${p}];`);
    paramGradient.set(param.name, `${array}[${frame.channel} * ${stride}]`);
  });

  const dOutput = fresh("dOutput");
  const adjoint = adjointLines(step, {
    outputGradient: name(dOutput),
    spikesGradient: name(spikesGradient),
    stateGradient,
    inputGradient,
    paramGradient,
    note: (what, line) => noteOf(options, what, line),
  });
  const body = withSpike(frame, [...reads.lines, ...stepLines(frame, true)], () => [
    ...resetLines(frame),
    { tag: "comment", text: "Gradients, from the last line to the first." },
    constant(dOutput, `${outputGradient}${here}`),
    ...adjoint,
  ]);
  const shared = share(withoutUnused(body), reads.sharedParams, step.names);
  const start = initialLines(step, stateGradient, paramGradient, initialOf(step));
  const text = [
    ...shared.hoisted.map((line) => printLine(line, options.helpers)),
    `for (let ${frame.time} = ${frame.steps} - 1; ${frame.time} >= 0; ${frame.time}--) {`,
    ...stepHead(frame, reads.perStep, shared.lines),
    unitLoop(frame, shared.lines),
    "}",
    ...(start.length > 0 ? [unitLoop(frame, [...paramLines(frame, reads), ...start])] : []),
    ...tail,
  ].join("\n");
  return functionText({
    doc: `Gradient of ${options.forwardName}: the steps from last to first, each recomputed from the trace.`,
    signature: `${options.backwardName}(loop: sg.NeuronLoopGradient): void`,
    head: [...sizesHead(frame), ...head],
    text,
  });
}

/* ---------------------------------------------------------------- text */

function unitLoop(frame: Frame, lines: readonly Line[]): string {
  const { options, unit, channel, channels, units } = frame;
  const body = withoutUnused(lines).map((line) => printLine(line, options.helpers));
  const perChannel = uses(body.join("\n"), channel);
  const start = perChannel ? `let ${unit} = 0, ${channel} = 0` : `let ${unit} = 0`;
  const turn = perChannel ? [`if (++${channel} === ${channels}) ${channel} = 0;`] : [];
  return [`for (${start}; ${unit} < ${units}; ${unit}++) {`, ...body, ...turn, "}"].join("\n");
}

/** Offsets of this step into the arrays, only those that the body reads. */
function stepHead(
  frame: Frame,
  perStep: readonly string[],
  lines: readonly Line[],
): readonly string[] {
  const text = lines.map((line) => textOf(line, frame.options.helpers)).join("\n");
  const needsNext = uses(text, frame.next);
  const offsets: string[] = [];
  if (needsNext || uses(text, frame.now)) {
    offsets.push(`const ${frame.now} = ${frame.time} * ${frame.units};`);
  }
  if (needsNext) offsets.push(`const ${frame.next} = ${frame.now} + ${frame.units};`);
  return [...offsets, ...perStep.filter((line) => uses(text, declared(line)))];
}

function textOf(line: Line, helpers: Helpers): string {
  const own = line.tag === "comment" ? "" : printLine(line, helpers);
  return [own, ...formulasOf(line).map((formula) => printFormula(formula, helpers))].join("\n");
}

function sizesHead(frame: Frame): readonly string[] {
  return [
    `const ${frame.steps} = loop.steps;`,
    `const ${frame.units} = loop.units;`,
    `const ${frame.channels} = loop.channels;`,
  ];
}

interface FunctionText {
  readonly doc: string;
  readonly signature: string;
  /** Declarations before the loops; only those that are used stay. */
  readonly head: readonly string[];
  readonly text: string;
}

function functionText({ doc, signature, head, text }: FunctionText): string {
  let kept = text;
  const used: string[] = [];
  for (const line of [...head].reverse()) {
    if (!uses(kept, declared(line))) continue;
    used.push(line);
    kept = `${line}\n${kept}`;
  }
  return `/** ${doc} */\nfunction ${signature} {\n${destructured(kept)}\n}`;
}

/** Joins lines `const steps = loop.steps;` into one `const { steps, units } = loop;`. */
function destructured(text: string): string {
  const plain = /^const (\w+) = loop\.\1;\n/gm;
  const fields = [...text.matchAll(plain)].map((match) => match[1]);
  return fields.length < 2
    ? text
    : `const { ${fields.join(", ")} } = loop;\n${text.replace(plain, "")}`;
}

/** `const x = ...` -> `x` */
function declared(line: string): string {
  return line.replace(/^(const|let) /, "").replace(/ =.*$/s, "");
}

function uses(text: string, word: string): boolean {
  const code = text.replace(/\/\/.*$/gm, "");
  return new RegExp(`(?<![\\w$.])${word.replace(/\$/g, "\\$")}(?![\\w$])`).test(code);
}

function describeLoop(neuron: NeuronIr, how: string): string {
  return `${capitalised(neuron.name)} ${how}`;
}
