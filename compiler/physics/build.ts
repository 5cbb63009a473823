/** From the syntax tree of a problem whose names are right to its intermediate form. */
import type { Equation, Expression, ProblemDeclaration, ProblemField } from "../../grammar/tree.js";
import { fieldsOf } from "../check/fields.js";
import { physics as rows } from "../diagnostics/catalogue/physics.js";
import type {
  NamedNumbers,
  ProblemIr,
  ResidualIr,
  SampleIr,
  SiteIr,
  TermIr,
  TermKind,
} from "../ir/physics.js";
import { name as named, number, rename, sub, type Formula } from "../neurons/formula.js";
import { formulaOf, siteKey, Sites, type FormulaContext } from "./formulas.js";
import { mergeOperators } from "./merge.js";
import type { FieldSymbol } from "./symbols.js";

/** Numbers of points where a problem does not say. */
const DEFAULT_COUNTS: Readonly<Record<TermKind, number>> = {
  interior: 2000,
  initial: 200,
  boundary: 200,
};

/** What the check knows already. */
export interface ProblemParts {
  readonly samples: ReadonlyMap<TermKind, SampleIr>;
  readonly weights: NamedNumbers | undefined;
}

/** One line before its derivatives are merged. */
interface Line {
  readonly kind: TermKind;
  readonly sites: readonly SiteIr[];
  readonly residual: ResidualIr;
}

/** The variable that `initial` conditions fix and `boundary` conditions leave free. */
export const TIME = "t";

/** The problem, or undefined after reporting what keeps it from being compiled. */
export function buildProblem(
  declaration: ProblemDeclaration,
  context: FormulaContext,
  parts: ProblemParts,
): ProblemIr | undefined {
  return new ProblemBuilder(declaration, context, parts).build();
}

class ProblemBuilder {
  private sound = true;
  private readonly exact: (Formula | undefined)[] = [];
  private readonly enforced: (Formula | undefined)[] = [];

  constructor(
    private readonly declaration: ProblemDeclaration,
    private readonly context: FormulaContext,
    private readonly parts: ProblemParts,
  ) {}

  build(): ProblemIr | undefined {
    const { declaration, context } = this;
    const { symbols, ranges } = context;
    this.readExact();
    this.readEnforced();
    const lines = [
      ...this.lines("equation", "interior"),
      ...this.lines("initial", "initial"),
      ...this.lines("boundary", "boundary"),
      ...this.periodicLines(),
    ];
    if (!this.sound) return undefined;
    return {
      name: declaration.name.text,
      doc: declaration.doc,
      origin: context.environment.origin(context.file, declaration.name.span),
      variables: symbols.variables.map((name, k) => ({ name, ...ranges[k] })),
      fields: symbols.fields,
      terms: this.terms(lines),
      enforced: this.enforced,
      exact: this.exact,
      samples: new Map(
        (["interior", "initial", "boundary"] as const).map((kind) => [
          kind,
          this.parts.samples.get(kind) ?? {
            name: "sobol",
            args: new Map(),
            count: DEFAULT_COUNTS[kind],
          },
        ]),
      ),
      weights: this.parts.weights,
    };
  }

  private of<T extends ProblemField["type"]>(
    type: T,
  ): readonly (ProblemField & { readonly type: T })[] {
    return fieldsOf<ProblemField, T>(this.declaration.fields, type);
  }

  private formula(expression: Expression, sites: Sites, bare: () => SiteIr): Formula | undefined {
    const formula = formulaOf(expression, this.context, sites, bare);
    if (formula === undefined) this.sound = false;
    return formula;
  }

  private everywhere = (): SiteIr => "everywhere";

  /** `exact u = .., v = ..`, or `exact ..` for a single field. */
  private readExact(): void {
    const { fields } = this.context.symbols;
    fields.forEach(() => this.exact.push(undefined));
    for (const { left, right, span } of this.of("exact").flatMap((one) => one.solutions)) {
      const formula = this.formula(right, new Sites(), this.everywhere);
      const field =
        left === undefined
          ? fields.length === 1
            ? 0
            : -1
          : left.type === "name" || left.type === "call"
            ? fields.indexOf(left.type === "name" ? left.text : left.callee.text)
            : -1;
      if (field < 0) {
        this.sound = false;
        const at = { file: this.context.file, span: left?.span ?? span };
        this.context.reporter.report(rows.exactForm, at, { fields });
      } else {
        this.exact[field] = formula;
      }
    }
  }

  /** `enforce u = x * (1 - x) * u`: the right u is the output of the network. */
  private readEnforced(): void {
    const { fields } = this.context.symbols;
    fields.forEach(() => this.enforced.push(undefined));
    for (const { left, right } of this.of("enforce").flatMap((one) => one.equations)) {
      const formula = this.formula(right, new Sites(), this.everywhere);
      const field = left.type === "name" ? fields.indexOf(left.text) : -1;
      if (field < 0) {
        this.sound = false;
        const at = { file: this.context.file, span: left.span };
        this.context.reporter.report(rows.enforceForm, at, { fields });
      } else {
        this.enforced[field] = formula;
      }
    }
  }

  private lines(type: "equation" | "initial" | "boundary", kind: TermKind): Line[] {
    return this.of(type)
      .flatMap((field) => field.equations)
      .flatMap((equation) => this.line(equation, kind) ?? []);
  }

  private line(equation: Equation, kind: TermKind): Line | undefined {
    const sites = new Sites();
    const bare = (): SiteIr => sites.list[0] ?? this.bareSite(kind);
    const left = this.formula(equation.left, sites, bare);
    if (left === undefined) return undefined;
    const isExact = equation.right.type === "name" && equation.right.text === "exact";
    const right = isExact
      ? this.onExact(left, sites, equation.right)
      : this.formula(equation.right, sites, bare);
    if (right === undefined) return undefined;
    return this.finished(equation, kind, sites, sub(left, right));
  }

  /** Where a field without arguments stands. */
  private bareSite(kind: TermKind): SiteIr {
    const time = this.context.symbols.variables.indexOf(TIME);
    if (kind === "interior" || (kind === "initial" && time < 0)) return "everywhere";
    return kind === "boundary" ? "faces" : new Map([[time, this.context.ranges[time].low]]);
  }

  /** The left side of a line where every field is the exact solution. */
  private onExact(left: Formula, sites: Sites, at: Expression): Formula | undefined {
    const { symbols, reporter, file } = this.context;
    const missing = symbols.in(left).find(({ field }) => this.exact[field] === undefined);
    const isClosed = (formula: Formula | undefined): boolean => formula?.tag !== "read";
    const derived = symbols
      .in(left)
      .find(({ field, index }) => !isClosed(this.exact[field]) && index.some((order) => order > 0));
    if (missing !== undefined || derived !== undefined) {
      this.sound = false;
      const field = symbols.fields[(missing ?? derived)?.field ?? 0];
      const hasOne = missing === undefined;
      reporter.report(rows.noExact, { file, span: at.span }, { field, hasOne });
      return undefined;
    }
    return symbols.substitute(
      left,
      ({ field }) => this.exact[field],
      (value, { site }) => this.atSite(value, site, sites),
    );
  }

  /** A formula of the variables, which are those of the first site, at another one: fixed variables become numbers. */
  private atSite(formula: Formula, place: number, sites: Sites): Formula {
    const site = sites.list[place];
    if (place === 0 || typeof site === "string") return formula;
    const { variables } = this.context.symbols;
    return rename(formula, (text) => {
      const value = site.get(variables.indexOf(text));
      return value === undefined ? named(text) : number(value);
    });
  }

  /** `periodic u`: equal values, and for a field equal slopes, at both ends of every space variable. */
  private periodicLines(): Line[] {
    const { symbols, ranges } = this.context;
    const all = [...this.of("boundary"), ...this.of("initial")].flatMap((one) => one.periodic);
    return all.flatMap((expression) =>
      symbols.variables.flatMap((name, variable): Line[] => {
        if (name === TIME) return [];
        const ends = [ranges[variable].low, ranges[variable].high].map(
          (end) => new Map([[variable, end]]),
        );
        const sites = new Sites();
        ends.forEach((end) => sites.place(end));
        const [low, high] = ends.map((end) => this.formula(expression, sites, () => end));
        if (low === undefined || high === undefined) return [];
        const lines = [this.finished(expression, "boundary", sites, sub(low, high))];
        if (expression.type === "name") {
          const slope = sub(
            symbols.totalDerivative(low, variable),
            symbols.totalDerivative(high, variable),
          );
          lines.push(this.finished(expression, "boundary", sites, slope));
        }
        return lines;
      }),
    );
  }

  /** With the ansatz of `enforce` in place of its fields. */
  private finished(
    node: Equation | Expression,
    kind: TermKind,
    sites: Sites,
    formula: Formula,
  ): Line {
    const { symbols, environment, file } = this.context;
    const value = symbols.substitute(
      formula,
      ({ field, site }) => {
        const ansatz = this.enforced[field];
        const moved = (own: FieldSymbol): Formula => symbols.value(own.field, site);
        return ansatz && (site === 0 ? ansatz : symbols.substitute(ansatz, moved));
      },
      (found, { site }) => this.atSite(found, site, sites),
    );
    const text = environment.sourceOf(file)?.slice(node.span.start, node.span.end) ?? "";
    const residual = {
      text: text.replace(/\s+/g, " "),
      origin: environment.origin(file, node.span),
      value,
    };
    return { kind, sites: sites.list.length === 0 ? ["everywhere"] : sites.list, residual };
  }

  /** Lines at the same points are one term. */
  private terms(lines: readonly Line[]): TermIr[] {
    const groups = new Map<string, Line[]>();
    for (const line of lines) {
      const key = [line.kind, ...line.sites.map(siteKey)].join(" | ");
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    const counts = new Map<TermKind, number>();
    return [...groups.values()].map((group) => {
      const { kind, sites } = group[0];
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const several = lines.some((one) => one.kind === kind && !group.includes(one));
      const residuals = group.map((line) => line.residual);
      return {
        name: `${kind}${several ? ` ${counts.get(kind)}` : ""}`,
        kind,
        sites,
        ...mergeOperators(residuals, this.context.symbols, sites.length),
      };
    });
  }
}
