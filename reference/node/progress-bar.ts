/** How far a run is: a line that is drawn again and again on a terminal, and a line an epoch elsewhere. */
import { barText, clearStatus, drawStatus, type StatusStream } from '#checks/report/status-line';
import { percent } from '#figures/numbers';
import type { EpochRecord, StepReport } from '../training-loop.ts';

/** Shows how far a run is. */
export interface ProgressBar {
  step(report: StepReport): void;
  epoch(record: EpochRecord): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

/** How many of the last steps the speed is taken from. */
const WINDOW = 30;

/**
 * Begins to show progress.
 *
 * @param count how many samples an epoch has
 * @param epochs how many epochs there are
 * @param first how many of them are complete
 * @param what the samples are
 * @param clock in milliseconds
 */
export function progressBar(
  stream: StatusStream,
  {
    count,
    epochs,
    first,
    what = 'images',
  }: { count: number; epochs: number; first: number; what?: string },
  clock: () => number,
): ProgressBar {
  const recent = [{ time: clock(), seen: 0 }];
  let seen = 0;
  let epoch = first + 1;
  let accuracy = '';
  return {
    step({ step, steps, count: samples, loss }) {
      seen += samples;
      recent.push({ time: clock(), seen });
      if (recent.length > WINDOW) recent.shift();
      const [from, to] = [recent[0]!, recent.at(-1)!];
      const speed = (1000 * (to.seen - from.seen)) / Math.max(to.time - from.time, 1);
      const left = ((epochs - epoch) * count + count * (1 - step / steps)) / speed;
      drawStatus(
        stream,
        `epoch ${epoch}/${epochs} ${barText(step, steps)} ` +
          `${Math.round(speed)} ${what}/s  loss ${loss.toFixed(3)}${accuracy}  ${timeText(left)} left`,
      );
    },
    epoch(record) {
      accuracy = `  accuracy ${percent(record.accuracy, 2)}`;
      clearStatus(stream);
      stream.write(
        `epoch ${record.epoch}/${epochs}  loss ${record.loss.toFixed(4)}${accuracy}  ` +
          `${Math.round(count / record.seconds)} ${what}/s\n`,
      );
      epoch = record.epoch + 1;
    },
    stop() {
      clearStatus(stream);
    },
  };
}

/** `1 epoch`, `24 epochs`. */
export function epochsText(epochs: number): string {
  return epochs === 1 ? '1 epoch' : `${epochs} epochs`;
}

/** A time as people write it: `0:40`, `12:05`, `1:02:05`. */
export function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${twoDigits(m)}:${twoDigits(s)}` : `${m}:${twoDigits(s)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
