/** Tells a counter which part of a model is running, without a trace in generated code. */
import type { OperationCounter } from "./counter.js";

interface Part {
  readonly scope: { readonly path: string };
  /** Of a neuron. */
  readonly definition?: { readonly name: string };
  forward(...args: unknown[]): unknown;
}

/** Layers, neurons and whatever else has a place in the model and a forward pass. */
function isPart(value: unknown): value is Part {
  if (typeof value !== "object" || value === null) return false;
  const { scope, forward } = value as { scope?: { path?: unknown }; forward?: unknown };
  return typeof scope?.path === "string" && typeof forward === "function";
}

/**
 * Runs `run` with every part of the model announcing itself to the counter. For that time each part has a
 * `forward` of its own in front of its class's; afterwards it is gone.
 */
export function watchingParts<T>(model: object, counter: OperationCounter, run: () => T): T {
  const parts = new Set<Part>();
  const find = (owner: object): void => {
    for (const value of Object.values(owner)) {
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (!isPart(one) || parts.has(one) || one === model) continue;
        parts.add(one);
        find(one);
      }
    }
  };
  find(model);
  for (const part of parts) {
    const { path } = part.scope;
    const name = part.definition?.name ?? part.constructor.name;
    const forward = part.forward.bind(part);
    Object.defineProperty(part, "forward", {
      configurable: true,
      value: (...args: unknown[]) => counter.within(path, name, () => forward(...args)),
    });
  }
  try {
    return run();
  } finally {
    for (const part of parts) delete (part as Partial<Part>).forward;
  }
}
