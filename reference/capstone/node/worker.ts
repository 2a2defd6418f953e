/** A thread of a team: see thread-team.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { batchOf } from '../digits.ts';
import type { Engine } from '../engine.ts';
import { makeEngine } from './engines.ts';
import type { Answer, Question, WorkerJob } from './thread-team.ts';

const { engine: choice, data, parameters, gradient, room } = workerData as WorkerJob;

async function answer(engine: Engine, question: Question): Promise<Answer> {
  switch (question.kind) {
    case 'gradient':
      return {
        loss: await engine.gradient(parameters, batchOf(data.train, question.draw), gradient),
      };
    case 'logits':
      return {
        logits: await engine.logits(parameters, batchOf(data[question.set], question.draw).images),
      };
    case 'firstNotFinite': {
      const { images } = batchOf(data.train, question.draw);
      const layer = await engine.firstNotFinite(parameters, images);
      return layer === undefined ? {} : { layer };
    }
  }
}

/** Sends what `compute` returns, or what it throws. */
async function send(compute: () => Answer | Promise<Answer>): Promise<void> {
  let message: Answer;
  try {
    message = await compute();
  } catch (error) {
    message = { error: error instanceof Error ? error : new Error(String(error)) };
  }
  parentPort!.postMessage(message);
}

await send(async () => {
  const engine = await makeEngine(choice, room);
  parentPort!.on('message', (question: Question) => void send(() => answer(engine, question)));
  return {};
});
