/** Runs the process in which a lesson is graded, listens to it, and ends it when a step takes too long. */
import type { ChildProcess } from 'node:child_process';
import type {
  Check,
  CheckResult,
  Message,
  Pace,
  Printed,
  Sample,
} from '../results/lesson-result.ts';
import { joined } from './printed.ts';

/** What the grading process is asked to do. */
export interface Job {
  /** The lesson's name. */
  lesson: string;
  /** Whose code is graded, as CHAINRULE_SUBJECT names it behind the lesson (subject/choice.ts). */
  subject: string;
  /** Only list the checks. */
  listOnly: boolean;
  /** Collect a sample of each function's calls. */
  samples: boolean;
  /** How long a check may take unless the suite says otherwise, in milliseconds. */
  limit: number;
  /** The numbers of the checks that are already decided. */
  leftOut: number[];
  /** The only exercise whose checks are run. */
  exercise?: string;
}

/** What one process found out before it ended. */
export interface Outcome {
  checks: Check[] | undefined;
  results: Map<number, CheckResult>;
  samples: Sample[];
  /** What was printed outside of the checks. */
  printed: string;
  printedIn: Map<number, Printed>;
  /** How long each check took, in milliseconds. */
  took: Map<number, number>;
  /** How fast the function was, in the last check in which that was worth a word. */
  pace: Pace | undefined;
  paceIndex: number | undefined;
  /** Whether all checks had ended, and it was only looked for why some failed. */
  explaining: boolean;
  /** How it ended: by itself, by the watch, or before its time. */
  end: 'done' | 'late' | 'died' | { broken: string };
  /** The check and the function that were running at the end. */
  index: number | undefined;
  call: string | undefined;
}

/** Lines of output beyond this many are not worth keeping. */
const LONGEST_OUTPUT = 20_000;

/**
 * Has a process do a job until it is done, too late or dead.
 *
 * @param child one that waits for a job (spare-child.js)
 * @param loadLimit how long it may take to load, in milliseconds
 */
export function runChild(child: ChildProcess, job: Job, loadLimit: number): Promise<Outcome> {
  const outcome: Outcome = {
    checks: undefined,
    results: new Map(),
    samples: [],
    printed: '',
    printedIn: new Map(),
    took: new Map(),
    pace: undefined,
    paceIndex: undefined,
    explaining: false,
    end: 'died',
    index: undefined,
    call: undefined,
  };
  keepOutput(child, outcome);
  child.send(job);
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout;
    let begun = 0;
    const restart = (milliseconds: number, end: Outcome['end'] = 'late'): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        outcome.end = end;
        child.kill('SIGKILL');
      }, milliseconds);
    };
    // The process ends by itself now, unless the learner's code left something running.
    const finish = (end: Outcome['end']): void => {
      outcome.end = end;
      restart(1000, end);
    };
    restart(loadLimit);
    child.on('message', (message: Message) => {
      switch (message.kind) {
        case 'loaded':
          outcome.checks = message.checks;
          restart(loadLimit);
          break;
        case 'begin':
          outcome.index = message.index;
          outcome.explaining = false;
          outcome.call = undefined;
          begun = performance.now();
          restart(outcome.checks![message.index]!.limit);
          break;
        case 'call':
          outcome.call = message.name;
          break;
        case 'pace':
          outcome.pace = message.pace;
          outcome.paceIndex = outcome.index;
          break;
        case 'printed':
          keepPrinted(outcome, message.printed);
          break;
        case 'explaining':
          outcome.explaining = true;
          restart(loadLimit);
          break;
        case 'end':
          outcome.results.set(message.index, message.result);
          outcome.took.set(message.index, performance.now() - begun);
          outcome.index = undefined;
          restart(loadLimit);
          break;
        case 'explained':
          outcome.results.set(message.index, {
            ...outcome.results.get(message.index)!,
            failure: message.failure,
          });
          break;
        case 'broken':
          finish({ broken: message.message });
          break;
        case 'done':
          outcome.samples = message.samples;
          finish('done');
          break;
      }
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

/** What the process prints past the streams that it takes itself, such as a warning of Node's. */
function keepOutput(child: ChildProcess, outcome: Outcome): void {
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      outcome.printed = (outcome.printed + text).slice(0, LONGEST_OUTPUT);
    });
  }
}

/** Keeps a piece for the check that runs. What is printed while it is looked for reasons was printed before. */
function keepPrinted(outcome: Outcome, piece: Printed): void {
  const { index, checks, printedIn } = outcome;
  if (index !== undefined) printedIn.set(index, joined(printedIn.get(index), piece));
  else if (checks === undefined) outcome.printed += piece.text;
}
