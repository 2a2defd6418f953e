import { expect } from 'chai';
import { progressBar, timeText } from '../../../reference/node/progress-bar.ts';
import { onTerminal } from '../../terminal.ts';

/** A stream that keeps what is written, and a clock that is set by hand. */
function stage(terminal: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  let time = 5000;
  const stream = { ...terminal, write: (text: string) => written.push(text) };
  return {
    stream,
    clock: () => time,
    /** What was written since the last call, after some milliseconds. */
    after: (milliseconds: number, action: () => void): string => {
      time += milliseconds;
      action();
      return written.splice(0).join('');
    },
  };
}

const CLEAR = '\r\x1b[K';

describe('The progress bar', () => {
  onTerminal();

  it('draws each step over the one before on a terminal', () => {
    const { stream, clock, after } = stage({ isTTY: true, columns: 120 });
    const bar = progressBar(stream, { count: 100, epochs: 2, first: 0 }, clock);
    // 40 digits in half a second are 80 a second; of 200, 160 are left.
    expect(after(500, () => bar.step({ step: 2, steps: 5, count: 40, loss: 2.31259 }))).to.equal(
      `${CLEAR}epoch 1/2 ████████░░░░░░░░░░░░ 80 images/s  loss 2.313  0:02 left`,
    );
    // 100 in one second; the whole second epoch is left.
    expect(after(500, () => bar.step({ step: 5, steps: 5, count: 60, loss: 1 }))).to.equal(
      `${CLEAR}epoch 1/2 ████████████████████ 100 images/s  loss 1.000  0:01 left`,
    );
    const record = { epoch: 1, loss: 1.55557, accuracy: 0.98765, seconds: 0.8 };
    expect(after(1000, () => bar.epoch(record))).to.equal(
      `${CLEAR}epoch 1/2  loss 1.5556  accuracy 98.77%  125 images/s\n`,
    );
    // 120 in three seconds; 80 are left.
    expect(after(1000, () => bar.step({ step: 1, steps: 5, count: 20, loss: 0.5 }))).to.equal(
      `${CLEAR}epoch 2/2 ████░░░░░░░░░░░░░░░░ 40 images/s  loss 0.500  accuracy 98.77%  0:02 left`,
    );
    expect(after(0, () => bar.stop())).to.equal(CLEAR);
  });

  it('writes a line an epoch elsewhere', () => {
    const { stream, clock, after } = stage({});
    const bar = progressBar(stream, { count: 100, epochs: 3, first: 1 }, clock);
    expect(after(500, () => bar.step({ step: 1, steps: 1, count: 100, loss: 2 }))).to.equal('');
    const record = { epoch: 2, loss: 2, accuracy: 1, seconds: 4 };
    expect(after(0, () => bar.epoch(record))).to.equal(
      'epoch 2/3  loss 2.0000  accuracy 100.00%  25 images/s\n',
    );
    expect(after(0, () => bar.stop())).to.equal('');
  });

  it('says what goes by', () => {
    const { stream, clock, after } = stage({ isTTY: true, columns: 120 });
    const size = { count: 100, epochs: 1, first: 0, what: 'letters' };
    const bar = progressBar(stream, size, clock);
    const text = after(500, () => bar.step({ step: 2, steps: 5, count: 40, loss: 2 }));
    expect(text).to.include(' 80 letters/s');
    const record = { epoch: 1, loss: 1, accuracy: 1, seconds: 2 };
    expect(after(0, () => bar.epoch(record))).to.include(' 50 letters/s\n');
  });

  it('begins with the epoch in which a run goes on', () => {
    const { stream, clock, after } = stage({ isTTY: true });
    const bar = progressBar(stream, { count: 10, epochs: 9, first: 6 }, clock);
    const text = after(1000, () => bar.step({ step: 1, steps: 2, count: 5, loss: 2 }));
    // 5 a second; half of epoch 7 is left, and epochs 8 and 9.
    expect(text).to.include('epoch 7/9 ').and.to.include(' 0:05 left');
  });

  it('leaves a column free, so that no terminal wraps the line', () => {
    for (const [columns, length] of [
      [30, 29],
      [undefined, 79],
    ] as const) {
      const { stream, clock, after } = stage({ isTTY: true, ...(columns && { columns }) });
      const bar = progressBar(stream, { count: 1e9, epochs: 100_000, first: 99_998 }, clock);
      const record = { epoch: 99_998, loss: 1, accuracy: 1, seconds: 1 };
      after(1, () => bar.epoch(record));
      const text = after(0, () => bar.step({ step: 1, steps: 9, count: 4, loss: 1000 }));
      expect(text).to.have.length(CLEAR.length + length);
    }
  });

  it('takes the speed from the last 29 steps', () => {
    const { stream, clock, after } = stage({ isTTY: true, columns: 200 });
    const bar = progressBar(stream, { count: 6000, epochs: 1, first: 0 }, clock);
    const step = (i: number) => () => bar.step({ step: i, steps: 60, count: 100, loss: 1 });
    // Thirty slow steps of a second, then thirty of a tenth of one.
    for (let i = 1; i <= 30; i++) after(1000, step(i));
    expect(after(100, step(31))).to.include(' 103 images/s');
    for (let i = 32; i < 60; i++) after(100, step(i));
    expect(after(100, step(60)))
      .to.include(' 1000 images/s')
      .and.to.include(' 0:00 left');
  });
});

describe('timeText', () => {
  it('writes times as people do', () => {
    expect([0, 39.6, 725, 3599.4, 3725].map(timeText)).to.deep.equal([
      '0:00',
      '0:40',
      '12:05',
      '59:59',
      '1:02:05',
    ]);
  });
});
