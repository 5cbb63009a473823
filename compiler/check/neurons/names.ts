/** The values a neuron can read, and which of them it does read. */
import type { Identifier, Span } from "../../../grammar/tree.js";

export type ValueKind = "input" | "parameter" | "state";

export interface NeuronValue {
  readonly name: string;
  readonly kind: ValueKind;
  readonly span: Span;
}

/** `an input`, `a parameter`: for messages. */
export function kindText(kind: ValueKind): string {
  return kind === "input" ? "an input" : `a ${kind}`;
}

/** Names of one neuron in the order of declaration: inputs, parameters, states. */
export class NeuronNames {
  private readonly values = new Map<string, NeuronValue>();
  private readonly used = new Set<string>();
  /** Names that stand in a part already reported; they count as used. */
  private silent = false;

  /** `isUnread` knows names that stand where a line did not parse: they may be declared there. */
  constructor(readonly isUnread: (name: string) => boolean = () => false) {}

  /** Adds a name; returns the earlier value that has it, and then adds nothing. */
  declare(identifier: Identifier, kind: ValueKind): NeuronValue | undefined {
    const earlier = this.values.get(identifier.text);
    if (earlier !== undefined) return earlier;
    this.values.set(identifier.text, { name: identifier.text, kind, span: identifier.span });
    return undefined;
  }

  get(name: string): NeuronValue | undefined {
    return this.values.get(name);
  }

  /** Names of the given kinds, in order of declaration. */
  of(...kinds: readonly ValueKind[]): readonly string[] {
    return [...this.values.values()].filter((v) => kinds.includes(v.kind)).map((v) => v.name);
  }

  read(name: string): void {
    this.used.add(name);
  }

  /** A line of the neuron did not parse, so nothing can be said about what is unused. */
  silence(): void {
    this.silent = true;
  }

  /** Values that no line reads; empty when a line did not parse. */
  unused(): readonly NeuronValue[] {
    if (this.silent) return [];
    return [...this.values.values()].filter((value) => !this.used.has(value.name));
  }
}
