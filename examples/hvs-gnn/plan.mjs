/** What table.mjs trains: the grid that chose the recipe of hvs-gnn.sgnn, and the rows of the tables. */

/** What `train GrainNet`, `train FieldNet` and the neurons say: the point of the grid that validation chose. */
export const RECIPE = {
  ...{ rate: "3e-3", decay: "1e-5", weight: "0.01", epochs: "8", slope: "5" },
  split: "folds 5",
};

/** As much training data as splits of 80:10:10 leave, yet every point tested once: five folds leave 60 %. */
export const TEN_FOLDS = { split: "folds 10" };
export const ON_TEN_FOLDS = ["Vanilla", "NoEdges", "Hybrid1"];

/** The grid, on fold 1: rates, and how far the surrogate reaches; the validation part is the judge. */
export const GRID = [{}, { slope: "25" }, { rate: "1e-3" }];

/** Weights of the spiking loss beside that of the recipe, and the variants whose curves they draw. */
export const WEIGHTS = ["0.5", "2"];
export const SWEPT = ["Hybrid1", "Shifted", "Rect", "LIF1", "Full1", "Hybrid4"];

/** Where the runs of a changed recipe lie: `weight-0.5`, `tune/rate-1e-3`; the recipe's own are `variants`. */
export function folderOf(changes) {
  const words = Object.entries(changes).map(([name, value]) => `${name}-${value}`);
  if (words.length === 0) return "variants";
  if (changes.split !== undefined) return "ten-folds";
  return changes.weight === undefined ? `tune/${words.join("-")}` : words.join("-");
}

/** One of each kind of neuron; ReLU has no surrogate. */
const tuned = ["Vanilla", "LIF1", "Hybrid1"];
export const grid = GRID.map((changes) => ({
  ...{ models: changes.slope === undefined ? tuned : tuned.slice(1), seeds: [1] },
  ...changes,
}));

const swept = (models, seeds) => WEIGHTS.map((weight) => ({ models, seeds, weight }));
export const FIELD = ["FieldVanilla", "FieldHybrid", "FieldLIF", "FieldFull"];
export const TRUSSES = ["StressVanilla", "StressNoEdges", "StressHybrid"];

/** Models and seeds (folds): what matters most first, and one fold of all before more of what matters less. */
export const rows = [
  { models: ["Vanilla", "Hybrid1", "LIF1"], seeds: [1, 2, 3, 4, 5] },
  { models: ["NoEdges", "Shifted"], seeds: [1, 2, 3] },
  { models: TRUSSES, seeds: [1] },
  { models: ON_TEN_FOLDS, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], ...TEN_FOLDS },
  ...swept(["Hybrid1", "LIF1"], [1]),
  { models: ["Hybrid4"], seeds: [1] },
  ...grid,
  ...swept(["Shifted"], [1]),
  { models: ["LIF4"], seeds: [1] },
  { models: ["Rect", "Full1"], seeds: [1, 2, 3] },
  { models: FIELD, seeds: [1] },
  ...swept(["Rect", "Full1", "Hybrid4"], [1]),
  { models: TRUSSES, seeds: [2, 3] },
  { models: ["Hybrid2", "LIF2", "RLIF4", "Hybrid8", "LIF8"], seeds: [1] },
  { models: ["NoEdges", "Shifted", "Rect", "Full1"], seeds: [4, 5] },
  { models: FIELD, seeds: [2, 3] },
  { models: ["Hybrid4", "LIF4", "Hybrid2", "LIF2", "RLIF4", "Hybrid8", "LIF8"], seeds: [2, 3] },
  ...swept(SWEPT, [2]),
];
