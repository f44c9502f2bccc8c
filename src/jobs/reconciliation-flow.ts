import type { Logger } from '../contract/index.ts';
import type { FlowHandle, FlowNode, QueueFactory, QueueHandle } from '../infra/queue/index.ts';
import { BATCH_PHASES, type Batch, type BatchPhase } from '../reconciliation/index.ts';

export const RECONCILIATION_QUEUE = 'reconciliation';

/** What a BullMQ job of reconciliation carries: which batch or date, and nothing about anybody. */
export type ReconciliationJob =
  | { kind: 'phase'; sourceId: string; businessDate: string; phase: BatchPhase }
  | { kind: 'day'; businessDate: string }
  | { kind: 'look' };

type Due = Pick<Batch, 'sourceId' | 'businessDate' | 'phase'>;

/**
 * Puts batches on the queue, as flows: a business date waits for its sources, and of each source a phase for the one before. The
 * jobs are nudges only: what comes next is read from the database, and a job that finds nothing to do is done.
 */
export class ReconciliationFlow {
  /** BullMQ's queue, for Bull Board and for metrics. */
  readonly handle: QueueHandle<ReconciliationJob>;
  private readonly flow: FlowHandle<ReconciliationJob>;
  private readonly log: Logger;
  private readonly sending = new Set<Promise<void>>();

  constructor(queues: QueueFactory, log: Logger) {
    this.handle = queues.openQueue<ReconciliationJob>(RECONCILIATION_QUEUE);
    this.flow = queues.openFlow<ReconciliationJob>(RECONCILIATION_QUEUE);
    this.log = log;
  }

  /** Sends without waiting; what cannot be sent now the watchdog sends later. */
  send(batches: readonly Due[]): void {
    for (const businessDate of new Set(batches.map((batch) => batch.businessDate))) {
      const ofDate = batches.filter((batch) => batch.businessDate === businessDate);
      this.add(dayFlow(businessDate, ofDate));
    }
  }

  /** Has a date reported. */
  sendDay(businessDate: string): void {
    this.add(dayFlow(businessDate, []));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.sending]);
    await Promise.allSettled([this.flow.close(), this.handle.close()]);
  }

  private add(flow: FlowNode<ReconciliationJob>): void {
    const sent = this.flow.add(flow).catch((error: unknown) => {
      this.log.warn('batches could not be sent now; the watchdog will send them', { error });
    });
    this.sending.add(sent);
    void sent.finally(() => this.sending.delete(sent));
  }
}

function dayFlow(businessDate: string, batches: readonly Due[]): FlowNode<ReconciliationJob> {
  return {
    name: `day ${businessDate}`,
    data: { kind: 'day', businessDate },
    children: batches.flatMap(({ sourceId, phase: next }) => {
      const phases = BATCH_PHASES.slice(BATCH_PHASES.indexOf(next));
      let chain: FlowNode<ReconciliationJob>[] = [];
      for (const phase of phases) {
        const data = { kind: 'phase', sourceId, businessDate, phase } as const;
        chain = [{ name: `${phase} ${sourceId}`, data, children: chain }];
      }
      return chain;
    }),
  };
}
