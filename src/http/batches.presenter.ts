import type { z } from 'zod';
import { type Batch, commandsFor, type StoredReport } from '../reconciliation/index.ts';
import type { batchSchema } from './batches.schemas.ts';
import { instantOf } from './schemas.ts';

export function batchOf(batch: Batch): z.input<typeof batchSchema> {
  const { sourceId, businessDate, phase, state, dueAtMs, oursId, theirsId, runId, problem, updatedAtMs } =
    batch;
  return {
    sourceId,
    businessDate,
    phase,
    state,
    dueAt: instantOf(dueAtMs),
    oursId,
    theirsId,
    runId,
    progress: state === 'running' ? progressOf(batch) : null,
    problem,
    commands: commandsFor(state),
    updatedAt: instantOf(updatedAtMs),
  };
}

function progressOf({ progress }: Batch) {
  if (!progress) return null;
  const { phase, done, total, rowsPerSecond, etaMs } = progress;
  return { phase, done, total, rowsPerSecond, etaMs };
}

export function reportOf<Content>(report: StoredReport<Content> | null) {
  if (!report) return null;
  const { revision, digest, createdAtMs, content } = report;
  return { revision, digest, createdAt: instantOf(createdAtMs), content };
}
