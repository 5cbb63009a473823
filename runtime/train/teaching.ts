/** The trained model that a converted one learns from. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { distilledLoss, type Answer } from "../binary/distill.js";
import type { Batch, ModelInputs } from "../data/batch.js";
import { setWeights } from "../export/weights.js";
import type { Model } from "../layers/layer.js";
import { createRun, type Run } from "../layers/run.js";
import { Scope } from "../layers/scope.js";
import { readRunWeights } from "./run-folder.js";
import type { Session } from "./session.js";
import type { Teacher } from "./spec.js";

/** What the teacher said of a batch; `dispose` frees it. */
export interface Lesson extends Answer {
  dispose(): void;
}

export class Teaching {
  private readonly model: Model<ModelInputs>;

  /**
   * @param run the folder of the teacher's run
   * @throws SgnnError R322 (no weights yet), R403-R405 (weights of another model)
   */
  constructor(
    private readonly teacher: Teacher,
    run: string,
  ) {
    this.model = teacher.create(new Scope({ seed: 0 })) as unknown as Model<ModelInputs>;
    const { tensors, label } = readRunWeights(run);
    setWeights(this.model, tensors, label);
  }

  /**
   * What the teacher says of a batch, without dropout; outside of the student's tape. On one graph it speaks of every
   * node, labelled or not (Zhang et al. 2022, GLNN, eq. 1); it knows no label but those it was trained on.
   */
  lesson(batch: Batch): Lesson {
    const run = createRun({ training: false, remembersStructure: true });
    const kept: Tensor[] = [];
    const keep = (tensor: Tensor): Tensor => {
      kept.push(tf.keep(tf.clone(tensor)));
      return kept[kept.length - 1]!;
    };
    let answer: Answer | undefined;
    tf.tidy(() => {
      const output = keep(this.model.forward(batch.inputs, run));
      const structure = (run.structure ?? []).map(({ x, graph }) => ({ x: keep(x), graph }));
      answer = { output, structure };
    });
    return { ...answer!, dispose: () => tf.dispose(kept) };
  }

  /** The student's loss on a batch. */
  loss(batch: Batch, session: Session, run: Run, lesson: Lesson): Tensor {
    const { all, loss } = session.forward(batch, run);
    const own = { output: all, structure: run.structure ?? [] };
    return distilledLoss(loss, own, lesson, this.teacher.distill);
  }

  dispose(): void {
    this.model.dispose();
  }
}
