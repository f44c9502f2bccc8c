import type { StatementCollector } from './collector.ts';

interface Step {
  signedMinor: number;
  balanceMinor: number;
  currency: string;
  on: string | null;
  line: number;
}

const MAX_BREAKS_TOLD = 20;

/**
 * The balance beside each row, as a proof: each must follow from the one before. Exports run forwards or backwards in time; both
 * are tried, and the one with fewer breaks is taken.
 */
export class RunningBalance {
  private readonly out: StatementCollector;
  private first: Step | null = null;
  private last: Step | null = null;
  private forwardBreaks: number[] = [];
  private backwardBreaks: number[] = [];
  private hasGaps = false;

  constructor(out: StatementCollector) {
    this.out = out;
  }

  add(step: Step): void {
    const { last } = this;
    if (last) {
      if (last.currency !== step.currency) this.hasGaps = true;
      if (last.balanceMinor + step.signedMinor !== step.balanceMinor)
        this.break(this.forwardBreaks, step.line);
      if (step.balanceMinor + last.signedMinor !== last.balanceMinor)
        this.break(this.backwardBreaks, step.line);
    }
    this.first ??= step;
    this.last = step;
  }

  /** A row without a balance: nothing is proved any more. */
  miss(): void {
    this.hasGaps = true;
  }

  /** Tells opening and closing if the balances lead from one to the other, and the breaks if not. */
  end(): 'proved' | 'broken' | 'notPossible' {
    const { first, last } = this;
    if (!first || !last || this.hasGaps) return 'notPossible';
    const isForward = this.forwardBreaks.length <= this.backwardBreaks.length;
    const breaks = isForward ? this.forwardBreaks : this.backwardBreaks;
    for (const line of breaks) {
      this.out.warn(
        'running_balance_breaks',
        line,
        'the balance does not follow from that of the row before',
      );
    }
    if (breaks.length > 0) return 'broken';
    const [oldest, newest] = isForward ? [first, last] : [last, first];
    const openingMinor = oldest.balanceMinor - oldest.signedMinor;
    this.out.balance('derivedOpening', openingMinor, oldest.currency, oldest.on, oldest.line);
    this.out.balance('derivedClosing', newest.balanceMinor, newest.currency, newest.on, newest.line);
    return 'proved';
  }

  private break(breaks: number[], line: number): void {
    if (breaks.length < MAX_BREAKS_TOLD) breaks.push(line);
  }
}
