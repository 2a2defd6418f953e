/** What is known of a lesson after its suite ran on everything whose score is known beforehand. */
import type { Misconception } from '../misconception.ts';
import type { CheckResult } from '../results/lesson-result.ts';

/** The proof of a lesson. */
export interface Proof {
  /** The reference: every check must pass. */
  reference: TimedCheck[];
  /** The exercises as they are handed out: every check must be to do. */
  stub: CheckResult[];
  /** Right solutions written in other ways: every check must pass. */
  solutions: { file: string; checks: CheckResult[] }[];
  /** The reference with one wrong answer in it: its exercise must fail, and name it. */
  misconceptions: CaughtMisconception[];
  /** The reference beside an independent library: every test must pass. */
  oracles: OracleTest[];
  /** Milliseconds of CPU after loading, without the oracles. */
  cpu: number;
}

/** A check of the suite on the reference, and the milliseconds of CPU that it took. */
export interface TimedCheck extends CheckResult {
  cpu: number;
}

/** A misconception, and the first check of its exercise that it failed. */
export interface CaughtMisconception {
  misconception: Omit<Misconception, 'wrong'>;
  /** Undefined when it passed all of them. */
  caught?: CheckResult;
}

/** A test of a reference beside an independent library. */
export interface OracleTest {
  title: string;
  /** What it failed with. */
  problem?: string;
}
