/**
 * Which layers and functions are the same code: the checker elaborates a layer once for each kind of
 * input and once for use inside a time block, which often changes no line of the emitted class.
 */
import type { Program } from "../ir/program.js";
import type { Expr, FunctionIr, LayerIr } from "../ir/ir.js";
import { printSize } from "../ir/print.js";
import type { GraphType, TensorType } from "../ir/types.js";
import { keyOf } from "../plan/walk.js";
import { numbersIn } from "./needs.js";
import type { Needs } from "./needs.js";

/** Finds the first of equal declarations. */
export class Equals {
  private readonly first = new Map<string, LayerIr | FunctionIr>();
  private readonly representative = new Map<string, LayerIr | FunctionIr>();

  /** `needsOf` gives the sizes and constants that the code of a declaration really uses. */
  constructor(
    program: Program,
    private readonly needsOf: (callable: LayerIr | FunctionIr) => Needs,
  ) {
    for (const fn of program.functions) this.add(fn);
    for (const layer of program.layers) this.add(layer);
  }

  private add(callable: LayerIr | FunctionIr): void {
    const key = this.keyOf(callable);
    const first = this.first.get(key) ?? callable;
    this.first.set(key, first);
    this.representative.set(nameKey(callable), first);
  }

  /** The declaration that is emitted for this one. */
  of<C extends LayerIr | FunctionIr>(callable: C): C {
    return (this.representative.get(nameKey(callable)) as C | undefined) ?? callable;
  }

  /** Everything the emitted code depends on: no kinds, no types of values, no `timed`. */
  private keyOf(callable: LayerIr | FunctionIr): string {
    const inputs = callable.inputs.map((input) => `${input.name}:${inputKey(input.type)}`);
    const lines = [
      `${callable.tag} ${callable.declaredName} ${callable.origin.file} ${callable.origin.line}`,
      numbersIn(this.needsOf(callable)).join(","),
      inputs.join(","),
      ...callable.body.map((statement) => `${statement.name}=${this.exprKey(statement.value)}`),
      this.exprKey(callable.result),
    ];
    if (callable.tag === "layer") {
      for (const { name, type, initial, range, contraction, running } of callable.params) {
        const dims = type.dims.map(printSize).join(",");
        const followed =
          running === undefined ? "" : `${keyOf(running.follows)} ${String(running.rate)}`;
        lines.push(
          `${name}[${dims}] ${JSON.stringify(initial)} ${rangeKey(range)} ${String(contraction ?? "")} ${followed}`,
        );
      }
      for (const { path, target, sizes, constants } of callable.members) {
        const name = target.tag === "layer" ? this.of(target).name : target.name;
        const isUsed =
          target.tag === "layer"
            ? (key: string) => numbersIn(this.needsOf(target)).includes(key)
            : () => true;
        const given = [...sizes].filter(([key]) => isUsed(key));
        const sizeTexts = given.map(([key, size]) => `${key}=${printSize(size)}`);
        const numbers = [...constants].map(([key, value]) => `${key}=${numberKey(value)}`);
        lines.push(`${path}:${name}<${sizeTexts.join(",")};${numbers.join(",")}>`);
      }
    }
    return lines.join("\n");
  }

  private exprKey(expr: Expr): string {
    return `${keyOf(expr)}@${expr.origin.line}`;
  }
}

function nameKey(callable: LayerIr | FunctionIr): string {
  return `${callable.tag} ${callable.name}`;
}

function inputKey(type: TensorType | GraphType): string {
  if (type.tag === "tensor") return type.dims.length === 0 ? "scalar" : "tensor";
  return `graph(${[...type.nodeFields.keys()].join(",")};${[...type.edgeFields.keys()].join(",")})`;
}

function numberKey(value: number | Expr): string {
  return typeof value === "number" ? String(value) : keyOf(value);
}

function rangeKey(range: LayerIr["params"][number]["range"]): string {
  if (range === undefined) return "";
  return `${range.low}${range.lowOpen ? "<" : "<="}${range.high}${range.highOpen ? "<" : "<="}`;
}
