/** What is known of right code that is hard to check. */
import type { Problem } from '../../../checks/gradient/problem.ts';
import type { normals } from '../../../bench/gradient/operations/arithmetic.ts';

export type Draw = ReturnType<typeof normals>;

export interface Tricky {
  title: string;
  problem: (draw: Draw, seed: number) => Problem;
  kind?: 'float32';
  /** Entries at which the function has a kink, where it has any. */
  kinks?: number;
}
