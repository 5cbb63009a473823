/** Operations on rows of the last dim, and on time. */
import { firstDim, lastDim, sizeOf, type Operation, type Slot } from "./operation.js";

/** Sum over the last dim of the product; an operand of lower rank serves every leading row. */
export const dot: Operation = {
  bind({ args, result, counts }) {
    const [a, b] = args as [Slot, Slot];
    const { width } = lastDim(a.dims.length >= b.dims.length ? a : b);
    const rows = sizeOf(result.dims);
    const rowOf = ({ dims }: Slot): number => (dims.length === 0 ? 1 : sizeOf(dims) / width);
    const [aRows, bRows] = [rowOf(a), rowOf(b)];
    return () => {
      for (let r = 0; r < rows; r++) {
        const left = (r % aRows) * width;
        const right = (r % bRows) * width;
        let sum = 0;
        for (let c = 0; c < width; c++) sum += a.data[left + c]! * b.data[right + c]!;
        result.data[r] = sum;
      }
      counts.macs += rows * width;
    };
  },
};

/** Side by side along the last dim. */
export const concat: Operation = {
  bind({ args, result }) {
    const { rows, width } = lastDim(result);
    const widths = args.map((arg) => lastDim(arg).width);
    return () => {
      let offset = 0;
      for (let k = 0; k < args.length; k++) {
        const { data } = args[k]!;
        const own = widths[k]!;
        for (let r = 0; r < rows; r++) {
          const from = r * own;
          const to = r * width + offset;
          for (let c = 0; c < own; c++) result.data[to + c] = data[from + c]!;
        }
        offset += own;
      }
    };
  },
};

/** Some rows of a weight. */
export const rows: Operation = {
  bind({ step, args, result }) {
    const { data } = args[0]!;
    const start = Number(step.start ?? 0) * firstDim(result).width;
    return () => result.data.set(data.subarray(start, start + result.data.length));
  },
};

/** An untimed value at every step. */
export const hold: Operation = {
  bind({ args, result }) {
    const { data } = args[0]!;
    return () => {
      for (let at = 0; at < result.data.length; at += data.length) result.data.set(data, at);
    };
  },
};

/** Mean over the steps. */
export const rate: Operation = {
  bind({ args, result, counts }) {
    const { data, steps } = args[0]!;
    const size = result.data.length;
    return () => {
      for (let k = 0; k < size; k++) {
        let sum = 0;
        for (let at = k; at < data.length; at += size) sum += data[at]!;
        result.data[k] = sum / steps;
      }
      counts.adds += data.length;
    };
  },
};

/** Softmax over the last dim, or its logarithm. */
function softmaxOf(isLogarithm: boolean): Operation {
  return {
    inPlace: true,
    bind({ args, result }) {
      const x = args[0]!.data;
      const y = result.data;
      const { rows, width } = lastDim(result);
      return () => {
        for (let r = 0; r < rows; r++) {
          const start = r * width;
          let largest = -Infinity;
          for (let c = 0; c < width; c++) largest = Math.max(largest, x[start + c]!);
          let total = 0;
          for (let c = 0; c < width; c++) total += Math.exp(x[start + c]! - largest);
          const logarithm = largest + Math.log(total);
          for (let c = 0; c < width; c++) {
            const value = x[start + c]! - logarithm;
            y[start + c] = isLogarithm ? value : Math.exp(value);
          }
        }
      };
    },
  };
}
export const softmax = softmaxOf(false);
export const logSoftmax = softmaxOf(true);

type Statistic = "sum" | "mean" | "variance";

/** A statistic of every row of the last dim (of the population), kept as size 1. */
function rowStatistic(what: Statistic): Operation {
  return {
    bind({ args, result }) {
      const x = args[0]!.data;
      const { rows, width } = lastDim(args[0]!);
      return () => {
        for (let r = 0; r < rows; r++) {
          result.data[r] = statistic(x, r * width, 1, width, what);
        }
      };
    },
  };
}
export const rowSum = rowStatistic("sum");
export const rowMean = rowStatistic("mean");
export const rowVariance = rowStatistic("variance");

/** A statistic of every column over all other dims. */
function columnStatistic(what: Statistic): Operation {
  return {
    bind({ args, result }) {
      const x = args[0]!.data;
      const { rows, width } = lastDim(args[0]!);
      return () => {
        for (let c = 0; c < width; c++) result.data[c] = statistic(x, c, width, rows, what);
      };
    },
  };
}
export const columnMean = columnStatistic("mean");
export const columnVariance = columnStatistic("variance");

/** A statistic of everything. */
function totalOf(what: Statistic): Operation {
  return {
    bind({ args, result }) {
      const x = args[0]!.data;
      return () => {
        result.data[0] = statistic(x, 0, 1, x.length, what);
      };
    },
  };
}
export const sum = totalOf("sum");
export const mean = totalOf("mean");

function statistic(
  x: Float32Array,
  start: number,
  stride: number,
  count: number,
  what: Statistic,
): number {
  let total = 0;
  for (let k = 0, at = start; k < count; k++, at += stride) total += x[at]!;
  if (what === "sum") return total;
  const average = total / Math.max(1, count);
  if (what === "mean") return average;
  let squares = 0;
  for (let k = 0, at = start; k < count; k++, at += stride) squares += (x[at]! - average) ** 2;
  return squares / Math.max(1, count);
}

/** A chain of element-wise operations: one loop that the compiler wrote. */
export const pointwise: Operation = {
  inPlace: true,
  bind({ args, result, pointwiseLoop }) {
    if (pointwiseLoop === undefined) throw new Error("the plan names no loop");
    const { rows, width } = lastDim(result);
    const operands = args.map((arg) => arg.data);
    return () => pointwiseLoop(operands, result.data, rows, width);
  },
};

/** A neuron over all steps: the loop that the compiler derived from its declaration. */
export const neuron: Operation = {
  scratch(_args, result, { neuron: about }) {
    const size = sizeOf(result.dims);
    const units = size / result.steps;
    return (about?.states ?? 0) * (size + units);
  },
  bind({ step, args, result, scratch, neuronLoop, parameters, counts }) {
    const about = step.neuron;
    if (about === undefined || neuronLoop === undefined) throw new Error("the plan names no loop");
    const size = sizeOf(result.dims);
    const { steps } = result;
    const units = size / steps;
    const trace = Array.from({ length: about.states }, (_, s) => {
      const start = s * (size + units);
      return scratch.subarray(start, start + size + units);
    });
    const loop = {
      steps,
      units,
      channels: about.channels,
      inputs: args.map((arg) => arg.data),
      inputStride: about.held.map((held) => (held ? 0 : units)),
      parameters: parameters.map((parameter) => parameter.data),
      parameterStride: about.parameters.map(({ per }) => (per === "channel" ? 1 : 0)),
      output: result.data,
      trace,
    };
    return () => {
      counts.events += neuronLoop(loop);
      counts.values += size;
    };
  },
};
