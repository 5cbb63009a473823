/** The loops of a neuron in vectors: the generated function, translated to WebAssembly when it first runs. */
import type { Heap } from "../../kernels/wasm/heap.js";
import { instantiateModule, webAssembly } from "../../kernels/wasm/module.js";
import type { NeuronLoop, NeuronLoopGradient } from "../loop.js";
import { execute, isArray, type Environment } from "./evaluate.js";
import { NoVectorForm, parseLoop, type LoopText } from "./parse.js";
import { translate, type Translated } from "./translate.js";

interface Made extends Translated {
  readonly module: object;
  readonly instances: WeakMap<Heap, VectorFunction>;
}
interface VectorFunction {
  run(...values: number[]): number | number[] | undefined;
}

type Loop = NeuronLoop | NeuronLoopGradient;
type LoopFunction = (loop: never) => unknown;

/** By function; `undefined` for one that has no vector form. */
const texts = new WeakMap<LoopFunction, LoopText | undefined>();
/** By function and strides of the parameters. */
const translations = new WeakMap<LoopFunction, Map<string, Made>>();

/**
 * Runs a loop function in vectors, with the same results as the function itself, bit for bit.
 * @param definition as generated
 * @param loop whose arrays all lie in the heap
 * @param newArray zeros in the heap, for arrays that the function makes; the heap must not grow meanwhile
 * @returns what the function returns, as `value`; undefined when it has no vector form and nothing was done
 */
export function runInVectors(
  definition: LoopFunction,
  loop: Loop,
  heap: Heap,
  newArray: (size: number) => Float64Array,
): { readonly value: unknown } | undefined {
  const { steps, units, channels } = loop;
  const text = textOf(definition);
  // A pair is two neighbouring units of one row.
  if (!text || steps === 0 || units === 0 || units % 2 !== 0) return undefined;
  if (text.channel !== undefined && channels % 2 !== 0) return undefined;
  const environment: Environment = new Map([[text.argument, loop]]);
  const run = prepared(definition, text, environment, heap, newArray);
  if (!run) return undefined;
  run();
  return { value: execute(text.after, environment, newArray) };
}

/** Executes what comes before the loops; returns what runs the loops, undefined when something has no vector form. */
function prepared(
  definition: LoopFunction,
  text: LoopText,
  environment: Environment,
  heap: Heap,
  newArray: (size: number) => Float64Array,
): (() => void) | undefined {
  try {
    execute(text.before, environment, newArray);
    const made = translationOf(definition, text, environment);
    let instance = made.instances.get(heap);
    if (!instance) {
      instance = instantiateModule<VectorFunction>(made.module, heap.memory);
      made.instances.set(heap, instance);
    }
    const { run } = instance;
    return () => {
      const totals = run(...made.arguments.map((one) => argumentOf(one, environment)));
      const values = totals === undefined ? [] : [totals].flat();
      made.totals.forEach((name, k) => {
        environment.set(name, Number(environment.get(name)) + values[k]!);
      });
    };
  } catch (error) {
    if (!(error instanceof NoVectorForm)) throw error;
    texts.set(definition, undefined);
    return undefined;
  }
}

function textOf(definition: LoopFunction): LoopText | undefined {
  if (texts.has(definition)) return texts.get(definition);
  let text: LoopText | undefined;
  try {
    text = parseLoop(definition.toString());
  } catch (error) {
    if (!(error instanceof NoVectorForm)) throw error;
  }
  texts.set(definition, text);
  return text;
}

function translationOf(definition: LoopFunction, text: LoopText, environment: Environment): Made {
  const known = translations.get(definition) ?? new Map<string, Made>();
  translations.set(definition, known);
  const key = (environment.get(text.argument) as Loop).parameterStride.join();
  let made = known.get(key);
  if (!made) {
    const translated = translate(text, environment);
    const module = new webAssembly.Module(translated.bytes);
    made = { ...translated, module, instances: new WeakMap() };
    known.set(key, made);
  }
  return made;
}

function argumentOf(
  { name, as }: Translated["arguments"][number],
  environment: Environment,
): number {
  const value = environment.get(name);
  return isArray(value) ? value.byteOffset : as === "int" ? Number(value) | 0 : Number(value);
}
