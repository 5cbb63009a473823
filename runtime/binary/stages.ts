/**
 * Training of a converted network in stages (Bahri, Bahl, Zafeiriou 2021, section 4): every stage is an
 * experiment of its own, which begins with the weights that the stage before it chose. So each stage has its
 * own run folder, and a training that is interrupted in any of them goes on there.
 */
import type { Experiment } from "../train/spec.js";

/** The experiments of an experiment: its stages in order, or itself when it has none. */
export function stagesOf(experiment: Experiment): Experiment[] {
  const { stages, ...plain } = experiment;
  if (stages === undefined || stages.length === 0) return [experiment];
  const names = stages.map((stage) => `${experiment.name}.${stage.name.replace(/[^\w-]+/g, "-")}`);
  return stages.map((stage, k) => {
    const { activations = "sign", weights = "sign", epochs, batch, rate, decay } = stage;
    const { train } = experiment;
    const [first, ...others] = train.optimize;
    const changed = {
      ...(rate === undefined ? {} : { rate }),
      ...(decay === undefined ? {} : { decay }),
    };
    const optimize =
      first === undefined ? [] : [{ ...first, args: { ...first.args, ...changed } }, ...others];
    return {
      ...plain,
      name: names[k]!,
      binary: { activations, weights },
      continues: k === 0 ? undefined : names[k - 1],
      train: { ...train, optimize, epochs: epochs ?? train.epochs, batch: batch ?? train.batch },
    };
  });
}
