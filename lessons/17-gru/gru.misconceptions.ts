/** Lesson 17: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import type { Misconception } from '../../checks/misconception.ts';

export const misconceptions: Misconception[] = [];
