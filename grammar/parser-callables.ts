/**
 * Headers and bodies of neurons, layers, functions, models and variants. A header ends before its `{`;
 * the driver (parse.ts) finds the body and cuts it into fields.
 */
import { ExpressionParser } from "./parser-expressions.js";
import type { Rule } from "./parser-expressions.js";
import * as t from "./tokens.js";

export class CallableParser extends ExpressionParser {
  // Import = 'import' '{' sep(TYPE_NAME | NAME, ',') '}' 'from' STRING
  readonly import: Rule = this.RULE("import", () => {
    this.CONSUME(t.words.import);
    this.CONSUME(t.LeftCurly);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.SUBRULE(this.anyName);
      },
    });
    this.CONSUME(t.RightCurly);
    this.CONSUME(t.words.from);
    this.CONSUME(t.StringToken);
  });

  readonly anyName: Rule = this.RULE("anyName", () => {
    this.OR([{ ALT: () => this.CONSUME(t.TypeName) }, { ALT: () => this.CONSUME(t.Name) }]);
  });

  // Generics = '<' sep(Generic, ',') '>'
  readonly generics: Rule = this.RULE("generics", () => {
    this.CONSUME(t.GenericOpen);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.SUBRULE(this.generic);
      },
    });
    this.CONSUME(t.Greater);
  });

  // Generic = 'learn'? (NAME | TYPE_NAME) (':' Sum)? ('in' Range)? ('per' ('channel' | 'node'))?
  readonly generic: Rule = this.RULE("generic", () => {
    this.OPTION(() => {
      this.CONSUME(t.words.learn);
    });
    this.SUBRULE(this.anyName);
    this.OPTION2(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.sum);
    });
    this.OPTION3(() => {
      this.CONSUME(t.words.in);
      this.SUBRULE(this.range);
    });
    this.OPTION4(() => {
      this.CONSUME(t.words.per);
      this.OR([
        { ALT: () => this.CONSUME(t.words.channel) },
        { ALT: () => this.CONSUME(t.words.node) },
      ]);
    });
  });

  // Parameters = '(' sep(NAME ':' Type, ',') ')'
  readonly parameters: Rule = this.RULE("parameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.SUBRULE(this.parameter);
      },
    });
    this.CONSUME(t.RightParen);
  });

  readonly parameter: Rule = this.RULE("parameter", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  // Signature = Parameters '->' Type
  readonly signature: Rule = this.RULE("signature", () => {
    this.SUBRULE(this.parameters);
    this.CONSUME(t.Arrow);
    this.SUBRULE(this.type);
  });

  // Neuron = 'neuron' TYPE_NAME Generics? '{' NeuronField* '}'
  readonly neuronHeader: Rule = this.RULE("neuronHeader", () => {
    this.CONSUME(t.words.neuron);
    this.CONSUME(t.TypeName);
    this.OPTION(() => {
      this.SUBRULE(this.generics);
    });
  });

  // Layer = 'layer' TYPE_NAME Generics? Parameters '->' Type Body
  readonly layerHeader: Rule = this.RULE("layerHeader", () => {
    this.CONSUME(t.words.layer);
    this.CONSUME(t.TypeName);
    this.OPTION(() => {
      this.SUBRULE(this.generics);
    });
    this.SUBRULE(this.signature);
  });

  // Function = 'function' NAME Generics? Parameters '->' Type (Body | '=' Expression)
  readonly functionHeader: Rule = this.RULE("functionHeader", () => {
    this.CONSUME(t.words.function);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.SUBRULE(this.generics);
    });
    this.SUBRULE(this.signature);
  });

  readonly functionValue: Rule = this.RULE("functionValue", () => {
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // Equilibrium = 'equilibrium' TYPE_NAME Generics? Parameters '->' Type '{' EquilibriumField* '}'
  readonly equilibriumHeader: Rule = this.RULE("equilibriumHeader", () => {
    this.CONSUME(t.words.equilibrium);
    this.CONSUME(t.TypeName);
    this.OPTION(() => {
      this.SUBRULE(this.generics);
    });
    this.SUBRULE(this.signature);
  });

  // Model = 'model' TYPE_NAME Generics? (Parameters '->' Type Body | 'solves' TYPE_NAME '{' SolverBody '}')
  readonly modelHeader: Rule = this.RULE("modelHeader", () => {
    this.CONSUME(t.words.model);
    this.CONSUME(t.TypeName);
    this.OPTION(() => {
      this.SUBRULE(this.generics);
    });
    this.OR([
      { ALT: () => this.SUBRULE(this.signature) },
      {
        ALT: () => {
          this.CONSUME(t.words.solves);
          this.CONSUME2(t.TypeName, { LABEL: "problem" });
        },
      },
    ]);
  });

  // Variant = 'variant' TYPE_NAME '=' TYPE_NAME GenericArguments?
  readonly variant: Rule = this.RULE("variant", () => {
    this.CONSUME(t.words.variant);
    this.CONSUME(t.TypeName);
    this.CONSUME(t.Equals);
    this.CONSUME2(t.TypeName, { LABEL: "model" });
    this.OPTION(() => {
      this.SUBRULE(this.genericArguments);
    });
  });

  // NeuronField = Input | State | Update | Spike | Reset | Emit
  readonly neuronFields: Rule = this.RULE("neuronFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.neuronField);
    });
  });

  readonly neuronField: Rule = this.RULE("neuronField", () => {
    this.OR([
      // 'input' sep(NAME, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.input);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.CONSUME(t.Name);
            },
          });
        },
      },
      // 'state' NAME '=' Expression
      {
        ALT: () => {
          this.CONSUME(t.words.state);
          this.CONSUME2(t.Name);
          this.CONSUME(t.Equals);
          this.SUBRULE(this.expression);
        },
      },
      // ('update' | 'reset') 'detached'? NAME '=' Expression
      {
        ALT: () => {
          this.CONSUME(t.words.update);
          this.SUBRULE(this.assignment);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.reset);
          this.SUBRULE2(this.assignment);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.spike);
          this.SUBRULE(this.spike);
        },
      },
      // 'emit' Expression ('or' Expression)?
      {
        ALT: () => {
          this.CONSUME(t.words.emit);
          this.SUBRULE2(this.expression);
          this.OPTION(() => {
            this.CONSUME(t.words.or);
            this.SUBRULE3(this.expression);
          });
        },
      },
    ]);
  });

  readonly assignment: Rule = this.RULE("assignment", () => {
    this.OPTION(() => {
      this.CONSUME(t.words.detached);
    });
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // Spike = 'when' Expression ('above' Expression '/' 'below' Expression)? ('surrogate' Surrogate)?
  readonly spike: Rule = this.RULE("spike", () => {
    this.CONSUME(t.words.when);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.words.above);
      this.SUBRULE2(this.expression);
      this.CONSUME(t.SlashBelow);
      this.CONSUME(t.words.below);
      this.SUBRULE3(this.expression);
    });
    this.OPTION2(() => {
      this.CONSUME(t.words.surrogate);
      this.SUBRULE(this.surrogate);
    });
  });

  // Surrogate = NAME Arguments? | 'custom' '(' NAME ')' '=' Expression
  readonly surrogate: Rule = this.RULE("surrogate", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.words.custom);
          this.CONSUME(t.LeftParen);
          this.CONSUME(t.Name, { LABEL: "variable" });
          this.CONSUME(t.RightParen);
          this.CONSUME(t.Equals);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME2(t.Name);
          this.OPTION(() => {
            this.SUBRULE(this.arguments);
          });
        },
      },
    ]);
  });

  // Body = '{' (Let | LayerField)* 'return'? Expression '}'
  readonly bodyParts: Rule = this.RULE("bodyParts", () => {
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.let) },
        { ALT: () => this.SUBRULE(this.param) },
        { ALT: () => this.SUBRULE(this.running) },
        { ALT: () => this.SUBRULE(this.result) },
      ]);
    });
  });

  readonly result: Rule = this.RULE("result", () => {
    this.OPTION(() => {
      this.CONSUME(t.words.return);
    });
    this.SUBRULE(this.expression);
  });

  // 'param' sep(NAME, ',') ':' Type '=' Initialiser ('in' Range)? ('contraction' Expression)?
  readonly param: Rule = this.RULE("param", () => {
    this.CONSUME(t.words.param);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.CONSUME(t.Name);
      },
    });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.initialiser);
    this.OPTION(() => {
      this.CONSUME(t.words.in);
      this.SUBRULE(this.range);
    });
    this.OPTION2(() => {
      this.CONSUME(t.words.contraction);
      this.SUBRULE(this.expression);
    });
  });

  // 'running' NAME ':' Type '=' Initialiser 'follows' Expression 'rate' Expression
  readonly running: Rule = this.RULE("running", () => {
    this.CONSUME(t.words.running);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.initialiser);
    this.CONSUME(t.words.follows);
    this.SUBRULE(this.expression);
    this.CONSUME(t.words.rate);
    this.SUBRULE2(this.expression);
  });

  // Initialiser = Call
  readonly initialiser: Rule = this.RULE("initialiser", () => {
    this.SUBRULE(this.call);
  });
}
