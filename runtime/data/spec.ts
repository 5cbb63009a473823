/**
 * What a `data` declaration says, as a plain object: the compiler prints it into the generated file.
 * Mirrors DataIr and SplitIr of the compiler (which the runtime may not import); maps are objects.
 */

/** Where the numbers of one name come from. */
export type SourceSpec =
  | { readonly tag: "array"; readonly name: string }
  | { readonly tag: "columns"; readonly names: readonly string[] }
  | { readonly tag: "oneHot"; readonly name: string }
  /** A named feature transform (transforms.ts) of the numbers of another source. */
  | { readonly tag: "transform"; readonly name: string; readonly of: SourceSpec }
  | ComputedSpec;

/** Node features computed from the graph itself (features/). */
export interface ComputedSpec {
  readonly tag: "computed";
  readonly name: string;
  readonly args: Readonly<Record<string, number>>;
}

/** Connections with a time each, cut into the snapshots of a dynamic graph (snapshots.ts). */
export interface SnapshotsSpec {
  readonly tag: "snapshots";
  /** One array [2, E], or two columns. */
  readonly of: SourceSpec;
  /** Array of times, one for each edge. */
  readonly time: string;
  /** Times in one snapshot; 1 unless given. */
  readonly merge?: number | undefined;
  /** First and last time that is kept. */
  readonly first?: number | undefined;
  readonly last?: number | undefined;
  /** Each snapshot has its new edges only; otherwise all up to it. */
  readonly newEdges?: boolean | undefined;
  /** Add the reverse of each edge. */
  readonly undirected?: boolean | undefined;
  /** Edges are in no order of time. */
  readonly sort?: boolean | undefined;
}

export interface NamedSource {
  readonly name: string;
  readonly source: SourceSpec;
}

export interface GraphSpec {
  readonly name: string;
  readonly nodes: readonly NamedSource[];
  /** Array of node row starts, [graphs + 1]; absent for one single graph. */
  readonly nodesBy?: string | undefined;
  readonly connections: SourceSpec | SnapshotsSpec;
  readonly edges: readonly NamedSource[];
  readonly edgesBy?: string | undefined;
}

export type Ratio = readonly [number, number, number];

export type SplitSpec =
  | { readonly rule: "random"; readonly ratio: Ratio }
  | { readonly rule: "stratified"; readonly by: string; readonly ratio: Ratio }
  | { readonly rule: "grouped"; readonly by: string; readonly ratio: Ratio }
  | { readonly rule: "folds" | "groupedFolds"; readonly by: string; readonly folds: number }
  | { readonly rule: "perClass"; readonly train: number; readonly validation: number }
  | {
      readonly rule: "given";
      readonly train: string;
      readonly validation?: string | undefined;
      readonly test?: string | undefined;
    };

export interface DataSpec {
  readonly name: string;
  readonly doc?: string | undefined;
  readonly files: readonly { readonly path: string; readonly format?: string | undefined }[];
  readonly generate?:
    { readonly name: string; readonly args: Readonly<Record<string, number | string>> } | undefined;
  readonly graph?: GraphSpec | undefined;
  readonly samples: readonly NamedSource[];
  readonly split: SplitSpec;
  readonly scale: readonly { readonly name: string; readonly method: string }[];
  /** Random changes of node features in training, in order (augment.ts). */
  readonly augment?: readonly AugmentSpec[] | undefined;
}

export interface AugmentSpec {
  readonly name: string;
  readonly method: string;
  readonly args: Readonly<Record<string, number>>;
}

/** The parts of a split. */
export const parts = ["train", "validation", "test"] as const;
export type Part = (typeof parts)[number];
