/**
 * Reverse-mode derivative of a function at one point: the function runs once, then any number of
 * vector-Jacobian products are taken. `tf.grads` runs the function again for each of them, which
 * would double the cost of solving an adjoint equation.
 *
 * It reads the tape of TensorFlow.js (version 4.22, which is pinned): a list of nodes in order of
 * execution, each with the thunks of its gradient.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly Tensor[];
  readonly saved?: readonly Tensor[];
  gradient?(dys: readonly (Tensor | undefined)[]): Readonly<Record<string, () => Tensor>>;
}
interface TapeState {
  activeTape: TapeNode[] | null;
  gradientDepth: number;
}

export interface Linearisation {
  /** The function's results at the point; the caller disposes them. */
  readonly values: readonly Tensor[];
  /**
   * Gradients of sum_k <cotangents[k], values[k]> with respect to some of the arguments; zeros where
   * nothing depends on one.
   * @param cotangents one per value; undefined for zero
   * @param wanted positions of arguments
   */
  pull(cotangents: readonly (Tensor | undefined)[], wanted: readonly number[]): Tensor[];
  /** Frees what the products read. */
  dispose(): void;
}

/** Runs `f` at `point` and keeps what its derivative needs. Must not run inside a kernel. */
export function linearise(
  f: (args: readonly Tensor[]) => readonly Tensor[],
  point: readonly Tensor[],
): Linearisation {
  const state = tf.engine().state as unknown as TapeState;
  // Fresh tensors, so that an argument given twice counts as two.
  const args = tf.tidy(() => point.map((tensor) => tf.clone(tensor)));
  const outer = state.activeTape;
  const tape: TapeNode[] = [];
  state.activeTape = tape;
  state.gradientDepth++;
  let values: Tensor[] = [];
  try {
    values = tf.tidy(() => f(args).map((value) => tf.clone(value)));
  } finally {
    state.gradientDepth--;
    state.activeTape = outer;
  }
  const paths = new Map<string, TapeNode[]>();
  return {
    values,
    pull(cotangents, wanted) {
      const key = wanted.join(",");
      const nodes = paths.get(key) ?? nodesFrom(tape, new Set(wanted.map((k) => args[k]!.id)));
      paths.set(key, nodes);
      return tf.tidy(() => {
        const gradients = new Map<number, Tensor>();
        values.forEach((value, k) => {
          const cotangent = cotangents[k];
          if (cotangent) add(gradients, value.id, cotangent);
        });
        const reachable = idsFrom(nodes, new Set(wanted.map((k) => args[k]!.id)));
        for (const node of [...nodes].reverse()) pullNode(node, gradients, reachable);
        return wanted.map((k) => gradients.get(args[k]!.id) ?? tf.zerosLike(args[k]!));
      });
    },
    dispose() {
      for (const node of tape) node.saved?.forEach((tensor) => tensor.dispose());
      for (const tensor of args) tensor.dispose();
    },
  };
}

/** Nodes that depend on the given tensors, in order. */
function nodesFrom(tape: readonly TapeNode[], start: ReadonlySet<number>): TapeNode[] {
  const ids = new Set(start);
  return tape.filter((node) => {
    const depends = Object.values(node.inputs).some((input) => ids.has(input.id));
    if (depends) node.outputs.forEach((output) => ids.add(output.id));
    return depends;
  });
}

function idsFrom(nodes: readonly TapeNode[], start: ReadonlySet<number>): Set<number> {
  const ids = new Set(start);
  for (const node of nodes) node.outputs.forEach((output) => ids.add(output.id));
  return ids;
}

function add(gradients: Map<number, Tensor>, id: number, gradient: Tensor): void {
  const before = gradients.get(id);
  gradients.set(id, before ? tf.add(before, gradient) : gradient);
}

function pullNode(
  node: TapeNode,
  gradients: Map<number, Tensor>,
  wanted: ReadonlySet<number>,
): void {
  const dys = node.outputs.map((output) => gradients.get(output.id));
  if (dys.every((dy) => dy === undefined) || !node.gradient) return;
  const thunks = node.gradient(dys);
  for (const [name, input] of Object.entries(node.inputs)) {
    if (wanted.has(input.id)) add(gradients, input.id, thunks[name]!());
  }
}
