/** Fields of `data` and `train`. */
import { PhysicsParser } from "./parser-physics.js";
import type { Rule } from "./parser-expressions.js";
import * as t from "./tokens.js";

export class DataParser extends PhysicsParser {
  // Data = 'data' TYPE_NAME '{' DataField* '}'
  readonly dataHeader: Rule = this.RULE("dataHeader", () => {
    this.CONSUME(t.words.data);
    this.CONSUME(t.TypeName);
  });

  readonly dataFields: Rule = this.RULE("dataFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.dataField);
    });
  });

  readonly dataField: Rule = this.RULE("dataField", () => {
    this.OR([
      // 'file' STRING ('as' NAME)?
      {
        ALT: () => {
          this.CONSUME(t.words.file);
          this.CONSUME(t.StringToken);
          this.OPTION(() => {
            this.CONSUME(t.words.as);
            this.CONSUME(t.Name);
          });
        },
      },
      // 'generate' Call
      {
        ALT: () => {
          this.CONSUME(t.words.generate);
          this.SUBRULE(this.call);
        },
      },
      // 'graph' NAME '{' GraphPart* '}'
      {
        ALT: () => {
          this.CONSUME(t.words.graph);
          this.CONSUME2(t.Name);
          this.CONSUME(t.LeftCurly);
          this.MANY(() => {
            this.SUBRULE(this.graphPart);
          });
          this.CONSUME(t.RightCurly);
        },
      },
      // 'sample' sep(NAME '=' Source, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.sample);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.sampleEntry);
            },
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.words.split);
          this.SUBRULE(this.splitRule);
        },
      },
      // 'scale' sep(NAME, ',') NAME
      {
        ALT: () => {
          this.CONSUME(t.words.scale);
          this.SUBRULE(this.variables);
          this.CONSUME3(t.Name, { LABEL: "method" });
        },
      },
      // 'augment' sep(NAME, ',') sep(Call, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.augment);
          this.SUBRULE2(this.variables);
          this.AT_LEAST_ONE_SEP2({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE2(this.call);
            },
          });
        },
      },
    ]);
  });

  // GraphPart = ('nodes' | 'edges') NAME? '=' Source ('by' STRING)? (',' | ';')?
  readonly graphPart: Rule = this.RULE("graphPart", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.words.nodes) },
      { ALT: () => this.CONSUME(t.words.edges) },
    ]);
    this.OPTION(() => {
      this.CONSUME(t.Name);
    });
    this.CONSUME(t.Equals);
    this.SUBRULE(this.source);
    this.OPTION2(() => {
      this.CONSUME(t.words.by);
      this.CONSUME(t.StringToken);
    });
    this.OPTION3(() => {
      this.OR2([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME(t.Semicolon) }]);
    });
  });

  // Source = STRING | Call | '[' sep(STRING, ',') ']'
  readonly source: Rule = this.RULE("source", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.SUBRULE(this.call) },
      { ALT: () => this.SUBRULE(this.sourceList) },
    ]);
  });

  readonly sourceList: Rule = this.RULE("sourceList", () => {
    this.CONSUME(t.LeftSquare);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.CONSUME(t.StringToken);
      },
    });
    this.CONSUME(t.RightSquare);
  });

  readonly sampleEntry: Rule = this.RULE("sampleEntry", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.source);
  });

  // SplitRule = Random | Stratified | Grouped | Given | PerClass
  readonly splitRule: Rule = this.RULE("splitRule", () => {
    this.OR([
      // 'random' Ratio
      {
        ALT: () => {
          this.CONSUME(t.words.random);
          this.SUBRULE(this.ratio);
        },
      },
      // 'stratified' 'by' NAME Shares
      {
        ALT: () => {
          this.CONSUME(t.words.stratified);
          this.CONSUME(t.words.by);
          this.CONSUME(t.Name, { LABEL: "by" });
          this.SUBRULE(this.shares);
        },
      },
      // 'grouped' 'by' NAME Shares
      {
        ALT: () => {
          this.CONSUME(t.words.grouped);
          this.CONSUME2(t.words.by);
          this.CONSUME2(t.Name, { LABEL: "by" });
          this.SUBRULE2(this.shares);
        },
      },
      // 'given' sep(NAME '=' STRING, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.given);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE(this.mask);
            },
          });
        },
      },
      // 'per' 'class' Expression ':' Expression
      {
        ALT: () => {
          this.CONSUME(t.words.per);
          this.CONSUME(t.words.class);
          this.SUBRULE(this.expression);
          this.CONSUME(t.Colon);
          this.SUBRULE2(this.expression);
        },
      },
    ]);
  });

  // Shares = Ratio | 'folds' Expression
  readonly shares: Rule = this.RULE("shares", () => {
    this.OR({
      // The keyword comes first, a name spelt like it second.
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.words.folds);
            this.SUBRULE(this.expression);
          },
        },
        { ALT: () => this.SUBRULE(this.ratio) },
      ],
    });
  });

  // Ratio = Expression ':' Expression ':' Expression
  readonly ratio: Rule = this.RULE("ratio", () => {
    this.SUBRULE(this.expression);
    this.CONSUME(t.Colon);
    this.SUBRULE2(this.expression);
    this.CONSUME2(t.Colon);
    this.SUBRULE3(this.expression);
  });

  // 'train' is reserved, and the natural name of a mask.
  readonly mask: Rule = this.RULE("mask", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.words.train, { LABEL: "Name" }) },
      { ALT: () => this.CONSUME(t.Name) },
    ]);
    this.CONSUME(t.Equals);
    this.CONSUME(t.StringToken);
  });

  // Train = 'train' TYPE_NAME 'on' TYPE_NAME '{' TrainField* '}'
  readonly trainHeader: Rule = this.RULE("trainHeader", () => {
    this.CONSUME(t.words.train);
    this.CONSUME(t.TypeName, { LABEL: "model" });
    this.CONSUME(t.words.on);
    this.CONSUME2(t.TypeName, { LABEL: "data" });
  });

  readonly trainFields: Rule = this.RULE("trainFields", () => {
    this.MANY(() => {
      this.SUBRULE(this.trainField);
    });
  });

  readonly trainField: Rule = this.RULE("trainField", () => {
    this.OR([
      // 'optimize' Call ('then' Call)?
      {
        ALT: () => {
          this.CONSUME(t.words.optimize);
          this.SUBRULE(this.call);
          this.OPTION(() => {
            this.CONSUME(t.words.then);
            this.SUBRULE2(this.call);
          });
        },
      },
      // ('loss' | 'epochs' | 'batch' | 'clip' | 'patience') Expression
      {
        ALT: () => {
          this.OR2([
            { ALT: () => this.CONSUME(t.words.loss) },
            { ALT: () => this.CONSUME(t.words.epochs) },
            { ALT: () => this.CONSUME(t.words.batch) },
            { ALT: () => this.CONSUME(t.words.clip) },
            { ALT: () => this.CONSUME(t.words.patience) },
          ]);
          this.SUBRULE(this.expression);
        },
      },
      // 'seeds' sep(Expression, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.seeds);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => {
              this.SUBRULE2(this.expression);
            },
          });
        },
      },
      // 'schedule' Call
      {
        ALT: () => {
          this.CONSUME(t.words.schedule);
          this.SUBRULE3(this.call);
        },
      },
      // 'select' NAME
      {
        ALT: () => {
          this.CONSUME(t.words.select);
          this.CONSUME(t.Name);
        },
      },
      // 'report' sep(NAME, ',')
      {
        ALT: () => {
          this.CONSUME(t.words.report);
          this.SUBRULE(this.variables);
        },
      },
    ]);
  });
}
