/** Runs an experiment in a worker, watches over it, and says how it goes. */
import type { Figure } from '#figures/figure';
import {
  Watched,
  type FromRunner,
  type Job,
  type Programs,
  type RunFailure,
  type ToRunner,
  type Use,
} from '../messages.ts';
import type { Choices } from './address.ts';

/** How a run goes. */
export interface RunState {
  phase: 'loading' | 'running' | 'paused' | 'stopped' | 'ended';
  /** From 0 to 1. */
  done: number;
  /** The newest figures, of an earlier run until this one has some. */
  figures: readonly Figure[];
  use: Use;
  /** Whether the run can be watched step by step. */
  hasFrames: boolean;
  /** What went wrong in the learner's code. */
  trouble?: Trouble;
}

/** What went wrong, in a sentence, and in which line. */
export interface Trouble {
  sentence: string;
  place?: string;
}

/** What a call may take, in milliseconds, before it counts as endless; and how often it is looked. */
const [PATIENCE, LOOK] = [2000, 100];

/** So many milliseconds after a run has begun, the runner for the next save is started: by then its picture is there. */
const NEXT = 1000;

/** A runner that does not begin a new run within so many milliseconds is replaced. */
const BEGIN = 300;

/** Asks in which line of the learner's file an error was thrown, by its stack. */
export type FindPlace = (stack: string) => Promise<string | undefined>;

/** The runs of one lesson's experiment. */
export class Runs {
  state: RunState = {
    phase: 'loading',
    done: 0,
    figures: [],
    use: { yours: [], references: [] },
    hasFrames: false,
  };
  readonly #changed: (state: RunState) => void;
  readonly #findPlace: FindPlace;
  #programs: Programs;
  #worker: Worker | undefined;
  /** A runner that has loaded the experiment, for the next script. */
  #spare: Worker | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #preparing: ReturnType<typeof setTimeout> | undefined;
  #names: readonly string[] = [];
  #job: Job | undefined;
  #hasBegun = false;

  constructor(programs: Programs, changed: (state: RunState) => void, findPlace: FindPlace) {
    this.#programs = programs;
    this.#changed = changed;
    this.#findPlace = findPlace;
  }

  /** Takes the learner's functions from another script, or from none, and runs anew. */
  takeScript(learner: string | undefined): void {
    const { learner: _, ...others } = this.#programs;
    this.#programs = { ...others, ...(learner !== undefined && { learner }) };
    this.#end();
    if (this.#job !== undefined) this.#start({ ...this.#job, replaced: [] });
  }

  /** Runs anew. */
  run({ seed, values, points }: Choices): void {
    const replaced = this.#job?.replaced ?? [];
    const paused = this.state.phase === 'paused';
    this.#start({ id: 0, seed, values, replaced, paused, ...(points && { points }) }, true);
  }

  pause(): void {
    this.#tell({ kind: 'pause' });
    this.#change({ phase: 'paused' });
  }

  goOn(): void {
    this.#tell({ kind: 'go on' });
    this.#change({ phase: 'running' });
  }

  /** Goes on to the next frame, and pauses there. A run that has ended begins anew. */
  step(): void {
    if (this.state.phase === 'ended' || this.state.phase === 'stopped') {
      this.#start({ ...this.#job!, paused: true }, true);
      return;
    }
    this.#tell({ kind: 'pause' });
    this.#tell({ kind: 'step' });
    this.#change({ phase: 'paused' });
  }

  stop(): void {
    this.#end();
    this.#change({ phase: 'stopped' });
  }

  /** Begins the same run anew. */
  again(): void {
    this.#start({ ...this.#job!, paused: false }, true);
  }

  /** Ends everything. */
  close(): void {
    this.#end();
    clearTimeout(this.#preparing);
    this.#spare?.terminate();
  }

  #start(job: Job, keepsTrouble = false): void {
    this.#job = { ...job, id: (this.#job?.id ?? 0) + 1 };
    this.#hasBegun = false;
    const { trouble, ...state } = this.state;
    this.state = { ...state, ...(keepsTrouble && trouble && { trouble }) };
    this.#worker ??= this.#newWorker();
    this.#tell({ kind: 'run', job: this.#job });
    this.#change({ phase: job.paused ? 'paused' : 'running', done: 0 });
    const { id } = this.#job;
    // A runner that is at work looks up at its next step; some steps are long.
    setTimeout(() => {
      if (this.#job?.id !== id || this.#hasBegun || this.#names.length === 0) return;
      this.#end();
      this.#worker = this.#newWorker();
      this.#tell({ kind: 'run', job: this.#job });
    }, BEGIN);
  }

  #newWorker(): Worker {
    const worker = this.#spare ?? startRunner();
    this.#spare = undefined;
    // Only a page that shares nothing with others may share memory with its workers; without a server there is no
    // learner's code to watch over.
    const watched = crossOriginIsolated ? new SharedArrayBuffer(8) : undefined;
    const programs = { ...this.#programs, ...(watched && { watched }) };
    worker.addEventListener('message', ({ data }: MessageEvent<FromRunner>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener('error', ({ message }) => {
      if (worker === this.#worker) this.#fail({ message, stack: '' });
    });
    worker.postMessage({ kind: 'load', programs } satisfies ToRunner);
    if (watched) this.#watch(new Int32Array(watched));
    return worker;
  }

  /** Starts the runner of the next script, where scripts come from a learner. */
  #prepare(): void {
    if (!crossOriginIsolated) return;
    this.#spare ??= startRunner();
    this.#spare.postMessage({
      kind: 'prepare',
      experiment: this.#programs.experiment,
    } satisfies ToRunner);
  }

  /** Ends a worker in which one call of the learner's takes too long. */
  #watch(watched: Int32Array): void {
    let [calls, since] = [-1, performance.now()];
    this.#timer = setInterval(() => {
      const [now, place] = [Atomics.load(watched, 0), Atomics.load(watched, 1)];
      if (now !== calls || place === Watched.nothing) {
        [calls, since] = [now, performance.now()];
        return;
      }
      if (performance.now() - since < PATIENCE) return;
      const seconds = `${PATIENCE / 1000} seconds`;
      if (place === Watched.loading) {
        this.#replace(
          {
            sentence: `Your file did not load within ${seconds}; is there an endless loop outside of its functions?`,
          },
          undefined,
        );
        return;
      }
      const name = this.#names[place - 1]!;
      this.#replace(
        { sentence: `${name} did not return within ${seconds}; is there an endless loop in it?` },
        name,
      );
    }, LOOK);
  }

  #hear(message: FromRunner): void {
    if (message.kind === 'loaded') {
      this.#names = message.names;
      return;
    }
    if (message.id !== this.#job?.id) return;
    switch (message.kind) {
      case 'begun':
        this.#hasBegun = true;
        clearTimeout(this.#preparing);
        this.#preparing = setTimeout(() => this.#prepare(), NEXT);
        break;
      case 'frame': {
        const { done, figures, use } = message;
        this.#change({ done, use, ...(figures && { figures, hasFrames: true }) });
        break;
      }
      case 'ended':
        this.#change({ phase: 'ended', done: 1, figures: message.figures, use: message.use });
        break;
      case 'failed':
        this.#fail(message.failure);
        break;
    }
  }

  #fail({ name, message, stack }: RunFailure): void {
    const isLearners = this.#programs.learner !== undefined;
    const sentence =
      name === undefined
        ? `The experiment could not go on${isLearners ? ' with what your functions returned' : ''} (${message}).`
        : `${name} threw an error: ${message}`;
    const trouble = { sentence };
    // What is none of the lesson's functions can't be replaced alone.
    this.#replace(
      trouble,
      this.#names.find((one) => one === name),
    );
    void this.#findPlace(stack).then((place) => {
      if (this.state.trouble === trouble && place !== undefined) {
        this.#change({ trouble: { sentence, place } });
      }
    });
  }

  /**
   * Runs anew with the reference in the place of the function that went wrong, or of all where it isn't known which:
   * the rest of the picture is still there to be seen.
   */
  #replace(trouble: Trouble, name: string | undefined): void {
    this.#end();
    this.#change({ trouble });
    const job = this.#job!;
    const isHopeless = this.#programs.learner === undefined;
    if (isHopeless) {
      this.#change({ phase: 'stopped' });
      return;
    }
    if (name === undefined) {
      const { learner: _, ...others } = this.#programs;
      this.#programs = others;
    }
    const replaced = name === undefined ? job.replaced : [...job.replaced, name];
    this.#start({ ...job, replaced, paused: false }, true);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#names = [];
  }

  #tell(message: ToRunner): void {
    this.#worker?.postMessage(message);
  }

  #change(change: Partial<RunState>): void {
    this.state = { ...this.state, ...change };
    this.#changed(this.state);
  }
}

function startRunner(): Worker {
  return new Worker(new URL('assets/runner.js', document.baseURI), { type: 'module' });
}
