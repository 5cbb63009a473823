/** T2xx: kinds, shapes, index spaces, generics and calls. One file per subject. */
import { binary } from "./types/binary.js";
import { calls } from "./types/calls.js";
import { graphs } from "./types/graphs.js";
import { lints } from "./types/lints.js";
import { written } from "./types/names.js";
import { shapes } from "./types/shapes.js";

export const types = { ...shapes, ...calls, ...written, ...graphs, ...binary, ...lints };
