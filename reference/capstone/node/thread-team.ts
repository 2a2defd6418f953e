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
import { engineBytes } from '../simd/engine.ts';
import { placed, type Room } from '../simd/memory.ts';
import { partOfRoom, teamArithmetic } from '../simd/team-room.ts';
import { roomOf, shareOf, type EngineChoice } from './engines.ts';

/** What a thread is given when it starts. */
export interface WorkerJob {
  engine: EngineChoice;
  data: Data;
  parameters: Float32Array;
  /** Where it writes its gradients. */
  gradient: Float32Array;
  /** The part of the team's memory that its engine may use, if it has one. */
  room: Room | undefined;
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

/** A copy in the team's memory, or else in some that all threads see. */
export function inSharedMemory(array: Float32Array, room: Room | undefined): Float32Array {
  return room === undefined ? shared(array) : placed(room, array);
}

/**
 * Starts threads.
 *
 * @param engine what each of them computes with; its size is that of a whole batch
 * @param threads how many, a whole number from 1
 * @param parameters in shared memory
 * @param room the team's memory, from `roomOf`; what lies in it need not be copied
 * @throws Error when an engine cannot be made, or its code throws
 */
export async function startTeam(
  engine: EngineChoice,
  threads: number,
  data: Data,
  parameters: Float32Array,
  room: Room | undefined = roomOf(engine, threads),
): Promise<ThreadTeam> {
  const sharedData = { train: sharedDigits(data.train), heldOut: sharedDigits(data.heldOut) };
  const size = shareOf(engine, engine.size, threads);
  const arithmetic = room && teamArithmetic(room);
  const members = Array.from({ length: threads }, (): Member => {
    const gradient = inSharedMemory(new Float32Array(PARAMETER_COUNT), room);
    const job: WorkerJob = {
      engine: { ...engine, size },
      data: sharedData,
      parameters,
      gradient,
      room: room && partOfRoom(room, engineBytes(size)),
    };
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
    const each = shareOf(engine, draw.indices.length, threads);
    const asked = members.slice(0, Math.ceil(draw.indices.length / each));
    return Promise.all(
      asked.map(async (member, i) => {
        const part = partOf(draw, i * each, (i + 1) * each);
        member.worker.postMessage(question(part));
        const answer = await answerOf(member);
        const share = part.indices.length / draw.indices.length;
        return { answer, gradient: member.gradient, share };
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
      (arithmetic?.sum ?? sumOf)(parts, gradient);
      return parts.reduce((loss, { answer, share }) => loss + share * answer.loss!, 0);
    },
    ...(arithmetic && { adamStep: arithmetic.adamStep }),
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
  /** The share of all digits that it was about. */
  share: number;
}

/** The sum of gradients, each times its share. */
function sumOf(parts: readonly Part[], out: Float32Array): void {
  out.fill(0);
  for (const { gradient, share } of parts) {
    for (let i = 0; i < out.length; i++) out[i]! += share * gradient[i]!;
  }
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
