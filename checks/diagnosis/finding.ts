import type { Observation } from './evidence.ts';

/** What was found out about an exercise: what the learner did, in a sentence. */
export interface Finding {
  /** How it was found: see explain.ts. */
  kind: 'mechanical' | 'misconception' | 'relation' | 'place';
  /** Its name: that of the misconception, or of the rule that found it. */
  id: string;
  sentence: string;
  /** The heading of the README that explains it, if it is not the exercise's own. */
  anchor?: string;
  /** The call that shows it best. */
  shown: Observation;
}
