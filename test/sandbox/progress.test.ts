import { expect } from 'chai';
import type { Row } from '../../checks/sandbox/points-table.ts';
import { showProgress } from '../../checks/sandbox/progress.ts';
import { expectSnapshot } from '../snapshot.ts';
import { onTerminal } from '../terminal.ts';

const exercises = new Map<string, number>();

function graded(submission: string, points: number): Row {
  return { submission, score: { points, max: 50, exercises, maxima: exercises }, graded: true };
}

/** What is written while five submissions are done, with a clock that only the test moves. */
function written({ isTTY = false, columns = 80, each = 40_000 }): string {
  let text = '';
  let time = 0;
  const stream = { isTTY, columns, write: (piece: string) => (text += piece) };
  const progress = showProgress(stream, 5, 1, () => time);
  progress.finished(graded('anna', 50), true);
  time += each;
  progress.finished(graded('bob', 12), false);
  progress.finished({ submission: 'carl', problem: 'it is a link', graded: false }, false);
  time += each;
  progress.finished({ ...graded('do\x1b[2Jra', 40), graded: false }, false);
  progress.finished(graded('emil', 0), false);
  progress.stop();
  return text;
}

describe('showProgress', () => {
  onTerminal();

  it('writes a line for each submission where there is no terminal', () => {
    expectSnapshot('grade/progress', written({}));
  });

  it('draws one line again and again on a terminal, and clears it in the end', () => {
    const text = written({ isTTY: true });
    expectSnapshot('grade/progress-terminal', text.replaceAll('\r\x1b[K', '\n⟵ '));
    expect(text).not.to.include('\n');
  });

  it('fits a narrow terminal', () => {
    const lines = written({ isTTY: true, columns: 30 }).split('\r\x1b[K');
    expect(lines).to.have.length(7);
    for (const line of lines) expect(line.length).to.be.below(30);
  });

  it('counts what is being graded when it says how long it will take', () => {
    let text = '';
    let time = 0;
    const stream = { write: (piece: string) => (text += piece) };
    const progress = showProgress(stream, 100, 8, () => time);
    // Eight begin at once, and each takes about 40 s: 100 of them take about 500 s.
    time = 40_000;
    progress.finished(graded('anna', 50), false);
    expect(text).to.include('1/100  anna: 50 of 50, about 14 min left');
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g']) progress.finished(graded(name, 50), false);
    progress.finished(graded('h', 50), false);
    expect(text).to.include('8/100  h: 50 of 50, about 5 min left');
  });

  it('says how long it will take in seconds, minutes or hours', () => {
    const seconds = written({ each: 10_000 });
    expect(seconds).to.include('2/5  bob: 12 of 50, about 30 s left');
    expect(written({ each: 600_000 })).to.include('2/5  bob: 12 of 50, about 30 min left');
    expect(written({ each: 3_600_000 })).to.include('2/5  bob: 12 of 50, about 3.0 h left');
  });
});
