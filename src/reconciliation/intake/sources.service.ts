import { recordAudit } from '../../accounts/index.ts';
import type { Actor, Agencies, Agency } from '../../agencies/index.ts';
import { firstMovementAtMs } from '../../billing/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import { businessDateOf } from '../../kernel/business-date.ts';
import type { Clock } from '../../kernel/clock.ts';
import { DomainError } from '../../kernel/errors.ts';
import { type StatementSource, sourceSettingsSchema } from './intake.types.ts';
import { addSource, findSource, listSources, updateSource } from './sources.repo.ts';

const PAGE = 200;

/** What a channel's files are of until finance says otherwise: a channel declares neither. */
const OF_CHANNELS = { currency: 'CNY', cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' } };

interface SourcesDeps {
  db: Db;
  clock: Clock;
  agencies: Pick<Agencies, 'listAgencies' | 'listChannels'>;
}

/** What finance may change of a source. An agency's day and currency are in its manifest. */
export type SourceChange = Pick<StatementSource, 'settings'> &
  Partial<Pick<StatementSource, 'currency' | 'cutOff'>>;

/** The connections that give a file of each business date. */
export class StatementSources {
  private readonly deps: SourcesDeps;

  constructor(deps: SourcesDeps) {
    this.deps = deps;
  }

  /**
   * Adds what has come to give files: every channel, and connections that carry a live agency whose manifest declares
   * `fetchStatement`. Brings an agency's day up to date, keeps settings, and removes nothing: what was reconciled stays known.
   */
  async sync(): Promise<void> {
    const known = new Map((await this.list()).map((source) => [source.sourceId, source]));
    const channels = await this.deps.agencies.listChannels();
    for (const { channelId } of channels) {
      if (!known.has(channelId)) await this.add({ sourceId: channelId, role: 'channel', ...OF_CHANNELS });
    }
    for (const found of await this.agencySources()) {
      const source = known.get(found.sourceId);
      if (!source) await this.add(found);
      else if (isOtherDay(source, found)) {
        await updateSource(this.deps.db, { ...source, ...found }, this.deps.clock.nowMs());
      }
    }
  }

  /** By id. */
  list(): Promise<StatementSource[]> {
    return listSources(this.deps.db);
  }

  /** Throws DomainError `statement_source_not_found`. */
  async get(sourceId: string): Promise<StatementSource> {
    const source = await findSource(this.deps.db, sourceId);
    if (!source) throw new DomainError('notFound', 'statement_source_not_found');
    return source;
  }

  /** Changes how a source's files are read and matched from now on. Throws `statement_source_not_found`, `statement_source_day_fixed`. */
  async change(sourceId: string, change: SourceChange, actor: Actor): Promise<StatementSource> {
    const { db, clock } = this.deps;
    const source = await this.get(sourceId);
    if (source.role === 'agency' && (change.cutOff || change.currency)) {
      throw new DomainError('conflict', 'statement_source_day_fixed');
    }
    const changed: StatementSource = { ...source, ...change };
    const nowMs = clock.nowMs();
    await transact(db, async (tx) => {
      await updateSource(tx, changed, nowMs);
      await recordAudit(tx, {
        atMs: nowMs,
        actor: { kind: actor.kind, id: actor.id },
        action: 'statementSource.change',
        object: { kind: 'statementSource', id: sourceId },
        outcome: 'ok',
        traceId: actor.traceId,
        addressIndex: actor.addressIndex,
        detail: { before: JSON.stringify(source), after: JSON.stringify(changed) },
      });
    });
    return changed;
  }

  private async add(source: Omit<StatementSource, 'beganOn' | 'settings'>): Promise<void> {
    const { db, clock } = this.deps;
    const firstMs = await firstMovementAtMs(db, source.role, source.sourceId);
    const beganOn = businessDateOf(firstMs ?? clock.nowMs(), source.cutOff);
    const settings = sourceSettingsSchema.parse({});
    await addSource(db, { ...source, beganOn, settings }, clock.nowMs());
  }

  /** One for each connection; where it carries several agencies, the first of them by id says when its day ends. */
  private async agencySources(): Promise<Omit<StatementSource, 'beganOn' | 'settings'>[]> {
    const sources = new Map<string, Omit<StatementSource, 'beganOn' | 'settings'>>();
    let cursor: string | undefined;
    do {
      const page = await this.deps.agencies.listAgencies({ limit: PAGE, ...(cursor && { cursor }) });
      for (const { manifest } of page.items.filter(givesFiles)) {
        const { currency, cutOff, serviceHours, connection, otherRoutes } = manifest;
        for (const sourceId of [connection, ...otherRoutes.map((route) => route.connection)]) {
          if (sources.has(sourceId)) continue;
          const day = { timeZone: serviceHours.timeZone, cutOff };
          sources.set(sourceId, { sourceId, role: 'agency', currency, cutOff: day });
        }
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return [...sources.values()];
  }
}

const givesFiles = ({ manifest }: Agency) => manifest.capabilities.includes('fetchStatement');

const isOtherDay = (a: Pick<StatementSource, 'currency' | 'cutOff'>, b: typeof a) =>
  a.currency !== b.currency || a.cutOff.cutOff !== b.cutOff.cutOff || a.cutOff.timeZone !== b.cutOff.timeZone;
