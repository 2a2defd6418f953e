/**
 * A team of threads: each has an engine of its own and takes a part of every batch. The gradient of a batch is
 * the mean over its digits, so the parts' gradients are added, each weighted with its share of the digits.
 *
 * The digits, the parameters and the gradients lie in memory that all threads see.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { partOf, type Digits, type Draw } from '../digits.ts';
import { CLASSES, PARAMETER_COUNT } from '../network.ts';
import type { Data, Team } from '../team.ts';
import type { EngineChoice } from './engines.ts';

/** What a thread is given when it starts. */
export interface WorkerJob {
  engine: EngineChoice;
  data: Data;
  parameters: Float32Array;
  /** Where it writes its gradients. */
  gradient: Float32Array;
}

/** What a thread is asked. */
export type Question =
  | { kind: 'gradient'; draw: Draw }
  | { kind: 'logits'; set: keyof Data; draw: Draw }
  | { kind: 'firstNotFinite'; draw: Draw };

/** What it answers; the first answer, when it is ready, is empty. */
export interface Answer {
  loss?: number;
  logits?: Float32Array;
  layer?: string;
  /** What went wrong instead. */
  error?: Error;
}

/** Threads that can be ended. */
export interface ThreadTeam extends Team {
  close(): Promise<void>;
}

/** A copy in memory that all threads see. */
export function shared<A extends Float32Array | Uint8Array>(array: A): A {
  const ArrayType = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const copy = new ArrayType(new SharedArrayBuffer(array.byteLength));
  copy.set(array as never);
  return copy;
}

/**
 * Starts threads.
 *
 * @param engine what each of them computes with; its size is that of a whole batch
 * @param threads how many, a whole number from 1
 * @param parameters in shared memory
 * @throws Error when an engine cannot be made, or its code throws
 */
export async function startTeam(
  engine: EngineChoice,
  threads: number,
  data: Data,
  parameters: Float32Array,
): Promise<ThreadTeam> {
  const sharedData = { train: sharedDigits(data.train), heldOut: sharedDigits(data.heldOut) };
  const size = Math.ceil(engine.size / threads);
  const members = Array.from({ length: threads }, (): Member => {
    const gradient = shared(new Float32Array(PARAMETER_COUNT));
    const job: WorkerJob = { engine: { ...engine, size }, data: sharedData, parameters, gradient };
    const worker = new Worker(new URL('worker-start.js', import.meta.url), {
      workerData: job,
      execArgv: [],
    });
    const ended = once(worker, 'exit').then(([code]) => {
      throw new Error(
        `startTeam: a thread ended with code ${String(code)}; does the code that it runs call process.exit?`,
      );
    });
    // It is only asked for while an answer is awaited.
    ended.catch(() => {});
    return { worker, gradient, ended };
  });
  const close = async (): Promise<void> => {
    await Promise.all(members.map(({ worker }) => worker.terminate()));
  };
  /** Asks each thread about its part of a draw; threads beyond the end of a small one are not asked. */
  const ask = (draw: Draw, question: (part: Draw) => Question): Promise<Part[]> => {
    const each = Math.ceil(draw.indices.length / threads);
    const asked = members.slice(0, Math.ceil(draw.indices.length / each));
    return Promise.all(
      asked.map(async (member, i) => {
        const part = partOf(draw, i * each, (i + 1) * each);
        member.worker.postMessage(question(part));
        const answer = await answerOf(member);
        return { answer, gradient: member.gradient, count: part.indices.length };
      }),
    );
  };
  try {
    await Promise.all(members.map(answerOf));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async gradient(draw, gradient) {
      const parts = await ask(draw, (part) => ({ kind: 'gradient', draw: part }));
      gradient.fill(0);
      let loss = 0;
      for (const part of parts) {
        const share = part.count / draw.indices.length;
        for (let i = 0; i < gradient.length; i++) gradient[i]! += share * part.gradient[i]!;
        loss += share * part.answer.loss!;
      }
      return loss;
    },
    async logits(set, draw) {
      const parts = await ask(draw, (part) => ({ kind: 'logits', set, draw: part }));
      const all = new Float32Array(draw.indices.length * CLASSES);
      let place = 0;
      for (const { answer } of parts) {
        all.set(answer.logits!, place);
        place += answer.logits!.length;
      }
      return all;
    },
    async firstNotFinite(draw) {
      const parts = await ask(draw, (part) => ({ kind: 'firstNotFinite', draw: part }));
      return parts.map(({ answer }) => answer.layer).find((layer) => layer !== undefined);
    },
  };
}

interface Part {
  answer: Answer;
  gradient: Float32Array;
  /** How many digits it was about. */
  count: number;
}

function sharedDigits({ pixels, labels }: Digits): Digits {
  return { pixels: shared(pixels), labels: shared(labels) };
}

interface Member {
  worker: Worker;
  gradient: Float32Array;
  /** Rejects when the thread ends. */
  ended: Promise<never>;
}

async function answerOf({ worker, ended }: Member): Promise<Answer> {
  const [answer] = (await Promise.race([once(worker, 'message'), ended])) as [Answer];
  if (answer.error !== undefined) throw answer.error;
  return answer;
}
