import type { Manifest, ManifestInput } from '../../contract/index.ts';
import { isUniqueViolation, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { contentHash } from '../agencies.rules.ts';
import { checkConnection, checkedManifest } from '../agencies.service.ts';
import { insertManifest } from '../versions.repo.ts';
import { type OnboardingContext, record } from './onboarding.context.ts';
import { insertOnboarding } from './onboarding.repo.ts';
import { stageAfter, unknownMembers } from './onboarding.rules.ts';
import type { Actor } from './onboarding.types.ts';
import { contentInWork, lockInWork, lockKnown, step } from './versions-in-work.ts';

/** Writing down what an agency is like, and trying it out. */
export class Drafts {
  private readonly context: OnboardingContext;

  constructor(context: OnboardingContext) {
    this.context = context;
  }

  /**
   * Keeps a manifest as a new version to be worked on, and returns its number; content equal to what is being worked on makes none.
   * What is live stays so. Refuses with `manifest_invalid`, `region_unknown`, `onboarding_stage_wrong` (withdraw the submission
   * first), `agency_retired`.
   */
  async put(agencyId: string, written: unknown, by: Actor): Promise<number> {
    const manifest = manifestOf(agencyId, written);
    for (;;) {
      try {
        return await this.tryToPut(manifest, by);
      } catch (error) {
        // Two began an agency at once: there was no row to lock. Now there is.
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }

  private tryToPut(manifest: Manifest, by: Actor): Promise<number> {
    const agencyId = manifest.id;
    const hash = contentHash(manifest);
    return transact(this.context.db, async (tx) => {
      const updatedAtMs = this.context.clock.nowMs();
      const inWork = await lockInWork(tx, agencyId, updatedAtMs);
      if (inWork?.head?.status === 'retired') {
        throw new DomainError('conflict', 'agency_retired', { params: { reason: inWork.head.statusReason } });
      }
      if (inWork) {
        stageAfter(inWork.row.stage, 'edited');
        const { contentHash: current } = await contentInWork(tx, inWork.row);
        if (current === hash) return inWork.row.version;
      }
      const version = await insertManifest(tx, manifest, hash, updatedAtMs);
      const change = { version, requestId: null, updatedAtMs };
      if (inWork) await step(tx, inWork.row, 'edited', change);
      else await insertOnboarding(tx, { agencyId, stage: 'draft', ...change });
      await record(tx, this.context, by, 'agency.draft', { kind: 'agency', id: agencyId }, { version });
      return version;
    });
  }

  /**
   * Ties the draft to its connection, so that it can be tried. Refuses with `onboarding_not_found`,
   * `onboarding_stage_wrong`, `connection_not_found`, `plug_in_unknown`, `capability_missing`.
   */
  async enterSandbox(agencyId: string, by: Actor): Promise<void> {
    const { db, plugIns, clock } = this.context;
    await transact(db, async (tx) => {
      const updatedAtMs = clock.nowMs();
      const { row } = await lockKnown(tx, agencyId, updatedAtMs);
      const { manifest } = await contentInWork(tx, row);
      await checkConnection({ db: tx, plugIns }, manifest);
      await step(tx, row, 'connected', { updatedAtMs });
      const detail = { version: row.version };
      await record(tx, this.context, by, 'agency.enterSandbox', { kind: 'agency', id: agencyId }, detail);
    });
  }
}

/** A manifest as its author wrote it, held to the schema, to its id, and to having nothing in it that is not known. */
function manifestOf(agencyId: string, written: unknown): Manifest {
  const manifest = checkedManifest(written as ManifestInput);
  const fields = [
    ...(manifest.id === agencyId ? [] : [{ pointer: '#/id', code: 'id_of_another', params: { agencyId } }]),
    ...unknownMembers(written, manifest).map((pointer) => ({
      pointer: `#${pointer}`,
      code: 'unknown_field',
    })),
  ];
  if (fields.length > 0) throw new DomainError('invalid', 'manifest_invalid', { fields });
  return manifest;
}
