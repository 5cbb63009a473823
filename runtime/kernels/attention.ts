/**
 * Scores of dynamic attention without a value per edge and channel. Their derivative is a kernel too; the
 * second one is written with these two and with operations over all edges, so that all orders are there.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Incidence } from "./segments.js";
import { defineKernel, type Kernel } from "./kernel.js";
import * as reference from "./reference/attention.js";
import type { AttentionPart } from "./reference/attention.js";
import { gatherRows } from "./segment.js";
import type { WasmCall } from "./wasm/call.js";

interface Attributes {
  /** Rows are the targets, columns the sources, entries the edges. */
  readonly matrix: Incidence;
  readonly steps: number;
  readonly heads: number;
  readonly slope: number;
}

function flat({ matrix, steps, heads, slope }: Attributes): reference.AttentionAttributes {
  const { rows, columns } = matrix;
  return {
    ...{ sources: columns.owner, targets: rows.owner, nodes: rows.count },
    ...{ steps, heads, slope },
  };
}

/** What `attention.wasm` exports; see `wasm/assembly/attention`. */
interface AttentionModule {
  scores(...addressesAndSizes: number[]): void;
  gradient(...addressesAndSizes: number[]): void;
}

/** The arguments that both share, from `targets` to `width`. */
function structure(call: WasmCall, w: TensorInfo, { matrix, steps, heads }: Attributes): number[] {
  const { rows, columns } = matrix;
  const ends = [rows, columns].map(({ owner, lasting }) => call.list(owner, lasting));
  return [...ends, rows.items, rows.count, steps, heads, w.shape[0]! / heads];
}

const scores: Kernel<Attributes> = defineKernel({
  name: "AttentionScores",
  outputs: (_inputs, { matrix, steps, heads }) => [{ shape: [steps * matrix.rows.items, heads] }],
  compute: ([t, s, w], [y], a) => reference.attentionScores(t!, s!, w!, y!, flat(a)),
  wasm: (_kernels, call, inputs, a) => {
    const module = call.heap.module<AttentionModule>("attention");
    module.scores(...call.inputs, call.outputs[0]!, ...structure(call, inputs[2]!, a), a.slope);
  },
  gradient: ([dy], [t, s, w], a) =>
    parts.map((part) => () => derivative([t!, s!, w!, dy!], { ...a, part })[0]!),
});

const parts: readonly AttentionPart[] = ["target", "source", "weight"];

const derivative: Kernel<Attributes & { readonly part: AttentionPart }> = defineKernel({
  name: "AttentionScoresGradient",
  outputs: (inputs, { part }) => [{ shape: inputs[parts.indexOf(part)]!.shape.slice() }],
  compute: ([t, s, w, d], [out], a) =>
    reference.attentionGradient(t!, s!, w!, d!, out!, a.part, flat(a)),
  wasm: (_kernels, call, inputs, a) => {
    const module = call.heap.module<AttentionModule>("attention");
    module.gradient(
      ...[...call.inputs, call.outputs[0]!],
      ...structure(call, inputs[2]!, a),
      ...[a.slope, parts.indexOf(a.part)],
    );
  },
  gradient: ([c], [t, s, w, d], a) => {
    const zeros = (x: Tensor | undefined) => (): Tensor => tf.zerosLike(x!);
    if (a.part === "weight") {
      // sum of c_hf d_eh l(z_ehf): c stands where w stood.
      const by = (part: AttentionPart) => (): Tensor =>
        derivative([t!, s!, c!, d!], { ...a, part })[0]!;
      return [by("target"), by("source"), zeros(w), () => scores([t!, s!, c!], a)[0]!];
    }
    // sum of c_ehf l'(z_ehf) d_eh w_hf, with c of the edge's end; l' does not change with z.
    const risen = (): Tensor => {
      const { rows, columns } = a.matrix;
      const z = tf.add(gatherRows(t!, rows, a.steps), gatherRows(s!, columns, a.steps));
      const rise = tf.add(tf.mul(tf.step(z), 1 - a.slope), a.slope);
      return tf.mul(gatherRows(c!, a.part === "target" ? rows : columns, a.steps), rise);
    };
    const width = w!.size / a.heads;
    return [
      zeros(t),
      zeros(s),
      () => {
        const each = tf.reshape(d!, [d!.size, 1]);
        const wide = tf.reshape(tf.tile(each, [1, width]), [d!.shape[0]!, w!.size]);
        return tf.sum(tf.mul(risen(), wide), 0);
      },
      () => {
        const product = tf.mul(risen(), tf.reshape(w!, [1, w!.size]));
        return tf.sum(tf.reshape(product, [...d!.shape, width]), -1);
      },
    ];
  },
});

/**
 * One score for each edge and head; see reference/attention.ts for the equation.
 * @param t what the edge's target brings, float32 [steps * nodes, heads * width]
 * @param s what its source brings, of the same shape
 * @param w float32 [heads * width]
 * @returns float32 [steps * edges, heads]
 */
export function attentionScores(t: Tensor, s: Tensor, w: Tensor, attributes: Attributes): Tensor {
  return scores([t, s, w], attributes)[0]!;
}
