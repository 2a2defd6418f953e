/** The known wrong answer that a learner gave, if it is one of the lesson's misconceptions. */
import type { Misconception } from '../misconception.ts';
import { plainest, standing, type Candidate } from './candidates.ts';
import type { Deadline } from './deadline.ts';
import type { Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { rememberedOutcome } from './remembered.ts';

interface Known extends Candidate {
  misconception: Misconception;
}

/** What stands for a value where a misconception throws: no value is like it. */
const THROWN = Symbol('thrown');

/** The misconception that explains the wrong values; hedged where it leaves some of them open. */
export function knownMistake(exercise: Exercise, deadline: Deadline): Finding | undefined {
  const candidates = exercise.misconceptions.map((misconception): Known => ({
    misconception,
    predict: ({ args }) => {
      const outcome = rememberedOutcome(misconception.wrong, args);
      return 'value' in outcome ? outcome : { value: THROWN };
    },
  }));
  const [best] = standing(candidates, exercise.observations, deadline);
  if (best === undefined) return undefined;
  const { id, sentence, anchor } = best.candidate.misconception;
  return {
    kind: 'misconception',
    id,
    sentence:
      best.open === 0
        ? sentence
        : `In most of these calls your values are those of this mistake: ${sentence}`,
    ...(anchor !== undefined && { anchor }),
    shown: plainest(best.support),
  };
}
