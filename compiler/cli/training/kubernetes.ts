/**
 * A sweep as an Indexed Job of Kubernetes: pod k does shard k + 1 of n and writes its runs to a volume that all
 * share. Written as JSON, which kubectl reads like YAML; the Containerfile builds the image from the project.
 */
import type { Job } from "kubernetes-types/batch/v1.d.ts";
import type { PersistentVolumeClaim } from "kubernetes-types/core/v1.d.ts";
import { quoted } from "./words.js";

export interface JobOptions {
  /** Lower-case name of job, claim and volume. */
  readonly name: string;
  readonly image: string;
  readonly shards: number;
  /** Cores and memory of a pod. */
  readonly cores: number;
  readonly memoryGiB: number;
  /** The words after `sgnnc`, without those that this file adds. */
  readonly words: readonly string[];
}

export interface Manifest {
  readonly apiVersion: "v1";
  readonly kind: "List";
  readonly items: readonly [PersistentVolumeClaim, Job];
}

/** Where the shared volume is mounted. */
const RUNS = "/runs";

/** The claim of the volume and the job, as one list. */
export function manifestOf(options: JobOptions): Manifest {
  const { name, image, shards, cores, memoryGiB, words } = options;
  const command = [...words, "--shard", `auto/${shards}`, "--resume", "--out", RUNS];
  const resources = { cpu: String(cores), memory: `${memoryGiB}Gi` };
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: `${name}-runs` },
    spec: {
      accessModes: ["ReadWriteMany"],
      resources: { requests: { storage: "10Gi" } },
    },
  };
  const job: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels: { app: "sgnn" } },
    spec: {
      completionMode: "Indexed",
      completions: shards,
      parallelism: shards,
      // A pod that is taken away goes on where its checkpoints are.
      backoffLimitPerIndex: 3,
      template: {
        metadata: { labels: { app: "sgnn" } },
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              name: "sgnnc",
              image,
              command: ["npx", "sgnnc", ...command],
              resources: { requests: resources, limits: resources },
              volumeMounts: [{ name: "runs", mountPath: RUNS }],
            },
          ],
          volumes: [{ name: "runs", persistentVolumeClaim: { claimName: `${name}-runs` } }],
        },
      },
    },
  };
  return { apiVersion: "v1", kind: "List", items: [claim, job] };
}

/** Builds the image: the project of the working folder with its packages. */
export function containerfile(node: string): string {
  return `FROM docker.io/library/node:${node}-slim
WORKDIR /work
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
`;
}

/** What to do with the two files, for people. */
export function instructions(options: JobOptions, folder: string): string {
  const { image, name } = options;
  return [
    `build   ${quoted(["podman", "build", "-f", `${folder}/Containerfile`, "-t", image, "."])}`,
    `start   ${quoted(["kubectl", "apply", "-f", `${folder}/job.json`])}`,
    `watch   ${quoted(["kubectl", "get", "job", name])}`,
    `merge   sgnnc merge RUNS, where RUNS is a copy of the volume`,
    "",
  ].join("\n");
}
