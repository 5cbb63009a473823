/**
 * `Dense weights sign scale per channel`: the layer `Dense` with weights of another kind, as a layer of its own.
 *
 * Every weight with two or more dims that stands on the right of a product gets the kind, and the product is
 * multiplied by a learned scale: one number, or one for each channel, starting at 1 (Bahri, Bahl, Zafeiriou 2021,
 * section 3). A bias stays real.
 */
import type { Binary, Expression, LayerDeclaration, ParamField } from "../../grammar/tree.js";
import { childrenOf } from "../check/walk.js";
import type { Found } from "../resolve/found.js";
import type { Place } from "./patchwork.js";
import { Patchwork } from "./patchwork.js";

export interface Modifiers {
  readonly weights: string | undefined;
  /** `channel`, or `weight` for one number per weight. */
  readonly scale: string | undefined;
}

/** `DenseSignScaled`, `DenseSignScaledPerChannel`: says what was changed. */
export function derivedName(layer: string, { weights, scale }: Modifiers): string {
  const kind = weights === undefined ? "" : capital(weights);
  const per = scale === undefined ? "" : scale === "weight" ? "Scaled" : "ScaledPerChannel";
  return `${layer}${kind}${per}`;
}

/** The source of the derived layer, on behalf of the rule that asks for it. */
export function deriveLayer(
  found: Found,
  declaration: LayerDeclaration,
  modifiers: Modifiers,
  from: Place,
): Patchwork {
  const { file, source } = found;
  const products = productsOf(declaration);
  const out = new Patchwork();
  let at = declaration.span.start;
  const copyTo = (end: number): void => {
    out.copy(file, source, at, end);
    at = Math.max(at, end);
  };
  const edits: { readonly at: number; readonly end: number; readonly text: string }[] = [];
  const { name } = declaration;
  const own = derivedName(name.text, modifiers);
  edits.push({ at: name.span.start, end: name.span.end, text: own });
  for (const item of declaration.items) {
    if (item.type !== "param" || item.declaredType.type !== "tensorType") continue;
    const multiplied = item.names.filter((one) => products.some((p) => nameOf(p) === one.text));
    if (multiplied.length === 0) continue;
    const { kind } = item.declaredType;
    if (modifiers.weights !== undefined && modifiers.weights !== "real") {
      edits.push({ at: kind.span.start, end: kind.span.end, text: modifiers.weights });
    }
    if (modifiers.scale === undefined) continue;
    const dims = modifiers.scale === "weight" ? "" : scaleDims(item, source);
    const names = multiplied.map((one) => scaleName(one.text)).join(", ");
    const indent = "\n  ";
    const { end } = item.span;
    edits.push({ at: end, end, text: `${indent}param ${names}: real${dims} = ones` });
  }
  if (modifiers.scale !== undefined) {
    for (const product of products) {
      const { end } = product.right.span;
      edits.push({ at: end, end, text: ` * ${scaleName(nameOf(product) ?? "")}` });
    }
  }
  edits.sort((a, b) => a.at - b.at);
  for (const edit of edits) {
    copyTo(edit.at);
    out.add(edit.text, from);
    at = edit.end;
  }
  copyTo(declaration.span.end);
  return out;
}

function scaleName(weight: string): string {
  return weight === "weight" ? "scale" : `${weight}Scale`;
}

/** `[heads, out]` of a weight `[in, heads, out]`: the first dim is summed over. */
function scaleDims(item: ParamField, source: string): string {
  const { declaredType } = item;
  const dims = declaredType.type === "tensorType" ? (declaredType.dims ?? []) : [];
  const rest = dims.slice(1).map((dim) => source.slice(dim.span.start, dim.span.end));
  return rest.length === 0 ? "" : `[${rest.join(", ")}]`;
}

/** Products with a weight of at least two dims on the right. */
function productsOf(declaration: LayerDeclaration): Binary[] {
  const weights = new Set<string>();
  for (const item of declaration.items) {
    if (item.type !== "param" || item.declaredType.type !== "tensorType") continue;
    if ((item.declaredType.dims?.length ?? 0) < 2) continue;
    for (const { text } of item.names) weights.add(text);
  }
  const found: Binary[] = [];
  const open: Expression[] = [declaration.result];
  for (const item of declaration.items) if (item.type === "let") open.push(item.value);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === "binary" && next.operator === "@" && next.right.type === "name") {
      if (weights.has(next.right.text)) found.push(next);
    }
    open.push(...childrenOf(next));
  }
  return found;
}

function nameOf(product: Binary): string | undefined {
  return product.right.type === "name" ? product.right.text : undefined;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
