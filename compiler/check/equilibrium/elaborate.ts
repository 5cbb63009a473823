/**
 * Types the equations of an equilibrium block.
 *
 * Equations run in order. A state read at or before its own equation is fed back: it has the declared
 * type of the result. The last state is the result. `previous` is the result at the snapshot before.
 */
import type { EquilibriumDeclaration, Equation, Expression } from "../../../grammar/tree.js";
import { equilibrium as rows } from "../../diagnostics/catalogue/equilibrium.js";
import { Reporter } from "../../diagnostics/diagnostic.js";
import type { EquationIr, Expr, GraphRef, ParamIr, SettingIr } from "../../ir/ir.js";
import { walkExpr } from "../../ir/walk.js";
import type { TensorType } from "../../ir/types.js";
import type { Body } from "../body.js";
import { gradients, solvers } from "./tables.js";
import { checkNamedCall } from "../named-arguments.js";
import { isTensor } from "../scope.js";
import { substituteType } from "../substitute.js";
import type { Signature } from "../signature.js";
import { walk } from "../walk.js";
import { checkBound } from "./bound.js";
import { equationsOf } from "./callable.js";
import { readRateNeuron, type RateNeuron } from "./neuron.js";

type CheckResult = (body: Body, signature: Signature, expression: Expression) => Expr | undefined;

/** The `fixpoint` expression; undefined after a report. */
export function checkFixpoint(
  body: Body,
  signature: Signature,
  declaration: EquilibriumDeclaration,
  params: readonly ParamIr[],
  checkResult: CheckResult,
): Expr | undefined {
  const equations = equationsOf(declaration);
  const neuron = readRateNeuron(body, declaration);
  if (neuron === undefined || equations.length === 0) return undefined;
  for (const [name, value] of neuron.numbers) body.numbers.set(name, value);
  const fed = fedBack(equations);
  const type = substituteType(signature.result, body.sizes);
  defineStates(body, fed, equations, type);
  const found: EquationIr[] = [];
  for (const equation of equations) {
    const { left, right } = equation;
    if (left.type !== "name") return undefined;
    const outer = body.base;
    body.base = left.text;
    const value = fed.includes(left.text)
      ? checkResult(body, signature, right)
      : tensorOf(body, right);
    body.base = outer;
    if (value === undefined) return undefined;
    if (!fed.includes(left.text)) {
      const place = { file: body.file, span: left.span };
      body.define(left.text, body.entryOf(value, place, "let"));
    }
    const entry = body.scope.find(left.text);
    if (entry !== undefined) entry.used = true;
    const origin = body.origin(equation.span);
    found.push(equationIr(left.text, value, neuron, origin));
  }
  const states = new Set([...found.map((one) => one.name), "previous"]);
  if (!checkParts(body, declaration, found, states, neuron)) return undefined;
  const isUnchecked = declaration.fields.some((field) => field.type === "unchecked");
  if (!isUnchecked && !checkBound(body, declaration, found, fed, params)) return undefined;
  const last = found[found.length - 1];
  return {
    tag: "fixpoint",
    equations: found,
    fed,
    graph: firstGraph(signature, body),
    solve: setting(declaration, "solve"),
    gradient: setting(declaration, "gradient"),
    carry: carryOf(declaration),
    type,
    timed: last.value.timed,
    origin: body.origin(declaration.name.span),
  };
}

/** States that an equation reads before they have been computed, then the result. */
function fedBack(equations: readonly Equation[]): string[] {
  const names = equations.map(({ left }) => (left.type === "name" ? left.text : ""));
  const reads = equations.map(({ right }) => {
    const found = new Set<string>();
    walk(right, (inner) => {
      if (inner.type === "name") found.add(inner.text);
    });
    return found;
  });
  const isFed = (name: string, at: number): boolean =>
    at === names.length - 1 || reads.slice(0, at + 1).some((found) => found.has(name));
  return names.filter(isFed);
}

function defineStates(
  body: Body,
  fed: readonly string[],
  equations: readonly Equation[],
  type: TensorType,
): void {
  const timed = body.isCalledTimed;
  for (const { left } of equations) {
    if (left.type !== "name" || !fed.includes(left.text)) continue;
    const place = { file: body.file, span: left.span };
    body.define(left.text, { tag: "tensor", type, timed, sort: "let", place, used: true });
  }
  if (body.scope.find("previous") !== undefined) return;
  const place = { file: body.file, span: equations[0].left.span };
  body.define("previous", { tag: "tensor", type, timed, sort: "let", place, used: true });
}

function tensorOf(body: Body, expression: Expression): Expr | undefined {
  const value = body.check(expression);
  return isTensor(value) ? value : undefined;
}

/** Takes `clip(current / threshold, 0, 1)` apart: the current is what the neuron integrates. */
function equationIr(
  name: string,
  value: Expr,
  neuron: RateNeuron,
  origin: EquationIr["origin"],
): EquationIr {
  const whole: EquationIr = { name, value, neuron: undefined, type: value.type, origin };
  if (value.tag !== "op" || value.op !== "clip") return whole;
  if (value.attributes.low !== 0 || value.attributes.high !== 1) return whole;
  const [inner] = value.args;
  const { threshold, leak } = neuron;
  const rate = { threshold, leak };
  const isOne = threshold.tag === "constant" && threshold.value === 1;
  const isQuotient =
    inner.tag === "op" && inner.op === "div" && isSameNumber(inner.args[1], threshold);
  if (isQuotient) return { ...whole, value: inner.args[0], neuron: rate };
  return isOne ? { ...whole, value: inner, neuron: rate } : whole;
}

function isSameNumber(a: Expr, b: Expr): boolean {
  if (a.tag === "constant") return b.tag === "constant" && a.value === b.value;
  if (a.tag !== "size" || b.tag !== "size") return false;
  return [...a.size.terms.keys()].join() === [...b.size.terms.keys()].join();
}

/** Layers on states have weights whose gradient nobody would see; simulation needs rates. */
function checkParts(
  body: Body,
  declaration: EquilibriumDeclaration,
  equations: readonly EquationIr[],
  states: ReadonlySet<string>,
  neuron: RateNeuron,
): boolean {
  let isFine = true;
  const isSimulated = setting(declaration, "solve").name === "simulate";
  for (const equation of equations) {
    walkExpr(equation.value, (part) => {
      if (part.tag !== "call") return;
      const state = stateIn(part, states);
      if (state === undefined) return;
      isFine = false;
      const name = body.pending.find((pending) => pending.call === part)?.callee ?? "a layer";
      body.report(rows.layerInFixpoint, part.origin.span, { name, state });
    });
    if (!isSimulated || equation.neuron !== undefined) continue;
    isFine = false;
    const threshold =
      neuron.threshold.tag === "constant" ? String(neuron.threshold.value) : "threshold";
    body.report(rows.notARate, equation.origin.span, { name: equation.name, threshold });
  }
  return isFine;
}

/** The first state that occurs in the expression. */
export function stateIn(expr: Expr, states: ReadonlySet<string>): string | undefined {
  let found: string | undefined;
  walkExpr(expr, (part) => {
    if (part.tag === "local" && states.has(part.name)) found ??= part.name;
  });
  return found;
}

function firstGraph(signature: Signature, body: Body): GraphRef | undefined {
  const parameter = signature.parameters.find(({ type }) => type.tag === "graph");
  const entry = parameter && body.scope.find(parameter.name);
  return entry?.tag === "graph" ? entry.ref : undefined;
}

/** `solve` and `gradient` have been checked with the fields: read again, silently. */
function setting(declaration: EquilibriumDeclaration, type: "solve" | "gradient"): SettingIr {
  const silent = new Reporter();
  const tables = type === "solve" ? solvers : gradients;
  for (const field of declaration.fields) {
    if (field.type !== type) continue;
    const call = checkNamedCall(field.call, type, tables, "", silent);
    if (call !== undefined) return call;
  }
  return { name: type === "solve" ? "anderson" : "implicit", args: new Map(), words: new Map() };
}

function carryOf(declaration: EquilibriumDeclaration): string {
  for (const field of declaration.fields) if (field.type === "carry") return field.word.text;
  return "none";
}

/** The number behind `contraction`, when it has been given. */
export function contractionOf(params: readonly ParamIr[], name: string): number | undefined {
  return params.find((param) => param.name === name)?.contraction;
}
