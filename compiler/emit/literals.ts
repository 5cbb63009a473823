/** Values of the typed program as TypeScript literals. */
import type { Initialiser, NumberRange } from "../ir/ir.js";

export type Literal =
  | string
  | number
  | boolean
  | undefined
  | readonly Literal[]
  | ReadonlyMap<string, Literal>
  | { readonly [key: string]: Literal };

/** An object, array or number; fields that are undefined are left out, maps become objects. */
export function literal(value: Literal): string {
  if (value === undefined) return "undefined";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(literal).join(", ")}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const fields = (entries as [string, Literal][])
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${propertyName(key)}: ${literal(field)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function isList(value: Literal): value is readonly Literal[] {
  return Array.isArray(value);
}

/** A key of an object literal, quoted only when it has to be. */
export function propertyName(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** `{ in: size.in, out: 16 }` from texts. */
export function objectOf(fields: readonly (readonly [string, string])[]): string {
  if (fields.length === 0) return "{}";
  return `{ ${fields.map(([key, text]) => (key === text ? key : `${propertyName(key)}: ${text}`)).join(", ")} }`;
}

/** `sg.uniform(0, 1)` */
export function initialiserText({ name, args, times }: Initialiser): string {
  const text = (arg: number): string => {
    if (times === undefined) return String(arg);
    const constant = `constants.${times}`;
    if (Math.abs(arg) === 1) return arg < 0 ? `-${constant}` : constant;
    return `${arg} * ${constant}`;
  };
  return `sg.${name}(${args.map(text).join(", ")})`;
}

/** `{ low: 0, high: 1, lowOpen: false, highOpen: false }` */
export function rangeText(range: NumberRange): string {
  const { low, high, lowOpen, highOpen } = range;
  return literal({ low, high, lowOpen, highOpen });
}

/** A doc comment; its end marker cannot occur inside. */
export function docText(lines: readonly string[]): string {
  const safe = lines.map((line) => line.replace(/\*\//g, "* /").trimEnd());
  if (safe.length === 1) return `/** ${safe[0]} */`;
  return ["/**", ...safe.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}
