import fc from 'fast-check';
import { continueTrace, currentTrace, runInTrace, traceparentOf } from './index.ts';

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('traces', () => {
  it('goes on with a well-formed traceparent under a span of its own', () => {
    const trace = continueTrace(PARENT);
    expect(trace.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(trace.spanId).not.toBe('00f067aa0ba902b7');
    expect(continueTrace(traceparentOf(trace)).traceId).toBe(trace.traceId);
  });

  it.each([
    ['an unknown version is read by what it shares', `cc-${PARENT.slice(3)}-what-the-future-brings`, true],
    ['version ff is forbidden', `ff-${PARENT.slice(3)}`, false],
    ['version 00 has no more fields', `${PARENT}-more`, false],
    ['the trace id may not be all zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, false],
    ['nor the parent id', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`, false],
    ['capitals are not allowed', PARENT.toUpperCase(), false],
  ])('%s', (_, header, isTaken) => {
    expect(continueTrace(header).traceId === '4bf92f3577b34da6a3ce929d0e0e4736').toBe(isTaken);
  });

  it('begins a good trace whatever the header says', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (header) => {
        expect(traceparentOf(continueTrace(header))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
      }),
    );
  });

  it('is there in everything that the work sets off, and nowhere else', async () => {
    const [first, second] = [continueTrace(), continueTrace()];
    const seen = (trace: typeof first) =>
      runInTrace(trace, async () => {
        await new Promise(setImmediate);
        return currentTrace();
      });
    expect(await Promise.all([seen(first), seen(second)])).toEqual([first, second]);
    expect(currentTrace()).toBeNull();
  });
});
