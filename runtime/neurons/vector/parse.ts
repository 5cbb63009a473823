/** The parts of a generated loop function, read from its text. */
import {
  parse,
  type Expression,
  type ForStatement,
  type Identifier,
  type MemberExpression,
  type Statement,
  type VariableDeclaration,
} from "acorn";

/** What a loop has that vectors have no form for: it runs as it is. */
export class NoVectorForm extends Error {}

export interface LoopText {
  /** Name of the parameter, `loop`. */
  readonly argument: string;
  /** What comes before the two nested loops, and after. */
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
  readonly step: Counter;
  /** Offsets of a step. */
  readonly offsets: readonly { readonly name: string; readonly value: Expression }[];
  readonly unit: string;
  readonly units: string;
  /** The counter that starts again after the last channel. */
  readonly channel: { readonly name: string; readonly channels: string } | undefined;
  readonly body: readonly Statement[];
}

export interface Counter {
  readonly name: string;
  readonly steps: string;
  readonly isBackward: boolean;
}

/**
 * @param text of a function as the compiler generates them (`compiler/neurons/loops.ts`)
 * @throws NoVectorForm when it has another form
 */
export function parseLoop(text: string): LoopText {
  const [definition] = programOf(text);
  if (definition?.type !== "FunctionDeclaration") throw new NoVectorForm("not a function");
  const [argument] = definition.params;
  if (argument?.type !== "Identifier") throw new NoVectorForm("parameters");
  const statements = definition.body.body;
  const at = statements.findIndex(({ type }) => type === "ForStatement");
  const outer = statements[at];
  const isOnly = statements.filter(({ type }) => type === "ForStatement").length === 1;
  if (outer?.type !== "ForStatement" || !isOnly) throw new NoVectorForm("loops");
  const inside = blockOf(outer);
  const inner = inside.at(-1);
  if (inner?.type !== "ForStatement") throw new NoVectorForm("no loop over units");
  return {
    argument: argument.name,
    before: statements.slice(0, at),
    after: statements.slice(at + 1),
    step: stepCounter(outer),
    offsets: inside.slice(0, -1).map(offsetOf),
    ...unitCounter(inner),
  };
}

function programOf(
  text: string,
): readonly { readonly type: string }[] & ReturnType<typeof parse>["body"] {
  try {
    return parse(text, { ecmaVersion: 2022 }).body;
  } catch {
    throw new NoVectorForm("syntax");
  }
}

function blockOf(loop: ForStatement): readonly Statement[] {
  if (loop.body.type !== "BlockStatement") throw new NoVectorForm("a loop without a block");
  return loop.body.body;
}

/** `let step = 0; step < steps; step++` or `let step = steps - 1; step >= 0; step--` */
function stepCounter({ init, test, update }: ForStatement): Counter {
  if (init?.type !== "VariableDeclaration" || test?.type !== "BinaryExpression") {
    throw new NoVectorForm("a counter");
  }
  const [first] = init.declarations;
  const name = nameOf(first?.id);
  if (update?.type !== "UpdateExpression") throw new NoVectorForm("a counter");
  if (update.operator === "++" && test.operator === "<") {
    return { name, steps: nameOf(test.right), isBackward: false };
  }
  if (
    update.operator !== "--" ||
    test.operator !== ">=" ||
    first?.init?.type !== "BinaryExpression"
  )
    throw new NoVectorForm("a counter");
  return { name, steps: nameOf(first.init.left), isBackward: true };
}

function offsetOf(statement: Statement): { readonly name: string; readonly value: Expression } {
  const [name, value] = declarationOf(statement);
  return { name, value };
}

/** `let unit = 0, channel = 0; unit < units; unit++`, the channel advanced by the last statement of the body. */
function unitCounter(loop: ForStatement): Pick<LoopText, "unit" | "units" | "channel" | "body"> {
  const { init, test } = loop;
  if (init?.type !== "VariableDeclaration" || test?.type !== "BinaryExpression") {
    throw new NoVectorForm("a counter");
  }
  const units = nameOf(test.right);
  const [unit, channel] = init.declarations.map(({ id }) => nameOf(id));
  const body = blockOf(loop);
  if (unit === undefined) throw new NoVectorForm("a counter");
  if (channel === undefined) return { unit, units, channel: undefined, body };
  const turn = body.at(-1);
  if (turn?.type !== "IfStatement" || turn.test.type !== "BinaryExpression") {
    throw new NoVectorForm("a channel that does not turn");
  }
  const channels = nameOf(turn.test.right);
  return { unit, units, channel: { name: channel, channels }, body: body.slice(0, -1) };
}

/** Name and value of `const name = value;` */
export function declarationOf(statement: Statement): readonly [string, Expression] {
  if (statement.type !== "VariableDeclaration") throw new NoVectorForm(statement.type);
  const [only, other] = statement.declarations;
  if (!only?.init || other) throw new NoVectorForm("a declaration");
  return [nameOf(only.id), only.init];
}

export function nameOf(node: { readonly type: string } | null | undefined): string {
  if (node?.type !== "Identifier") throw new NoVectorForm("a name expected");
  return (node as Identifier).name;
}

/** The names that a declaration takes out of an object, `const { steps, units } = loop`; undefined for another. */
export function fieldsOf({
  declarations: [only],
}: VariableDeclaration): readonly string[] | undefined {
  if (only?.id.type !== "ObjectPattern") return undefined;
  return only.id.properties.map((property) => {
    if (property.type !== "Property") throw new NoVectorForm("a pattern");
    return nameOf(property.key);
  });
}

/** Array and index of `array[index]`. */
export function elementOf(node: MemberExpression): readonly [string, Expression] {
  if (!node.computed || node.property.type === "PrivateIdentifier")
    throw new NoVectorForm("a field");
  return [nameOf(node.object), node.property];
}
