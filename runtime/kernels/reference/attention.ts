/**
 * Scores of dynamic attention (Brody, Alon & Yahav 2022, eq. 7), one for each edge j -> i and head h:
 *
 *   y_eh = sum_f w_hf l(z_ehf)   with   z_ehf = t_ihf + s_jhf,   l(z) = z where z > 0, else slope z
 *
 * and their derivatives. z exists one number at a time, never for all edges. Rows of step t follow those of
 * step t - 1; t and s are [steps * nodes, heads * width], w is [heads * width], y [steps * edges, heads].
 */
export interface AttentionAttributes {
  /** Source j and target i of every edge. */
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  readonly nodes: number;
  readonly steps: number;
  readonly heads: number;
  readonly slope: number;
}

export function attentionScores(
  t: Float32Array,
  s: Float32Array,
  w: Float32Array,
  y: Float32Array,
  { sources, targets, nodes, steps, heads, slope }: AttentionAttributes,
): void {
  const edges = sources.length;
  const row = w.length;
  const width = row / heads;
  for (let step = 0; step < steps; step++) {
    const base = step * nodes;
    for (let e = 0; e < edges; e++) {
      let i = (base + targets[e]!) * row;
      let j = (base + sources[e]!) * row;
      let k = 0;
      for (let h = 0; h < heads; h++) {
        let sum = 0;
        for (const end = k + width; k < end; k++) {
          const z = t[i++]! + s[j++]!;
          sum += w[k]! * (z > 0 ? z : slope * z);
        }
        y[(step * edges + e) * heads + h] = sum;
      }
    }
  }
}

/** What a derivative is with respect to: t, s or w. */
export type AttentionPart = "target" | "source" | "weight";

/**
 * sum over e and h of d_eh y_eh, derived by one of the three.
 * @param d [steps * edges, heads]
 * @param out of the shape of the part
 */
export function attentionGradient(
  t: Float32Array,
  s: Float32Array,
  w: Float32Array,
  d: Float32Array,
  out: Float32Array,
  part: AttentionPart,
  { sources, targets, nodes, steps, heads, slope }: AttentionAttributes,
): void {
  out.fill(0);
  const edges = sources.length;
  const row = w.length;
  const width = row / heads;
  for (let step = 0; step < steps; step++) {
    const base = step * nodes;
    for (let e = 0; e < edges; e++) {
      let i = (base + targets[e]!) * row;
      let j = (base + sources[e]!) * row;
      let at = part === "target" ? i : part === "source" ? j : 0;
      let k = 0;
      for (let h = 0; h < heads; h++) {
        const cotangent = d[(step * edges + e) * heads + h]!;
        for (const end = k + width; k < end; k++, at++) {
          const z = t[i++]! + s[j++]!;
          const rise = z > 0 ? cotangent : slope * cotangent;
          out[at]! += part === "weight" ? rise * z : rise * w[k]!;
        }
      }
    }
  }
}
