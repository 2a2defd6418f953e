/** Has the network trained in a worker, and says how it goes. */
import type { Point } from '#figures/figure';
import type { FromTrainer, ToTrainer, TrainingJob } from '../pad-messages.ts';
import type { Use } from '../messages.ts';
import { absolute } from './absolute.ts';
import type { FindPlace, Trouble } from './runs.ts';

/** How a training goes. */
export interface TrainerState {
  phase: 'idle' | 'preparing' | 'running' | 'stopped' | 'ended';
  /** What computes, once that is known, and what is not taken for it. */
  text?: string;
  refused: readonly string[];
  /** From 0 to 1. */
  done: number;
  imagesPerSecond: number;
  /** The mean loss of the batch of each step. */
  losses: readonly Point[];
  /** The share of right answers after each epoch. */
  accuracies: readonly Point[];
  use?: Use;
  /** Whether it is the learner's file that was to train. */
  isYours: boolean;
  trouble?: Trouble;
}

const IDLE: TrainerState = {
  phase: 'idle',
  refused: [],
  done: 0,
  imagesPerSecond: 0,
  losses: [],
  accuracies: [],
  isYours: false,
};

/** A worker that says nothing for so long, in milliseconds, is in an endless loop. */
const PATIENCE = 60_000;

/** One training at a time. */
export class Trainer {
  state: TrainerState = IDLE;
  readonly #changed: (state: TrainerState) => void;
  readonly #learned: (parameters: Float32Array) => void;
  readonly #findPlace: FindPlace;
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param learned takes the parameters after each epoch */
  constructor(
    changed: (state: TrainerState) => void,
    learned: (parameters: Float32Array) => void,
    findPlace: FindPlace,
  ) {
    this.#changed = changed;
    this.#learned = learned;
    this.#findPlace = findPlace;
  }

  train(job: TrainingJob): void {
    this.close();
    this.state = IDLE;
    const worker = new Worker(absolute('assets/trainer.js'), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromTrainer>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener('error', ({ message }) => {
      if (worker === this.#worker) this.#fail({ sentence: message }, '');
    });
    this.#worker = worker;
    worker.postMessage({ kind: 'train', job } satisfies ToTrainer);
    this.#change({ phase: 'preparing', isYours: job.learner !== undefined });
    this.#wait();
  }

  stop(): void {
    this.close();
    this.#change({ phase: 'stopped' });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const sentence = `Nothing was heard of the training for ${PATIENCE / 1000} seconds; is there an endless loop? A smaller batch takes less time a step.`;
      this.#fail({ sentence }, '');
    }, PATIENCE);
  }

  #hear(message: FromTrainer): void {
    this.#wait();
    switch (message.kind) {
      case 'backend':
        this.#change({ phase: 'running', text: message.text, refused: message.refused });
        break;
      case 'steps': {
        const { before, losses, ...others } = message.steps;
        const points = losses.map((loss, i): Point => [before + i + 1, loss]);
        this.#change({ ...others, losses: [...this.state.losses, ...points] });
        break;
      }
      case 'epoch':
        this.#change({
          accuracies: [...this.state.accuracies, [message.epoch, message.accuracy]],
        });
        this.#learned(message.parameters);
        break;
      case 'ended':
        this.close();
        this.#change({ phase: 'ended', done: 1 });
        break;
      case 'failed': {
        const { name, message: what, stack } = message.failure;
        this.#fail(
          { sentence: name === undefined ? what : `${name} threw an error: ${what}` },
          stack,
        );
        break;
      }
    }
  }

  #fail(trouble: Trouble, stack: string): void {
    this.close();
    this.#change({ phase: 'stopped', trouble });
    void this.#findPlace(stack).then((place) => {
      if (this.state.trouble === trouble && place !== undefined) {
        this.#change({ trouble: { ...trouble, place } });
      }
    });
  }

  #change(change: Partial<TrainerState>): void {
    this.state = { ...this.state, ...change };
    this.#changed(this.state);
  }
}
