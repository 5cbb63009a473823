/** Elaborates the body of one layer, function or model into its intermediate form. */
import type { Expression } from "../../grammar/tree.js";
import { types } from "../diagnostics/catalogue/types.js";
import type { Expr, InputIr, MemberIr, ParamIr, Statement } from "../ir/ir.js";
import { printType } from "../ir/print.js";
import type { Kind, Size } from "../ir/types.js";
import type { Body } from "./body.js";
import { checkFixpoint } from "./equilibrium/elaborate.js";
import { isWithin } from "./kinds.js";
import { checkLet } from "./lets.js";
import { nameMembers } from "./members.js";
import { checkParam, checkRunning } from "./params.js";
import { residencyFix, shapeFix } from "./residency.js";
import { isTensor } from "./scope.js";
import { substituteType } from "./substitute.js";
import type { Signature } from "./signature.js";
import { asSymbol, equalSizes, isEllipsis, spaceOf } from "./size.js";
import { graphName, isResident, residencyWords, tensor } from "./types.js";
import { childrenOf } from "./walk.js";

export interface Elaborated {
  readonly inputs: readonly InputIr[];
  readonly params: readonly ParamIr[];
  readonly members: readonly MemberIr[];
  readonly body: readonly Statement[];
  readonly result: Expr;
}

/**
 * Elaborates with the given kinds of the arguments (undefined: as declared); undefined after errors.
 */
export function elaborate(
  body: Body,
  signature: Signature,
  kinds: readonly (Kind | undefined)[],
): Elaborated | undefined {
  const { declaration } = signature;
  body.letCounts = countLets(signature);
  body.ownLets = new Map(
    declaration.items.flatMap((item) =>
      item.type === "let" ? [[item.name.text, item.name.span] as const] : [],
    ),
  );
  return body.inBlock(() => {
    const inputs = defineInputs(body, signature, kinds);
    const params: ParamIr[] = [];
    const statements: Statement[] = [];
    for (const item of declaration.items) {
      if (item.type === "let") {
        const statement = checkLet(body, item, false);
        statements.push(...body.takeBuilt());
        if (statement !== undefined) statements.push(statement);
        continue;
      }
      if (body.owner === "function") {
        const name = item.type === "param" ? item.names[0] : item.name;
        body.report(types.functionOwnsWeights, name?.span ?? item.span, {
          name: name?.text ?? "",
          what: item.type,
          owner: body.ownerName,
        });
      }
      body.base = item.type === "running" ? item.name.text : "output";
      params.push(...(item.type === "param" ? checkParam(body, item) : checkRunning(body, item)));
    }
    body.base = "output";
    const result =
      declaration.type === "equilibrium"
        ? checkFixpoint(body, signature, declaration.declaration, params, checkResult)
        : checkResult(body, signature, declaration.result);
    statements.push(...body.takeBuilt());
    if (result === undefined) return undefined;
    const members = nameMembers(
      body.pending,
      params.map((p) => p.name),
    );
    return { inputs, params, members, body: statements, result };
  });
}

function defineInputs(
  body: Body,
  signature: Signature,
  kinds: readonly (Kind | undefined)[],
): InputIr[] {
  return signature.parameters.map((parameter, at) => {
    const { name, place } = parameter;
    const type = substituteType(parameter.type, body.sizes);
    if (type.tag === "graph") {
      const ref = { name, type, selfLoops: false, isStacked: body.isStacked };
      body.define(name, { tag: "graph", ref, sort: "input", place, used: false });
      return { name, type };
    }
    const precise = tensor(kinds[at] ?? type.kind, type.dims);
    const timed = body.isCalledTimed && isResident(precise);
    body.define(name, { tag: "tensor", type: precise, timed, sort: "input", place, used: false });
    return { name, type: precise };
  });
}

/** A value of the declared type of the result; undefined after a report. */
export function checkResult(
  body: Body,
  signature: Signature,
  expression: Expression,
): Expr | undefined {
  const value = body.check(expression);
  if (value.tag === "error") return undefined;
  const { declaration } = signature;
  const declared = substituteType(signature.result, body.sizes);
  const expected = printType(declared);
  const place = { file: body.file, span: declaration.resultType.span };
  const because = `${declaration.type} \`${declaration.name.text}\`, ${body.lineWords(place)}, returns it`;
  const related = [{ ...place, message: `\`${expected}\` is declared here` }];
  if (!isTensor(value)) {
    body.report(types.graphForTensor, expression.span, {
      user: `the result of \`${declaration.name.text}\``,
      name: graphName(value.ref),
      fields: [...value.ref.type.nodeFields.keys()],
    });
    return undefined;
  }
  const actual = body.describe(value);
  const more = { related: [...related, ...body.definedAt(value)] };
  const given = value.type.dims;
  const badAt = given.findIndex((dim, at) => {
    const wanted = declared.dims[at];
    return wanted !== undefined && !fits(signature, wanted, dim);
  });
  if (given.length !== declared.dims.length || badAt >= 0) {
    const wanted = declared.dims[badAt];
    const isResidency =
      badAt >= 0 &&
      wanted !== undefined &&
      (spaceOf(wanted) !== undefined || spaceOf(given[badAt]) !== undefined) &&
      given.length === declared.dims.length;
    if (isResidency) {
      const fix = residencyFix(body, value, declared);
      const place_ = residencyWords(value.type);
      const args = { expected, because, actual, place: place_, fix };
      body.report(types.wrongResidency, resultSpan(body, expression), args, more);
    } else {
      const fix = shapeFix(body, value, declared);
      body.report(
        types.resultShape,
        resultSpan(body, expression),
        { expected, because, actual, fix },
        more,
      );
    }
    return undefined;
  }
  if (!isWithin(value.type.kind, declared.kind)) {
    body.report(
      types.resultKind,
      resultSpan(body, expression),
      { expected, because, actual, wanted: declared.kind, given: value.type.kind },
      more,
    );
    return undefined;
  }
  return value;
}

/** The last stage of a pipeline, or the first word of a block, stands for the whole of it. */
function resultSpan(body: Body, expression: Expression): Expression["span"] {
  const word = {
    gather: "gather",
    timeBlock: "over",
    snapshotBlock: "over",
    pool: "pool",
  } as const;
  if (
    expression.type === "gather" ||
    expression.type === "timeBlock" ||
    expression.type === "snapshotBlock" ||
    expression.type === "pool"
  ) {
    return body.wordSpan(expression.span, word[expression.type]);
  }
  if (expression.type !== "pipe") return expression.span;
  return expression.stages[expression.stages.length - 1]?.call.span ?? expression.span;
}

/** A `T` that no parameter has is whatever the time block of the body gives. */
function fits(signature: Signature, wanted: Size, given: Size): boolean {
  if (equalSizes(wanted, given)) return true;
  const isFreeTime =
    asSymbol(wanted) === "T" &&
    !signature.parameters.some(
      (p) => p.type.tag === "tensor" && p.type.dims.some((dim) => asSymbol(dim) === "T"),
    );
  const space = spaceOf(given);
  return isFreeTime && (space === undefined || space === "T") && !isEllipsis(given);
}

/** How often each `let` name occurs in the declaration, blocks included. */
function countLets(signature: Signature): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const open: Expression[] = [signature.declaration.result];
  for (const item of signature.declaration.items) {
    if (item.type !== "let") continue;
    count(item.name.text);
    open.push(item.value);
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === "gather" || next.type === "timeBlock" || next.type === "snapshotBlock") {
      for (const one of next.body.lets) count(one.name.text);
    }
    open.push(...childrenOf(next));
  }
  return counts;
}
