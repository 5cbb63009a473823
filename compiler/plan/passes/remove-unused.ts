/**
 * Drops lets that nobody reads, then members that nobody calls, then declarations that nothing uses.
 * Neurons of the file itself stay: they are exported for others to use.
 * A neuron whose spikes lead nowhere does not count in `spike_rate` either: it is not in the model.
 */
import type { Program } from "../../ir/program.js";
import type { Expr, FunctionIr, LayerIr, MemberIr, NeuronIr } from "../../ir/ir.js";
import { graphsOf, mapBlocks, mapCallables, rootsOf, visit, withTargets } from "../walk.js";
import type { Block, Callable } from "../walk.js";

export function removeUnused(program: Program): Program {
  const lean = mapCallables(program, (block, callable) =>
    mapBlocks(block, (list) => withoutUnusedLets(list, namesFollowed(callable))),
  );
  const members = <C extends { members: readonly MemberIr[] } & Callable>(callable: C): C => {
    const called = calledMembers(callable);
    return { ...callable, members: callable.members.filter((m) => called.has(m.path)) };
  };
  const layers = new Map<string, LayerIr>();
  for (const layer of lean.layers) layers.set(layer.name, withTargets(members(layer), layers));
  const models = lean.models.map((model) => withTargets(members(model), layers));
  return { ...lean, models, ...usedFrom(lean, models, layers) };
}

function withoutUnusedLets(block: Block, always: ReadonlySet<string>): Block {
  const used = new Set(always);
  const note = (expr: Expr): void =>
    visit(expr, (part) => {
      if (part.tag === "local") used.add(part.name);
      // Graphs that the body builds are statements too.
      for (const graph of graphsOf(part)) used.add(graph.name);
    });
  note(block.result);
  const kept = [...block.lets].reverse().filter((statement) => {
    if (!used.has(statement.name)) return false;
    note(statement.value);
    return true;
  });
  return { lets: kept.reverse(), result: block.result };
}

/** Names that running statistics of the layer follow. */
function namesFollowed(callable: Callable): ReadonlySet<string> {
  const used = new Set<string>();
  if (callable.tag === "function") return used;
  for (const param of callable.params) {
    if (param.running === undefined) continue;
    visit(param.running.follows, (part) => {
      if (part.tag === "local") used.add(part.name);
    });
  }
  return used;
}

function calledMembers(callable: Callable): ReadonlySet<string> {
  const called = new Set<string>();
  for (const root of rootsOf(callable)) {
    visit(root, (part) => {
      if (part.tag === "call") called.add(part.member);
      if (part.tag === "param" && part.member !== undefined) called.add(part.member);
    });
  }
  return called;
}

/** What the models and losses reach, in the order of the program. */
function usedFrom(
  program: Program,
  models: Program["models"],
  layers: ReadonlyMap<string, LayerIr>,
): Pick<Program, "layers" | "functions" | "neurons"> {
  const usedLayers = new Set<string>();
  const usedNeurons = new Set<string>();
  const usedFunctions = new Set<string>();
  const reachFunction = (fn: FunctionIr): void => {
    if (usedFunctions.has(fn.name)) return;
    usedFunctions.add(fn.name);
    reach(fn);
  };
  const reach = (callable: Callable): void => {
    for (const root of rootsOf(callable)) {
      visit(root, (part) => {
        if (part.tag === "function") reachFunction(part.callee);
      });
    }
    if (callable.tag !== "function") callable.members.forEach((m) => reachTarget(m.target));
  };
  const reachTarget = (target: LayerIr | NeuronIr): void => {
    if (target.tag === "neuron") {
      usedNeurons.add(target.name);
      return;
    }
    if (usedLayers.has(target.name)) return;
    usedLayers.add(target.name);
    reach(layers.get(target.name) ?? target);
  };
  models.forEach(reach);
  program.trains.forEach((train) => reach(train.loss));
  return {
    layers: [...layers.values()].filter((layer) => usedLayers.has(layer.name)),
    neurons: program.neurons.filter(
      ({ name, origin }) => usedNeurons.has(name) || origin.file === program.file,
    ),
    functions: program.functions.filter((fn) => usedFunctions.has(fn.name)),
  };
}
