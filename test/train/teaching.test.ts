/** What a converted network learns from its teacher on one graph: from every node, labelled or not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stagesOf } from "../../runtime/binary/stages.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import { writeNpz } from "../../runtime/data/npz.js";
import * as sg from "../../runtime/index.js";
import { openSession } from "../../runtime/train/session.js";
import { Teaching } from "../../runtime/train/teaching.js";
import { train } from "../../runtime/train/trainer.js";
import { compileModule } from "../conformance/compile.js";

const SOURCE = `data D {
  file   "ring.npz"
  graph  g { nodes x = "x"; edges = "edge_index" }
  sample target = "y"
  split  given train = "train", validation = "validation", test = "test"
}
layer Mix<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[in, out] = glorot
  let h = x @ w
  return gather sum over j -> i with self loops { norm(i, j) * h[j] }
}
layer Signs<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: sign[in, out] = glorot
  let h = sign(x) @ w
  return gather sum over j -> i with self loops { norm(i, j) * h[j] }
}
model Net(g: graph(x: real[N, 2])) -> real[N, 2] {
  return g.x |> Mix<2>(g)
}
convert Net to Bits {
  rule    Mix => Signs
  stage   "binary" { epochs 1 }
  distill logits(temperature: 2, weight: 0.25)
}
train Net on D {
  loss     cross_entropy(output, target)
  optimize adam(rate: 1e-2)
  epochs   2
}
train Bits on D {
  loss     cross_entropy(output, target)
  optimize adam(rate: 1e-2)
  epochs   1
}`;

/** A ring of six nodes; the first two are labelled for training. */
function writeRing(folder: string): void {
  const f32 = (shape: number[], data: number[]) => ndarray(shape, Float32Array.from(data));
  const i32 = (shape: number[], data: number[]) => ndarray(shape, Int32Array.from(data));
  const next = [1, 2, 3, 4, 5, 0];
  const own = [0, 1, 2, 3, 4, 5];
  writeFileSync(
    join(folder, "ring.npz"),
    writeNpz({
      x: f32([6, 2], [1, -1, -2, 0.5, 6, 9, -9, -8, 5, 0.1, -7, 1.5]),
      edge_index: i32([2, 12], [...own, ...next, ...next, ...own]),
      y: i32([6], [0, 1, 0, 1, 0, 1]),
      train: i32([6], [1, 1, 0, 0, 0, 0]),
      validation: i32([6], [0, 0, 1, 1, 0, 0]),
      test: i32([6], [0, 0, 0, 0, 1, 1]),
    }),
  );
}

const softmax = (row: readonly number[], temperature = 1): number[] => {
  const powers = row.map((value) => Math.exp(value / temperature));
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
};
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

test("the logits of all nodes of one graph are compared, the labels of the training nodes alone", async () => {
  await sg.useBackend("cpu");
  const folder = mkdtempSync(join(tmpdir(), "sgnn-teaching-"));
  try {
    writeRing(folder);
    const exported = await compileModule(SOURCE);
    const [net, bits] = exported["experiments"] as sg.Experiment[];
    const about = { seed: 1, baseFolder: folder };
    await train(net!, { ...about, folder: join(folder, "net"), backend: { name: "cpu" } });
    const [stage] = stagesOf(bits!);
    const session = await openSession(stage!, about);
    const teaching = new Teaching(stage!.teacher!, join(folder, "net"));
    const batch = session.batches("train")[0]!;
    const lesson = teaching.lesson(batch);
    const createRun = () => sg.createRun({ training: true, binary: stage!.binary });
    const rows = (values: ArrayLike<number>): number[][] =>
      Array.from({ length: 6 }, (_, k) => [values[2 * k]!, values[2 * k + 1]!]);
    const taught = rows(lesson.output.dataSync());
    const own = rows(session.forward(batch, createRun()).all.dataSync());

    const divergences = own.map((row, k) => {
      const [student, teacher] = [softmax(row, 2), softmax(taught[k]!, 2)];
      return teacher.reduce((sum, t, c) => sum + t * Math.log(t / student[c]!), 0);
    });
    const labels = mean([-Math.log(softmax(own[0]!)[0]!), -Math.log(softmax(own[1]!)[1]!)]);
    const loss = teaching.loss(batch, session, createRun(), lesson).dataSync()[0]!;
    expect(loss).toBeCloseTo(0.75 * labels + 0.25 * 4 * mean(divergences), 5);
    expect(Math.abs(mean(divergences) - mean(divergences.slice(0, 2)))).toBeGreaterThan(1e-3);
    lesson.dispose();
    teaching.dispose();
    session.dispose();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
