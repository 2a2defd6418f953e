/**
 * The processes of graders (grader.ts). Starting one and loading the suites takes longer than all that it does for a
 * submission, so it is kept for the next one. What a submission could leave in it is little: none of the learner's
 * code runs there, each submission gets a suite that is loaded anew, and a grader that was ended, met a file that
 * does not load, or got changed arguments back is not kept.
 */
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { root } from '../project.ts';
import { killGroup, launchLimited } from './launch.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const GRADER = fileURLToPath(new URL('grader.ts', import.meta.url));

/** Graders that may be used again, as long as somebody grades. */
export class Graders {
  readonly #waiting: ChildProcess[] = [];
  readonly #memory: number;

  /** @param memory what each of them may take, in megabytes */
  constructor(memory = DEFAULT_LIMITS.grader) {
    this.#memory = memory;
  }

  /** One that waits for a job, or a new one. */
  take(): ChildProcess {
    for (let kept = this.#waiting.pop(); kept !== undefined; kept = this.#waiting.pop()) {
      if (kept.connected && kept.exitCode === null && kept.signalCode === null) {
        hold(kept, true);
        return kept;
      }
    }
    return launchLimited(['--import', 'tsx', GRADER], this.#memory, {
      cwd: root,
      env: process.env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  }

  /** Keeps one that has done its job. It ends with this process, if nobody ends it before. */
  keep(grader: ChildProcess): void {
    hold(grader, false);
    this.#waiting.push(grader);
  }

  /** Ends those that wait. */
  end(): void {
    for (const { pid } of this.#waiting.splice(0)) killGroup(pid!);
  }
}

/** Whether this process waits for another one to end. */
function hold(child: ChildProcess, isAwaited: boolean): void {
  const how = isAwaited ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
  (child.stderr as Socket)[how]();
}
