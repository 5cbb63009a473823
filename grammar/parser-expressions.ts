/**
 * Expressions, types and ranges. Operators are one flat chain here: the tree builder knows how tightly
 * they bind, so a long sum costs no depth and the parser stays LL(1).
 */
import { CstParser } from "./chevrotain.js";
import type { CstNode, IParserConfig, ParserMethod } from "chevrotain";
import * as t from "./tokens.js";

export type Rule = ParserMethod<[], CstNode>;

export class ExpressionParser extends CstParser {
  constructor(config: IParserConfig) {
    super(t.vocabulary, config);
  }

  // Expression = Sum (('<' | '<=' | '>' | '>=' | '==') Sum)? ('|>' Stage)*
  readonly expression: Rule = this.RULE("expression", () => {
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(t.ComparisonOperator);
      this.SUBRULE2(this.sum);
    });
    this.MANY(() => {
      this.CONSUME(t.Pipe);
      this.SUBRULE(this.stage);
    });
  });

  // Stage = Callee Arguments?
  readonly stage: Rule = this.RULE("stage", () => {
    this.SUBRULE(this.call);
  });

  // Sum = Unary (('+' | '-' | '*' | '/' | '@' | '^') Unary)*        precedence: tree-builder-expressions.ts
  readonly sum: Rule = this.RULE("sum", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  // Unary = '-'* Postfix;  Postfix = (Construct | Atom) Suffix*
  readonly operand: Rule = this.RULE("operand", () => {
    this.MANY(() => {
      this.CONSUME(t.Minus);
    });
    this.OR([{ ALT: () => this.SUBRULE(this.construct) }, { ALT: () => this.SUBRULE(this.atom) }]);
    this.MANY2(() => {
      this.SUBRULE(this.suffix);
    });
  });

  // Steps = '-'* Atom Suffix* (Operator '-'* Atom Suffix*)*         a Sum with constructs only in parentheses
  readonly plainSum: Rule = this.RULE("plainSum", () => {
    this.SUBRULE(this.plainOperand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.plainOperand);
    });
  });

  readonly plainOperand: Rule = this.RULE("plainOperand", () => {
    this.MANY(() => {
      this.CONSUME(t.Minus);
    });
    this.SUBRULE(this.atom);
    this.MANY2(() => {
      this.SUBRULE(this.suffix);
    });
  });

  // Atom = NUMBER | STRING | 'true' | 'false' | '(' Expression ')' | Call
  readonly atom: Rule = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.words.true) },
      { ALT: () => this.CONSUME(t.words.false) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightParen);
        },
      },
      { ALT: () => this.SUBRULE(this.call) },
    ]);
  });

  // Suffix = '.' NAME | '[' sep(Expression, ',') ']'
  readonly suffix: Rule = this.RULE("suffix", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftSquare);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.expression);
            },
          });
          this.CONSUME(t.RightSquare);
        },
      },
    ]);
  });

  // Call = (NAME | TYPE_NAME) GenericArguments? Arguments?          a bare name is a value
  readonly call: Rule = this.RULE("call", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.TypeName) }]);
    this.OPTION(() => {
      this.SUBRULE(this.genericArguments);
    });
    this.OPTION2(() => {
      this.SUBRULE(this.arguments);
    });
  });

  // GenericArguments = '<' sep(((NAME | TYPE_NAME) ':')? Sum, ',') '>'
  readonly genericArguments: Rule = this.RULE("genericArguments", () => {
    this.CONSUME(t.GenericOpen);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.SUBRULE(this.genericArgument);
      },
    });
    this.CONSUME(t.Greater);
  });

  // A name before ':' is read as an expression first; the tree builder checks that it is one name.
  readonly genericArgument: Rule = this.RULE("genericArgument", () => {
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE2(this.sum);
    });
  });

  // Arguments = '(' sep((NAME ':')? Expression, ',') ')'
  readonly arguments: Rule = this.RULE("arguments", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.SUBRULE(this.argument);
      },
    });
    this.CONSUME(t.RightParen);
  });

  readonly argument: Rule = this.RULE("argument", () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE2(this.expression);
    });
  });

  readonly construct: Rule = this.RULE("construct", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.gather) },
      { ALT: () => this.SUBRULE(this.pool) },
      { ALT: () => this.SUBRULE(this.overBlock) },
      { ALT: () => this.SUBRULE(this.softmaxOver) },
    ]);
  });

  // SoftmaxOver = 'softmax' 'over' NAME '(' Expression ')'
  readonly softmaxOver: Rule = this.RULE("softmaxOver", () => {
    this.CONSUME(t.words.softmax);
    this.CONSUME(t.words.over);
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightParen);
  });

  // Gather = 'gather' Reducer 'over' NAME '->' NAME ('in' NAME)? ('with' 'self' 'loops')? Block
  readonly gather: Rule = this.RULE("gather", () => {
    this.CONSUME(t.words.gather);
    this.SUBRULE(this.reducer);
    this.CONSUME(t.words.over);
    this.CONSUME(t.Name, { LABEL: "source" });
    this.CONSUME(t.Arrow);
    this.CONSUME2(t.Name, { LABEL: "target" });
    this.OPTION(() => {
      this.CONSUME(t.words.in);
      this.CONSUME3(t.Name, { LABEL: "graph" });
    });
    this.OPTION2(() => {
      this.CONSUME(t.words.with);
      this.CONSUME(t.words.self);
      this.CONSUME(t.words.loops);
    });
    this.SUBRULE(this.block);
  });

  // Reducer = AggregatorName | '[' sep(AggregatorName, ',') ']'
  readonly reducer: Rule = this.RULE("reducer", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.aggregator) },
      {
        ALT: () => {
          this.CONSUME(t.LeftSquare);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE2(this.aggregator);
            },
          });
          this.CONSUME(t.RightSquare);
        },
      },
    ]);
  });

  // AggregatorName = NAME | 'softmax-weighted'                       which names there are, the checker knows
  readonly aggregator: Rule = this.RULE("aggregator", () => {
    this.OR([{ ALT: () => this.CONSUME(t.SoftmaxWeighted) }, { ALT: () => this.CONSUME(t.Name) }]);
  });

  // Pool = 'pool' Reducer Atom Suffix* 'over' NAME
  readonly pool: Rule = this.RULE("pool", () => {
    this.CONSUME(t.words.pool);
    this.SUBRULE(this.reducer);
    this.SUBRULE(this.atom);
    this.MANY(() => {
      this.SUBRULE(this.suffix);
    });
    this.CONSUME(t.words.over);
    this.CONSUME(t.Name);
  });

  // TimeBlock = 'over' 'time' Steps Block;  SnapshotBlock = 'over' 'snapshots' NAME Block
  readonly overBlock: Rule = this.RULE("overBlock", () => {
    this.CONSUME(t.words.over);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.words.time);
          this.SUBRULE(this.plainSum);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.snapshots);
          this.CONSUME(t.Name);
        },
      },
    ]);
    this.SUBRULE(this.block);
  });

  // Block = '{' Let* ('return'? Expression) '}'
  readonly block: Rule = this.RULE("block", () => {
    this.CONSUME(t.LeftCurly);
    this.MANY(() => {
      this.SUBRULE(this.let);
    });
    this.OPTION(() => {
      this.CONSUME(t.words.return);
    });
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightCurly);
  });

  // Let = 'let' NAME '=' Expression
  readonly let: Rule = this.RULE("let", () => {
    this.CONSUME(t.words.let);
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // Type = Kind ('[' sep(Dim, ',') ']')? | 'graph' ('(' sep(GraphField, ',') ')')?
  readonly type: Rule = this.RULE("type", () => {
    this.OR({
      // The keyword comes first, a name spelt like it second.
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.words.graph);
            this.OPTION(() => {
              this.CONSUME(t.LeftParen);
              this.MANY_SEP({
                SEP: t.Comma,
                DEF: () => {
                  this.SUBRULE(this.graphField);
                },
              });
              this.CONSUME(t.RightParen);
            });
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Name);
            this.OPTION2(() => {
              this.CONSUME(t.LeftSquare);
              this.MANY_SEP2({
                SEP: t.Comma,
                DEF: () => {
                  this.SUBRULE(this.dim);
                },
              });
              this.CONSUME(t.RightSquare);
            });
          },
        },
      ],
    });
  });

  // Dim = '...' | Expression
  readonly dim: Rule = this.RULE("dim", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  // GraphField = ('e' '.')? NAME ':' Type
  readonly graphField: Rule = this.RULE("graphField", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Dot);
      this.CONSUME2(t.Name);
    });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  // Range = ('[' | '(') Expression ',' Expression (']' | ')')
  readonly range: Rule = this.RULE("range", () => {
    this.OR([{ ALT: () => this.CONSUME(t.LeftSquare) }, { ALT: () => this.CONSUME(t.LeftParen) }]);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Comma);
    this.SUBRULE2(this.expression);
    this.OR2([
      { ALT: () => this.CONSUME(t.RightSquare) },
      { ALT: () => this.CONSUME(t.RightParen) },
    ]);
  });
}
