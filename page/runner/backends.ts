/**
 * Which of gpu.js's backends trains. gpu.js takes another one where one is missing, and the float textures of some
 * phones and tablets give zeros or three digits; so each is tried beside plain code before anything is trained on it.
 */
import * as reference from '#lessons/18-capstone';
import type { Engine } from '../../reference/capstone/engine.ts';
import { createEngine } from '../../reference/capstone/create-engine.ts';
import { cardInfo, NoCardError, prove, type CardInfo } from '../../reference/capstone/gpu/card.ts';
import { lessonEngine } from '../../reference/capstone/lesson-engine.ts';
import type { PromptBackend, TrainingBackend, TrainingJob } from '../pad-messages.ts';

/** In the order in which they are tried; the lesson's kernels have no use for one that answers later. */
const ORDER = {
  lesson: ['webgl2', 'webasm', 'cpu'],
  fast: ['webgpu', 'webgl2', 'simd', 'webasm', 'cpu'],
} as const;

/** What trains. */
export interface ChosenEngine {
  engine: Engine;
  /** Whose kernels, on what. */
  text: string;
  /** What was tried before and is not taken: a sentence each. */
  refused: string[];
}

/** An engine that computes rightly. */
type Proven = Omit<ChosenEngine, 'refused'>;

/**
 * The first backend that is there and computes rightly: the one that is asked for, or the fastest. A graphics card that
 * is software is only taken when it is asked for.
 *
 * @param whose the kernels' owner, in words
 * @param ownEngine makes the engine of the lesson's kernels that is to train
 * @throws NoCardError when none is
 */
export async function chooseEngine(
  { kernels, backend, batch }: TrainingJob,
  whose: string,
  ownEngine: (backend: PromptBackend) => Engine,
): Promise<ChosenEngine> {
  const refused: string[] = [];
  for (const one of backend === 'auto' ? ORDER[kernels] : [backend]) {
    try {
      const card = one === 'webgpu' || one === 'webgl2' ? await cardInfo(one) : undefined;
      if (backend === 'auto' && card?.isSoftware === true) {
        refused.push(`${one} is ${card.name} here, which is software and slow.`);
        continue;
      }
      const proven =
        kernels === 'fast'
          ? await fastEngine(one, batch)
          : await provenEngine(one as PromptBackend, card, whose, ownEngine);
      return { ...proven, refused };
    } catch (error) {
      // Which function it was says nothing to a reader of the page.
      const [, why] = /^(?:\w+: )?([^]*)$/.exec((error as Error).message)!;
      refused.push(`${one} is not taken: ${why}.`);
    }
  }
  throw new NoCardError(refused.join(' '));
}

async function fastEngine(backend: TrainingBackend, batch: number): Promise<Proven> {
  const { engine, text } = await createEngine(backend, batch);
  // A card is tried while it is opened.
  if (backend !== 'webgpu' && backend !== 'webgl2') await prove(engine, backend);
  return { engine, text };
}

/** A backend is tried with the reference's kernels: the learner's may be wrong everywhere. */
async function provenEngine(
  backend: PromptBackend,
  card: CardInfo | undefined,
  whose: string,
  ownEngine: (backend: PromptBackend) => Engine,
): Promise<Proven> {
  await prove(lessonEngine(reference, backend), card?.name ?? backend);
  const where = card === undefined ? backend : `${backend}, ${card.name}`;
  return { engine: ownEngine(backend), text: `${whose} on gpu.js ${where}` };
}
