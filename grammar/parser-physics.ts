/** Fields of equilibrium blocks, problems, solvers and conversions. */
import { convertFields, problemFields } from "./fields.js";
import { CallableParser } from "./parser-callables.js";
import type { Rule } from "./parser-expressions.js";
import * as t from "./tokens.js";

export class PhysicsParser extends CallableParser {
  // EquilibriumField = 'neuron' Call | LayerField | Let | Fixpoint | 'solve' Call | 'gradient' Call | 'carry' NAME | 'unchecked'
  readonly equilibriumFields: Rule = this.RULE("equilibriumFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.equilibriumField);
    });
  });

  readonly equilibriumField: Rule = this.RULE("equilibriumField", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.running) },
      { ALT: () => this.SUBRULE(this.let) },
      {
        ALT: () => {
          this.CONSUME(t.words.neuron);
          this.SUBRULE(this.call);
        },
      },
      // 'fixpoint' sep(NAME '=' Expression, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.fixpoint);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.equation);
            },
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.solve);
          this.SUBRULE2(this.call);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.gradient);
          this.SUBRULE3(this.call);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.carry);
          this.CONSUME(t.Name, { LABEL: "carried" });
        },
      },
      { ALT: () => this.CONSUME(t.words.unchecked) },
    ]);
  });

  // Equation = Expression '=' Expression
  readonly equation: Rule = this.RULE("equation", () => {
    this.SUBRULE(this.expression);
    this.CONSUME(t.Equals);
    this.SUBRULE2(this.expression);
  });

  // Problem = 'problem' TYPE_NAME '{' ProblemField* '}'
  readonly problemHeader: Rule = this.RULE("problemHeader", () => {
    this.CONSUME(t.words.problem);
    this.CONSUME(t.TypeName);
  });

  readonly problemFields: Rule = this.RULE("problemFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.problemField);
    });
  });

  readonly problemField: Rule = this.RULE("problemField", () => {
    this.OR([
      // 'const' NAME '=' Expression
      {
        ALT: () => {
          this.CONSUME(t.words.const);
          this.CONSUME(t.Name);
          this.CONSUME(t.Equals);
          this.SUBRULE(this.expression);
        },
      },
      // 'domain' sep(NAME 'in' Range, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.domain);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.axis);
            },
          });
        },
      },
      // 'field' sep(NAME '(' sep(NAME, ',') ')', ',')
      {
        ALT: () => {
          this.CONSUME(t.words.field);
          this.AT_LEAST_ONE_SEP2({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.fieldOf);
            },
          });
        },
      },
      { ALT: () => this.SUBRULE(this.equations) },
      // 'exact' sep(Expression ('=' Expression)?, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.exact);
          this.AT_LEAST_ONE_SEP3({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.solution);
            },
          });
        },
      },
      // 'sample' sep(('interior' | 'initial' | 'boundary') NUMBER Call?, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.sample);
          this.AT_LEAST_ONE_SEP4({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.sampleCount);
            },
          });
        },
      },
      // 'weights' Call
      {
        ALT: () => {
          this.CONSUME(t.words.weights);
          this.SUBRULE(this.call);
        },
      },
    ]);
  });

  readonly axis: Rule = this.RULE("axis", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.words.in);
    this.SUBRULE(this.range);
  });

  readonly fieldOf: Rule = this.RULE("fieldOf", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.CONSUME2(t.Name, { LABEL: "variable" });
      },
    });
    this.CONSUME(t.RightParen);
  });

  // ('equation' | 'initial' | 'boundary' | 'enforce') (Periodic | Equation (',' Equation)* (',' Periodic)?)
  readonly equations: Rule = this.RULE("equations", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.words.equation) },
      { ALT: () => this.CONSUME(t.words.initial) },
      { ALT: () => this.CONSUME(t.words.boundary) },
      { ALT: () => this.CONSUME(t.words.enforce) },
    ]);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.OR2({
          // The keyword comes first, a name spelt like it second.
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { ALT: () => this.SUBRULE(this.periodic) },
            { ALT: () => this.SUBRULE(this.equation) },
          ],
        });
      },
    });
  });

  // Periodic = 'periodic' sep(Expression ('=' Expression)?, ',')      those with '=' are equations again
  readonly periodic: Rule = this.RULE("periodic", () => {
    this.CONSUME(t.words.periodic);
    this.SUBRULE(this.solution);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.OPTION(() => {
        this.CONSUME2(t.words.periodic);
      });
      this.SUBRULE2(this.solution);
    });
  });

  readonly solution: Rule = this.RULE("solution", () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE2(this.expression);
    });
  });

  readonly sampleCount: Rule = this.RULE("sampleCount", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.NumberToken);
    this.OPTION({
      // `sample interior 100 weights causal()`: a field keyword is no sampling method.
      GATE: () => !problemFields.has(this.LA(1).tokenType),
      DEF: () => {
        this.SUBRULE(this.call);
      },
    });
  });

  // SolverBody = 'over' '(' sep(NAME, ',') ')' '{' Chain '}' | 'separable' 'rank' Expression 'over' sep(NAME, ',') '{' Chain '}'
  readonly solverBody: Rule = this.RULE("solverBody", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.words.over);
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.variables);
          this.CONSUME(t.RightParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.separable);
          this.CONSUME(t.words.rank);
          this.SUBRULE(this.sum);
          this.CONSUME2(t.words.over);
          this.SUBRULE2(this.variables);
        },
      },
    ]);
    this.CONSUME(t.LeftCurly);
    this.SUBRULE(this.chain);
    this.CONSUME(t.RightCurly);
  });

  readonly variables: Rule = this.RULE("variables", () => {
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.CONSUME(t.Name);
      },
    });
  });

  // Chain = Stage ('|>' Stage)*
  readonly chain: Rule = this.RULE("chain", () => {
    this.SUBRULE(this.stage);
    this.MANY(() => {
      this.CONSUME(t.Pipe);
      this.SUBRULE2(this.stage);
    });
  });

  // Convert = 'convert' TYPE_NAME 'to' TYPE_NAME '{' ConvertField* '}'
  readonly convertHeader: Rule = this.RULE("convertHeader", () => {
    this.CONSUME(t.words.convert);
    this.CONSUME(t.TypeName, { LABEL: "model" });
    this.CONSUME(t.words.to);
    this.CONSUME2(t.TypeName);
  });

  readonly convertFields: Rule = this.RULE("convertFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.convertField);
    });
  });

  readonly convertField: Rule = this.RULE("convertField", () => {
    this.OR([
      // 'steps' Expression
      {
        ALT: () => {
          this.CONSUME(t.words.steps);
          this.SUBRULE(this.expression);
        },
      },
      // 'rule' 'last'? Chain '=>' ('keep' | Replacement)
      {
        ALT: () => {
          this.CONSUME(t.words.rule);
          this.OPTION(() => {
            this.CONSUME(t.words.last);
          });
          this.SUBRULE(this.chain);
          this.CONSUME(t.FatArrow);
          this.OR2({
            // The keyword comes first, a name spelt like it second.
            IGNORE_AMBIGUITIES: true,
            DEF: [
              { ALT: () => this.CONSUME(t.words.keep) },
              { ALT: () => this.SUBRULE(this.replacement) },
            ],
          });
        },
      },
      // 'threshold' NAME (NAME | NUMBER)*
      {
        ALT: () => {
          this.CONSUME(t.words.threshold);
          this.SUBRULE(this.thresholdWords);
        },
      },
      // 'calibrate' sep(NAME, ',') 'on' NAME NUMBER?
      {
        ALT: () => {
          this.CONSUME(t.words.calibrate);
          this.SUBRULE(this.variables);
          this.CONSUME(t.words.on);
          this.CONSUME(t.Name);
          this.OPTION2(() => {
            this.CONSUME(t.NumberToken);
          });
        },
      },
      // 'stage' STRING '{' sep(NAME Expression, ',') '}'
      {
        ALT: () => {
          this.CONSUME(t.words.stage);
          this.CONSUME(t.StringToken);
          this.CONSUME(t.LeftCurly);
          this.MANY_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.setting);
            },
          });
          this.CONSUME(t.RightCurly);
        },
      },
      // 'distill' sep(Call, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.distill);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.call);
            },
          });
        },
      },
    ]);
  });

  readonly thresholdWords: Rule = this.RULE("thresholdWords", () => {
    this.CONSUME(t.Name);
    this.MANY({
      // `threshold range steps 64`: the next field begins with its keyword.
      GATE: () => !convertFields.has(this.LA(1).tokenType),
      DEF: () => {
        this.OR([{ ALT: () => this.CONSUME2(t.Name) }, { ALT: () => this.CONSUME(t.NumberToken) }]);
      },
    });
  });

  readonly setting: Rule = this.RULE("setting", () => {
    this.CONSUME(t.Name);
    this.SUBRULE(this.expression);
  });

  // Replacement = Stage Modifier* ('|>' Stage Modifier*)*
  readonly replacement: Rule = this.RULE("replacement", () => {
    this.SUBRULE(this.modifiedStage);
    this.MANY(() => {
      this.CONSUME(t.Pipe);
      this.SUBRULE2(this.modifiedStage);
    });
  });

  // Modifier = 'weights' NAME | 'scale' 'per' NAME
  readonly modifiedStage: Rule = this.RULE("modifiedStage", () => {
    this.SUBRULE(this.call);
    this.MANY(() => {
      this.SUBRULE(this.modifier);
    });
  });

  readonly modifier: Rule = this.RULE("modifier", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.words.weights);
          this.CONSUME(t.Name);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.scale);
          this.CONSUME(t.words.per);
          this.CONSUME2(t.Name);
        },
      },
    ]);
  });
}
