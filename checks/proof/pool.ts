/** Proves lessons side by side: a process for each core, which takes one lesson after the other from a queue. */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { root, shownPath, type Lesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';
import { overBudget } from './budget.ts';
import type { Proof } from './proof.ts';

/** What a process answers when it was asked to prove a lesson. */
export type PoolMessage = { proof: Proof } | { problem: string };

const CHILD = fileURLToPath(new URL('prove-child.ts', import.meta.url));

/**
 * Proves lessons, in their order: by the time of the later ones, which are larger, a process has compiled what all have
 * in common.
 *
 * @param proven is told of each proof as it is there
 * @throws Error when a suite does not load, or ends its process
 */
export async function proveAll(
  all: readonly Lesson[],
  proven: (lesson: Lesson, proof: Proof) => void,
): Promise<void> {
  const waiting = all.values();
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    try {
      for (const lesson of waiting) {
        child ??= fork(CHILD, [], {
          cwd: root,
          execArgv: ['--import', 'tsx'],
          env: { ...process.env, [VARIABLE]: '' },
        });
        proven(lesson, await proofOf(child, lesson));
      }
    } finally {
      // One that has ended is disconnected already.
      if (child?.connected === true) child.disconnect();
    }
  };
  const cores = Math.min(availableParallelism(), all.length);
  await Promise.all(Array.from({ length: cores }, work));
}

/** A lesson's proof. One that costs too much is made again: by then all is compiled, and the machine may be less busy. */
async function proofOf(child: ChildProcess, lesson: Lesson): Promise<Proof> {
  const proof = await ask(child, lesson);
  if (overBudget(lesson, proof).length === 0) return proof;
  const { reference, cpu } = await ask(child, lesson);
  return cpu < proof.cpu ? { ...proof, reference, cpu } : proof;
}

/** Has a process prove a lesson. */
function ask(child: ChildProcess, lesson: Lesson): Promise<Proof> {
  const failed = (reason: string): Error =>
    new Error(`proveAll: ${shownPath(lesson.suite)} cannot be proven: ${reason}`);
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(failed(`its process ended with code ${code}; its output says why`));
    child.once('exit', ended);
    child.once('message', (message: PoolMessage) => {
      child.off('exit', ended);
      if ('proof' in message) resolve(message.proof);
      else reject(failed(message.problem));
    });
    child.send(lesson.name);
  });
}
