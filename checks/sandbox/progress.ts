/** How far a batch is: a line that is drawn again and again on a terminal, and a line each elsewhere. */
import { oneLine } from '../report/clean.ts';
import { barText, clearStatus, drawStatus, type StatusStream } from '../report/status-line.ts';
import { knowsEscapes } from '../report/terminal.ts';
import type { Row } from './points-table.ts';

/** Shows how far a batch is. */
export interface Progress {
  /** Shows that a submission is done, and whether it was graded before. */
  finished: (row: Row, kept: boolean) => void;
  /** Leaves the terminal as it was. */
  stop: () => void;
}

/**
 * Begins to show progress.
 *
 * @param total how many submissions there are
 * @param jobs how many are graded at a time
 * @param now the clock in milliseconds
 */
export function showProgress(
  stream: StatusStream,
  total: number,
  jobs: number,
  now: () => number = Date.now,
): Progress {
  const start = now();
  const isTerminal = knowsEscapes(stream);
  let done = 0;
  let graded = 0;
  return {
    finished(row, kept) {
      done += 1;
      // The others took no time and say nothing of those to come.
      if (!kept && row.score !== undefined) graded += 1;
      // The others that are being graded are half done, by and large.
      const begun = (Math.min(jobs, total - done + 1) - 1) / 2;
      const left =
        graded === 0
          ? undefined
          : ((now() - start) / (graded + begun)) * Math.max(0, total - done - begun);
      const line = progressLine({ done, total, row, kept, left });
      if (isTerminal) drawStatus(stream, `${barText(done, total)} ${line}`);
      else stream.write(`${line}\n`);
    },
    stop() {
      clearStatus(stream);
    },
  };
}

/** What a line of progress says. */
interface Step {
  done: number;
  total: number;
  /** The submission that was done last. */
  row: Row;
  /** Whether it was graded before. */
  kept: boolean;
  /** The milliseconds that the others will take, if that can be said. */
  left: number | undefined;
}

/** Such a line: `3/200  anna: 83 of 83, about 5 min left`. */
function progressLine({ done, total, row, kept, left }: Step): string {
  const { submission, score, graded } = row;
  const points = score === undefined ? 'could not be graded' : `${score.points} of ${score.max}`;
  const how = kept ? ', graded before' : !graded && score !== undefined ? ', not to the end' : '';
  const time = left === undefined || done === total ? '' : `, ${timeText(left)} left`;
  return `${done}/${total}  ${oneLine(submission)}: ${points}${how}${time}`;
}

/** About how long: `40 s`, `5 min`, `2.5 h`. */
function timeText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 90) return `about ${Math.ceil(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `about ${Math.round(minutes)} min`;
  return `about ${(minutes / 60).toFixed(1)} h`;
}
