/**
 * Tells whether the gradient that a learner's backward pass returns is the gradient of their forward pass,
 * and if not, what they did.
 *
 * The judge is the definition of a derivative: nudge one number of the input a little in both directions and
 * see how the outputs move. Three things keep that from being simple.
 *
 * - *The step.* A large one sees the curve and not its tangent (truncation, shrinking as h²), a small one
 *   drowns in the rounding of the two values it subtracts (growing as u/h). Differences at h and h/2 are
 *   combined so that the h² cancels, and their disagreement estimates what error is left. The estimate
 *   becomes part of the tolerance, so there is no constant that suits some problems and not others: a wrong
 *   sign in a gradient of 1e-7 is seen, and a right gradient beside a sharp bend is not accused. Where the
 *   estimate is poor, other steps are tried. (difference.ts, noise.ts, judge.ts)
 *
 * - *Kinks.* ReLU at 0 and a tie in a max pool have no derivative but a slope on either side, and every
 *   number between the two is an honest answer. So at a kink the check accepts an interval, and nothing
 *   outside of it. A kink that is merely near is stepped around by making h smaller. (difference.ts)
 *
 * - *The question.* Outputs are many and a derivative is of one number, so the outputs are weighted with an
 *   upstream gradient dout and summed. Were it all ones, the sum of a softmax would be constant, its gradient
 *   zero, and a great many mistakes invisible; so dout is random. (contract.ts)
 *
 * A gradient that is wrong is then compared with what known mistakes would have produced. (diagnose/)
 *
 * Sources: CS231n, "Gradient checks" (https://cs231n.github.io/neural-networks-3/#gradcheck), for the relative
 * error, kinks and the advice on steps; Richardson's extrapolation
 * (https://en.wikipedia.org/wiki/Richardson_extrapolation) and its use with adaptive steps for derivatives in
 * C. J. F. Ridders, "Accurate computation of F′(x) and F′(x) F″(x)", Advances in Engineering Software 4 (1982),
 * https://doi.org/10.1016/S0141-1195(82)80057-0; J. J. Moré and S. M. Wild, "Estimating computational noise"
 * (https://www.mcs.anl.gov/~wild/cnoise/).
 */
import { seededRandom } from '#datasets/random';
import { sameShape, unravel } from '../any-array.ts';
import { checkContract } from './contract.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { toEvidence, type Elsewhere } from './diagnose/evidence.ts';
import { nameShape } from './diagnose/shape.ts';
import type { Base, Measurement } from './difference.ts';
import { measureNoise } from './noise.ts';
import { checkInput, type Checked, type Entry } from './numeric.ts';
import type { Problem } from './problem.ts';
import { UNEXPLAINED, type Cause, type Finding, type GradientReport } from './report.ts';
import { summarize } from './summary.ts';
import type { Input } from './arguments.ts';
import { toSubject, type Run, type Subject } from './function-under-test.ts';

export interface GradientOptions {
  /** Of the upstream gradient, the sample and the random direction: a whole number from 0. 1 when left out. */
  seed?: number;
  /** How many entries of each input to compare one by one, at least 1. 256 when left out. */
  budget?: number;
}

/**
 * Checks a pair of functions.
 *
 * @param problem the functions, and the inputs to try them on
 * @returns the verdict, what is wrong and what is right, and what it cost: about 4 forward calls for each
 *   entry compared, and twelve and two for each input besides; more where it is wrong
 * @throws TypeError when the problem is malformed, whatever the functions do, RangeError when an option is, and a
 *   TodoError that one of the functions throws
 */
export function checkGradient(problem: Problem, options: GradientOptions = {}): GradientReport {
  const { seed = 1, budget = 256 } = options;
  requireWhole('seed', seed, 0);
  requireWhole('budget', budget, 1);
  const given = toSubject(problem);
  const contract = checkContract(given, seed);
  let subject = given;
  const findings: Finding[] = [...contract.findings];
  const checked: Checked[] = [];
  if (contract.base !== undefined) {
    const random = seededRandom(seed);
    const { run, dout } = contract.base;
    const { precision, ...noise } = measureNoise(subject, run.values, random);
    subject = { ...given, precision };
    const base: Base = { values: run.values, dout, ...noise };
    const check = (input: Input, values: Float64Array) =>
      checkInput(subject, base, input, values, budget, random);

    for (const [i, input] of subject.inputs.entries()) {
      const returned = contract.gradients[i];
      if (returned === undefined) continue;
      if (sameShape(returned.shape, input.shape)) {
        checked.push(check(input, returned.values));
        continue;
      }
      const namesOf = (shape: readonly number[]) =>
        given.axes[run.outputs.find((output) => sameShape(output.shape, shape))?.name ?? ''];
      const others = subject.inputs.filter((other) => other !== input);
      const isRight = (which: Input, values: Float64Array) => isAllRight(check(which, values));
      const cause = nameShape(input, returned, others, isRight, namesOf(returned.shape));
      findings.push({ ...cause, input: input.name, gradient: input.gradient });
    }
    findings.push(
      ...checked.flatMap((each) =>
        judgeInput(subject, run, base, each, checked, contract.elsewhere),
      ),
    );
  }
  return summarize(subject, checked, findings);
}

/** @throws RangeError for an option that would make the check check nothing */
function requireWhole(option: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `checkGradient: ${option} is ${value} and must be a whole number from ${least}`,
    );
  }
}

/** Whether every entry is right, and so are those that were not looked at one by one. */
function isAllRight({ entries, rest }: Checked): boolean {
  return (
    (rest === undefined || rest === 'right') &&
    entries.every(({ judgement }) => judgement === 'right')
  );
}

/** What is wrong with one gradient, or cannot be decided about it. */
function judgeInput(
  subject: Subject,
  run: Run,
  base: Base,
  checked: Checked,
  all: readonly Checked[],
  elsewhere: Elsewhere | undefined,
): Finding[] {
  const { input, entries, rest } = checked;
  const about = { input: input.name, gradient: input.gradient };
  if (entries.length === 0) return [{ ...nothingToCheck(input), ...about }];
  if (isAllRight(checked)) return [];
  const wrong = entries.filter(({ judgement }) => judgement === 'wrong');
  if (wrong.length > 0) {
    const others = all.filter((each) => each !== checked);
    const cause = wrong.every(({ isKink }) => isKink)
      ? outsideKink(input)
      : (diagnose(toEvidence(subject, run, base, checked, others, elsewhere)) ?? {
          code: 'wrong',
          sentence: `${input.gradient} is wrong, and ${UNEXPLAINED}.`,
        });
    const counts = { wrong: wrong.length, checked: entries.length };
    return [{ ...cause, ...about, ...worst(wrong, input), ...counts }];
  }
  if (rest === 'wrong') {
    return [
      {
        code: 'wrong',
        sentence: `${input.gradient} is wrong somewhere among the ${input.values.length - entries.length} entries that were not compared one by one; try a smaller ${input.name}.`,
        ...about,
      },
    ];
  }
  const open = entries.filter(({ judgement }) => judgement === 'open');
  const why = open.some(({ numeric }) => numeric?.isBroken)
    ? 'the forward pass jumps at these inputs and has no slope there, so move them a little'
    : open.length > 0 && open.every(({ isKink }) => isKink)
      ? 'several kinks meet at these inputs, so move them a little'
      : 'at these inputs the forward pass is too rough to be differenced';
  return [
    {
      code: 'undecided',
      sentence: `${input.gradient} could not be decided: ${why}.`,
      ...about,
      ...worst(open, input),
    },
  ];
}

function nothingToCheck({ gradient, name }: Input): Cause {
  return {
    code: 'undecided',
    sentence: `${gradient} could not be decided: ${name} has no entries, so there is nothing to compare.`,
  };
}

function outsideKink({ gradient }: Input): Cause {
  return {
    code: 'outside-kink',
    sentence: `${gradient} is wrong only at kinks, where every number between the slopes on either side would be right.`,
  };
}

/** How far the slopes on either side of a kink are from their middle. */
function halfWidth({ low, high }: Measurement): number {
  return (high - low) / 2;
}

/** The entry that is furthest off, for its tolerance; nothing if there is none with a measurement. */
function worst(entries: readonly Entry[], { shape }: Input): Partial<Finding> {
  const off = ({ yours, numeric, tolerance }: Entry) =>
    Math.abs(yours - numeric!.value) / (tolerance + halfWidth(numeric!));
  const [entry] = entries.filter(({ numeric }) => numeric).toSorted((a, b) => off(b) - off(a));
  return entry === undefined
    ? {}
    : {
        index: unravel(entry.place, shape),
        yours: entry.yours,
        numeric: entry.numeric!.value,
        uncertainty: entry.tolerance + halfWidth(entry.numeric!),
      };
}
