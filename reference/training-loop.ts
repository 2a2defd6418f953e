/**
 * The training loop of this project: epochs of steps, a measurement after each epoch, and a way to stop after any step
 * and go on later. What it has come to is a plain value, so that it can be saved.
 */

/** How an epoch went. */
export interface EpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** The mean over the samples of the epoch, while it went on. */
  loss: number;
  /** The learner's own measure after it: a share of right answers, in [0, 1]. */
  accuracy: number;
  seconds: number;
}

/** What a run has come to. */
export interface RunState {
  /** How many steps were taken. */
  step: number;
  /** The epochs that are complete. */
  history: EpochRecord[];
  /** Of the epoch that is not: the sum of the losses of the samples seen, and the seconds it took. */
  lossSum: number;
  seconds: number;
}

/** What is told after each step. */
export interface StepReport {
  /** The step in its epoch, from 1, and how many there are. */
  step: number;
  steps: number;
  /** How many samples it had. */
  count: number;
  /** The mean over them. */
  loss: number;
}

/** What learns. */
export interface Learner {
  /**
   * Takes a step.
   *
   * @param epoch from 0
   * @param batch which one of the epoch, from 0
   * @returns the mean loss before the step, and of how many samples
   */
  step(epoch: number, batch: number): StepResult | Promise<StepResult>;
  /** The share of right answers, in [0, 1]: of a classifier, on held-out samples. */
  accuracy(): number | Promise<number>;
}

/** What a step met. */
export interface StepResult {
  loss: number;
  count: number;
}

/** What the loop works with. */
export interface Surroundings {
  /** Asks the loop to stop before the next step. */
  signal: AbortSignal;
  /** In milliseconds. */
  clock: () => number;
}

/** Who wants to know how it goes. */
export interface Told {
  step?: (report: StepReport) => void;
  epoch?: (record: EpochRecord) => void | Promise<void>;
}

/** A run that has not begun. */
export function newRun(): RunState {
  return { step: 0, history: [], lossSum: 0, seconds: 0 };
}

/**
 * Trains to the end of all epochs, or until it is asked to stop.
 *
 * @param state where to begin; it is changed with every step, and whole between two steps
 * @param epochs how many, a whole number from 0
 * @param samples how many each epoch sees
 * @param steps how many each epoch has
 * @param learner what learns
 * @param told after each step, and after each epoch with its record
 * @returns whether all epochs are complete
 */
export async function runEpochs(
  state: RunState,
  { epochs, samples, steps }: { epochs: number; samples: number; steps: number },
  learner: Learner,
  { signal, clock }: Surroundings,
  told: Told = {},
): Promise<boolean> {
  for (let epoch = Math.floor(state.step / steps); epoch < epochs; epoch++) {
    for (let batch = state.step - epoch * steps; batch < steps; batch++) {
      if (signal.aborted) return false;
      const start = clock();
      const { loss, count } = await learner.step(epoch, batch);
      state.step += 1;
      state.lossSum += loss * count;
      state.seconds += (clock() - start) / 1000;
      told.step?.({ step: batch + 1, steps, count, loss });
      await others();
    }
    const accuracy = await learner.accuracy();
    const { seconds, lossSum } = state;
    const record = { epoch: epoch + 1, loss: lossSum / samples, accuracy, seconds };
    state.history.push(record);
    Object.assign(state, { lossSum: 0, seconds: 0 });
    await told.epoch?.(record);
  }
  return true;
}

/** Lets everything else have its turn, such as whoever asks to stop: a promise that is kept at once does not. */
function others(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
