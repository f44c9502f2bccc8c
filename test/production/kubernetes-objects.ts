import path from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Namespace, Secret, Service } from 'kubernetes-types/core/v1.js';
import type { Ingress, NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import ts from 'typescript';

/** The kinds that deploy/kubernetes uses, as Kubernetes publishes them. */
export interface KubernetesObjects {
  ConfigMap: ConfigMap;
  Deployment: Deployment;
  HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  Ingress: Ingress;
  Job: Job;
  Namespace: Namespace;
  NetworkPolicy: NetworkPolicy;
  PodDisruptionBudget: PodDisruptionBudget;
  Secret: Secret;
  Service: Service;
}

export type KubernetesObject = KubernetesObjects[keyof KubernetesObjects];

const FOLDER = import.meta.dirname;
const CHECKED_FILE = path.join(FOLDER, 'manifests-to-check.ts');
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
};

/**
 * Holds objects to the types that Kubernetes publishes, as the API server would: a field that is missing, unknown or of
 * another type is a line of the answer. The compiler reads each object as a literal, which may have no field too many.
 */
export function faultsOf(objects: readonly { kind?: string }[]): string[] {
  const source = [
    `import type { KubernetesObjects } from './kubernetes-objects.ts';`,
    ...objects.map(
      (object, index) =>
        `export const object${index}: KubernetesObjects[${JSON.stringify(object.kind)}] & { apiVersion: string } = ${JSON.stringify(object)};`,
    ),
  ].join('\n');
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => file === CHECKED_FILE || fileExists(file);
  host.readFile = (file) => (file === CHECKED_FILE ? source : readFile(file));
  host.getSourceFile = (file, ...rest) =>
    file === CHECKED_FILE
      ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true)
      : getSourceFile(file, ...rest);
  const program = ts.createProgram([CHECKED_FILE], OPTIONS, host);
  const checked = program.getSourceFile(CHECKED_FILE);
  return ts
    .getPreEmitDiagnostics(program, checked)
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '));
}
