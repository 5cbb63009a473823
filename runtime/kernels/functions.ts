/** Functions of every element that the WebAssembly backend of TensorFlow.js computes slowly, and their derivatives. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { defineKernel, type Kernel } from "./kernel.js";
import { typeAttribute } from "./native.js";
import { backendHeap } from "./wasm/backend-heap.js";
import type { Kernels } from "./wasm/exports.js";

export type Sigmoidal = "tanh" | "sigmoid";

/** Numbers of the functions in `wasm/assembly/kernels/functions.ts`. */
const EXP = 0;
const TANH = 1;
const SLOPE: Readonly<Record<Sigmoidal, number>> = { tanh: 2, sigmoid: 3 };

const slopes: Kernel<{ readonly of: Sigmoidal }> = defineKernel({
  name: "SigmoidalSlope",
  outputs: ([x]) => [{ shape: x!.shape.slice() }],
  compute: ([x, v], [y], { of }) => {
    for (let k = 0; k < x!.length; k++) {
      const value = of === "tanh" ? Math.tanh(x![k]!) : 1 / (1 + Math.exp(-x![k]!));
      y![k] = v![k]! * (of === "tanh" ? 1 - value * value : value * (1 - value));
    }
  },
  wasm: (kernels, call, [x], { of }) => {
    const [from, vector] = call.inputs as [number, number];
    kernels.mapFunction(SLOPE[of], from, vector, call.outputs[0]!, tf.util.sizeFromShape(x!.shape));
  },
  tensorflow: ([x, v], { of }, backend) => {
    const [name, value] =
      of === "tanh" ? ["TanhGrad", tf.tanh(x!)] : ["SigmoidGrad", tf.sigmoid(x!)];
    const attributes = [typeAttribute(backend, "T", "float32")];
    return [backend.executeSingleOutput(name, attributes, [value, v!])];
  },
  gradient: ([dy], [x, v], { of }) => [
    () => {
      const bend = of === "tanh" ? tf.mul(-2, tf.tanh(x!)) : tf.sub(1, tf.mul(2, tf.sigmoid(x!)));
      return tf.mul(sigmoidalSlope(x!, tf.mul(dy!, v!), of), bend);
    },
    () => sigmoidalSlope(x!, dy!, of),
  ],
});

/** v times the derivative of tanh or the sigmoid at x, in one pass. Shapes are equal; differentiable. */
export function sigmoidalSlope(x: Tensor, v: Tensor, of: Sigmoidal): Tensor {
  return slopes([x, v], { of })[0]!;
}

interface WasmBackend {
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: string): TensorInfo;
}

/** Replaces the kernels `Exp` and `Tanh` of the wasm backend by vectors. To be called when it has registered its own. */
export function replaceSlowFunctions(): void {
  for (const [kernelName, kind] of [
    [tf.Exp, EXP],
    [tf.Tanh, TANH],
  ] as const) {
    tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, backend }): TensorInfo => {
        const { dataIdMap, makeOutput } = backend as WasmBackend;
        return run(kind, inputs["x"]!, dataIdMap, makeOutput.bind(backend));
      },
    });
  }
}

function run(
  kind: number,
  x: TensorInfo,
  tensors: WasmBackend["dataIdMap"],
  makeOutput: WasmBackend["makeOutput"],
): TensorInfo {
  const y = makeOutput(x.shape, "float32");
  const { memoryOffset: from } = tensors.get(x.dataId);
  const { memoryOffset: to } = tensors.get(y.dataId);
  const { mapFunction } = backendHeap().module<Kernels>("kernels");
  mapFunction(kind, from, 0, to, tf.util.sizeFromShape(x.shape));
  return y;
}
