import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/app/config.ts';
import { COMMANDS, DEPLOY, FILLED_IN, NEVER_SET, read, SETTINGS, STOP_TIMEOUT_MS, without } from './known.ts';
import { faultsOf, type KubernetesObject } from './kubernetes-objects.ts';

describe('deploy/kubernetes', () => {
  const folder = path.join(DEPLOY, 'kubernetes');
  const files = readdirSync(folder).filter((file) => file !== 'kustomization.yaml');
  const documents = files.flatMap((file) => parseAllDocuments(read(`deploy/kubernetes/${file}`)));
  const objects = documents.map((document) => document.toJS() as KubernetesObject);
  const ofKind = <K extends KubernetesObject['kind']>(kind: K) =>
    objects.filter((object): object is Extract<KubernetesObject, { kind?: K }> => object.kind === kind);
  const named = (kind: KubernetesObject['kind']) =>
    objects.filter((o) => o.kind === kind).map((o) => o.metadata?.name);
  const workloads: (Deployment | Job)[] = [...ofKind('Deployment'), ...ofKind('Job')];
  const labelsOfPods = workloads.map(({ spec }) => spec?.template.metadata?.labels ?? {});
  const containers = workloads.flatMap(({ spec }) => spec?.template.spec?.containers ?? []);
  const selects = (labels: Record<string, string> = {}) =>
    labelsOfPods.filter((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value)).length;

  it('is YAML, and what Kubernetes knows', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(faultsOf(objects)).toEqual([]);
    const wrong = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replcas: 3, selector: {}, template: {} },
    };
    expect(faultsOf([wrong])).toEqual([expect.stringMatching(/replcas/)]);
  }, 60_000);

  it('applies all of it but the secrets', () => {
    const { resources } = parse(read('deploy/kubernetes/kustomization.yaml')) as { resources: string[] };
    expect([...resources, 'secret.template.yaml'].sort()).toEqual([...files].sort());
    const values = ofKind('Secret').flatMap(({ stringData = {} }) => Object.values(stringData));
    expect(values.join('')).toBe('');
  });

  it('runs commands that there are, with settings that they can start with', () => {
    expect(containers.map(({ args }) => args?.[0])).toEqual(['serve', 'worker', 'migrate']);
    expect(COMMANDS).toEqual(expect.arrayContaining(containers.flatMap(({ args }) => args ?? [])));
    for (const { envFrom = [] } of containers) {
      const given = envFrom.flatMap(({ configMapRef, secretRef }) => [
        ...ofKind('ConfigMap')
          .filter((map) => map.metadata?.name === configMapRef?.name)
          .map((map) => map.data),
        ...ofKind('Secret')
          .filter((map) => map.metadata?.name === secretRef?.name)
          .map((map) => map.stringData),
      ]);
      expect(given).toHaveLength(envFrom.length);
      const environment = Object.assign({}, ...given) as Record<string, string>;
      expect(Object.keys(environment).sort()).toEqual(without(SETTINGS, NEVER_SET));
      expect(() => loadConfig({ ...environment, ...FILLED_IN })).not.toThrow();
    }
  });

  it('asks the server how it is where it answers, and the workers nothing', () => {
    const [server] = containers;
    const port = ofKind('ConfigMap')[0]?.data?.PORT;
    expect(server?.ports).toEqual([{ name: 'http', containerPort: Number(port) }]);
    const probes = [server?.startupProbe, server?.livenessProbe, server?.readinessProbe];
    expect(probes.map((probe) => probe?.httpGet)).toEqual([
      { path: '/livez', port: 'http' },
      { path: '/livez', port: 'http' },
      { path: '/readyz', port: 'http' },
    ]);
    expect(containers.slice(1).flatMap((one) => [one.ports, one.livenessProbe, one.readinessProbe])).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('leaves processes the time that they take to stop', () => {
    for (const { spec } of ofKind('Deployment')) {
      const pod = spec?.template.spec;
      const waitsSeconds = Number(pod?.containers[0]?.lifecycle?.preStop?.exec?.command?.[1] ?? 0);
      const graceMs = ((pod?.terminationGracePeriodSeconds ?? 30) - waitsSeconds) * 1000;
      expect(graceMs).toBeGreaterThan(STOP_TIMEOUT_MS);
    }
  });

  it('lets containers do nothing that they need not', () => {
    for (const { spec } of workloads) {
      expect(spec?.template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
    }
    for (const { securityContext, resources } of containers) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toMatchObject({ requests: { cpu: /./, memory: /./ }, limits: { memory: /./ } });
    }
  });

  it('means pods and services that are there', () => {
    for (const { spec } of ofKind('Deployment')) {
      const own = spec?.template.metadata?.labels;
      expect(spec?.selector.matchLabels).toEqual(own);
      const spread = spec?.template.spec?.topologySpreadConstraints ?? [];
      expect(spread.map(({ labelSelector }) => labelSelector?.matchLabels)).toEqual([own, own]);
    }
    expect(ofKind('PodDisruptionBudget').map(({ spec }) => selects(spec?.selector?.matchLabels))).toEqual([
      1, 1,
    ]);
    expect(ofKind('NetworkPolicy').map(({ spec }) => selects(spec?.podSelector.matchLabels))).toEqual([
      3, 1, 3,
    ]);
    expect(ofKind('HorizontalPodAutoscaler').map(({ spec }) => spec?.scaleTargetRef.name)).toEqual(
      named('Deployment'),
    );
    const routes = ofKind('Ingress').flatMap(
      ({ spec }) => spec?.rules?.flatMap((rule) => rule.http?.paths ?? []) ?? [],
    );
    expect(routes.map(({ path: url, backend }) => [url, backend.service?.name])).toEqual([
      ['/metrics', 'civicpay-nowhere'],
      ['/', 'civicpay-server'],
    ]);
    const services = Object.fromEntries(
      ofKind('Service').map(({ metadata, spec }) => [metadata?.name, spec?.selector]),
    );
    expect(selects(services['civicpay-server'])).toBe(1);
    expect(services['civicpay-nowhere']).toBeUndefined();
  });
});
