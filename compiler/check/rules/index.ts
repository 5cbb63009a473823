/** The lints, in the order in which they run. One rule per file. */
import { idleState } from "./idle-state.js";
import { lostBinariness } from "./lost-binariness.js";
import { lostSparsity } from "./lost-sparsity.js";
import type { Rule } from "./rule.js";
import { unusedLet } from "./unused-let.js";

export const rules: readonly Rule[] = [unusedLet, lostSparsity, lostBinariness, idleState];
