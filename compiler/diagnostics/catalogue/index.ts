/** Every row of the catalogue, in the order of the codes. */
import type { DiagnosticEntry } from "../diagnostic.js";
import { conversions } from "./conversions.js";
import { data } from "./data.js";
import { equilibrium } from "./equilibrium.js";
import { fields } from "./fields.js";
import { names } from "./names.js";
import { neurons } from "./neurons.js";
import { physics } from "./physics.js";
import { syntax } from "./syntax.js";
import { training } from "./training.js";
import { types } from "./types.js";

/** What all rows have, whatever arguments their texts need. */
export type AnyEntry = Pick<
  DiagnosticEntry<never>,
  "code" | "name" | "severity" | "example" | "why" | "fix" | "message"
>;

const phases: readonly Readonly<Record<string, AnyEntry>>[] = [
  syntax,
  names,
  fields,
  types,
  neurons,
  data,
  training,
  physics,
  conversions,
  equilibrium,
];

/** All rows, each code once. */
export const catalogue: readonly AnyEntry[] = phases.flatMap((phase) => Object.values(phase));
