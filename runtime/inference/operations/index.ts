/** The operations that a plan may name. */
import {
  aggregate,
  attentionScores,
  degree,
  edgeSoftmax,
  reached,
  pool,
  propagate,
  source,
  symmetricNorm,
  target,
} from "./graph.js";
import type { Operation } from "./operation.js";
import { matMul } from "./products.js";
import * as bits from "./bits.js";
import * as near from "./near.js";
import * as rows from "./rows.js";

export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    ...{ matMul, propagate, source, target, aggregate, pool },
    ...{ attentionScores, edgeSoftmax, reached, degree, symmetricNorm },
    ...{ knn: near.knn, nearSource: near.nearSource, nearTarget: near.nearTarget },
    nearAggregate: near.nearAggregate,
    ...bits,
    ...rows,
  }),
);
export type { Binding, Operation, Slot, StepCounts } from "./operation.js";
