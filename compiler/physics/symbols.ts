/** Names for the derivatives of fields, and total derivatives of formulas that contain them. */
import type { OperatorIr } from "../ir/physics.js";
import { differentiate } from "../neurons/differentiate.js";
import { add, collectNames, mul, name as named, rename, type Formula } from "../neurons/formula.js";

/** A derivative of a field at one of the sites of a term. */
export interface FieldSymbol {
  readonly name: string;
  readonly site: number;
  readonly field: number;
  readonly index: readonly number[];
}

export class Symbols {
  private readonly known = new Map<string, FieldSymbol>();
  private readonly byName = new Map<string, FieldSymbol>();

  constructor(
    readonly variables: readonly string[],
    readonly fields: readonly string[],
  ) {}

  /** `u`, `u_x`, `u_xx`; at the second site `u_x_2`. */
  of(field: number, index: readonly number[], site = 0): FieldSymbol {
    const key = `${field} ${index.join()} ${site}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const orders = index.map((order, k) => this.variables[k].repeat(order)).join("");
    let name = `${this.fields[field]}${orders === "" ? "" : `_${orders}`}`;
    if (site > 0) name += `_${site + 1}`;
    while (this.byName.has(name) || this.variables.includes(name)) name += "_";
    const symbol = { name, site, field, index };
    this.known.set(key, symbol);
    this.byName.set(name, symbol);
    return symbol;
  }

  /** A field itself. */
  value(field: number, site = 0): Formula {
    return named(this.of(field, this.zero, site).name);
  }

  get zero(): readonly number[] {
    return this.variables.map(() => 0);
  }

  lookup(name: string): FieldSymbol | undefined {
    return this.byName.get(name);
  }

  /** The symbols in a formula, in order of first use. */
  in(formula: Formula): readonly FieldSymbol[] {
    const names = new Set<string>();
    collectNames(formula, names);
    return [...names].flatMap((one) => this.byName.get(one) ?? []);
  }

  /** d/d variable, where fields depend on the variables. */
  totalDerivative(formula: Formula, variable: number): Formula {
    const own = differentiate(formula, this.variables[variable]);
    return this.in(formula).reduce((sum, { name, field, index, site }) => {
      const higher = index.map((order, k) => (k === variable ? order + 1 : order));
      const inner = named(this.of(field, higher, site).name);
      return add(sum, mul(differentiate(formula, name), inner));
    }, own);
  }

  /** The derivative of a formula by a multi-index. */
  derivative(formula: Formula, index: readonly number[]): Formula {
    let result = formula;
    index.forEach((order, variable) => {
      for (let k = 0; k < order; k++) result = this.totalDerivative(result, variable);
    });
    return result;
  }

  /**
   * Puts the derivatives of `of(symbol)` in place of each symbol; undefined leaves it as it is. `finish` sees
   * each derivative once it is taken.
   */
  substitute(
    formula: Formula,
    of: (symbol: FieldSymbol) => Formula | undefined,
    finish: (replaced: Formula, symbol: FieldSymbol) => Formula = (replaced) => replaced,
  ): Formula {
    return rename(formula, (text) => {
      const symbol = this.lookup(text);
      const replacement = symbol && of(symbol);
      if (symbol === undefined || replacement === undefined) return named(text);
      return finish(this.derivative(replacement, symbol.index), symbol);
    });
  }
}

/** A single derivative as an operator. */
export function plainOperator(index: readonly number[]): OperatorIr {
  return [{ index, factor: 1 }];
}
