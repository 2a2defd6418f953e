/** What the drawing pad of the capstone's page can fetch: weights, the learner's own among them, and digits. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, stateFolder, type Lesson } from '../../checks/project.ts';
import { readTensors } from '../../reference/node/weights-file.ts';
import { parametersIn } from '../../reference/capstone/parameters.ts';
import type { PadText, WeightsText } from '../messages.ts';

/** How many digits there are to train with in the page, and how many to test with. */
const DIGITS = { train: 2000, test: 2000 };

/** The files of weights by their paths on the page; those of the learner's last run are there after one. */
export const WEIGHTS: Readonly<Record<WeightsText['whose'], { path: string; file: () => string }>> =
  {
    yours: {
      path: 'weights/yours.safetensors',
      file: () => stateFolder('capstone', 'weights.safetensors'),
    },
    course: {
      path: 'weights/course.safetensors',
      file: () => join(root, 'reference', 'capstone', 'weights', 'weights.safetensors'),
    },
  };

/**
 * What is known of it.
 *
 * @param live whether the learner's own weights can be had, which are taken before the course's
 * @returns nothing for a lesson without a pad
 */
export function padText(lesson: Lesson, live: boolean): PadText | undefined {
  if (lesson.slug !== 'capstone') return undefined;
  const course = weightsText('course');
  if (!live || !existsSync(WEIGHTS.yours.file())) return { weights: [course], digits: DIGITS };
  try {
    return { weights: [weightsText('yours'), course], digits: DIGITS };
  } catch (error) {
    const problem = `Your weights are left out: ${(error as Error).message}`;
    return { weights: [course], digits: DIGITS, problem };
  }
}

function weightsText(whose: WeightsText['whose']): WeightsText {
  const { path, file } = WEIGHTS[whose];
  const content = readTensors(file());
  parametersIn(content, file());
  const accuracy = Number(content.metadata['accuracy'] ?? Number.NaN);
  return { whose, path, ...(Number.isFinite(accuracy) && { accuracy }) };
}
