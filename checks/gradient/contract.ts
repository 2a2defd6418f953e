/**
 * What must hold of a forward and a backward function before their numbers are worth comparing, told by
 * calling them a few times: they come to an end and return arrays of finite numbers, the same ones every
 * time, whatever they were asked in between; they leave their arguments and the cache alone; and backward is
 * linear in the upstream gradient, as every chain rule is: backward(0) = 0 and backward(2·dout) = 2·backward(dout).
 */
import { seededRandom } from '#datasets/random';
import { unravel } from '../any-array.ts';
import { numberText } from '../text.ts';
import { arraysIn, type Cached } from './cache.ts';
import type { Elsewhere } from './diagnose/evidence.ts';
import { nameNonlinearity } from './diagnose/nonlinear.ts';
import type { Cause, Finding } from './report.ts';
import { unchanged } from './arguments.ts';
import {
  elsewhere,
  toDouts,
  type Gradients,
  type Run,
  type Subject,
} from './function-under-test.ts';
import { isComplaint, type Complaint, type Returned } from './read.ts';

/** What is left to compare when the contract has been looked at. */
export interface Contract {
  findings: readonly Finding[];
  /** A run and its upstream gradient; nothing if the functions cannot be differenced at all. */
  base?: { run: Run; dout: Float64Array };
  /** What the functions do at other inputs, if they can. */
  elsewhere: Elsewhere | undefined;
  /** For each input its gradient, of whatever shape, unless a finding says that there is none. */
  gradients: readonly (Returned | undefined)[];
}

/**
 * Holds a pair of functions to the contract, by six forward and five backward calls, or four and four for a loss.
 *
 * The calls at other inputs come first, so that whoever keeps a first result has kept that of other inputs, and
 * between a forward pass and its backward pass, so that whoever goes by the last call goes by those.
 *
 * @param seed of the upstream gradient, whose entries have magnitudes in [0.5, 1.5] and random signs. With
 *   ones instead, every gradient through a softmax or a normalization would be zero and nothing be tested
 */
export function checkContract(subject: Subject, seed: number): Contract {
  const [forwardName, backwardName] = subject.isLoss
    ? ['the loss function', 'the gradient function']
    : ['forward', 'backward'];
  const other = elsewhere(subject);
  const there = other.forward();
  if (subject.isLoss && !isComplaint(there)) other.backward(there, Float64Array.of(1));
  const isThere = !isComplaint(there) && there.values.every(Number.isFinite);
  const place = isThere ? { subject: other, run: there } : undefined;

  const run = subject.forward();
  if (isComplaint(run)) return stop(run);
  const strange = notFiniteOutput(subject, run);
  if (strange) return stop(strange);

  const findings = changedArguments(subject, run, forwardName);
  const isForwardClean = findings.length === 0;
  const dout = subject.isLoss ? Float64Array.of(1) : upstream(run.values.length, seed, subject);
  other.forward();
  const cached = arraysIn(run.cache);
  const gradients = subject.backward(run, dout);
  if (isComplaint(gradients)) return stop(gradients, findings);
  if (isForwardClean) findings.push(...changedArguments(subject, run, backwardName));
  findings.push(...changedDouts(subject, run, dout, gradients));
  if (findings.length === 0) findings.push(...changedCache(cached));
  const isClean = findings.length === 0;

  const second = subject.forward();
  if (isComplaint(second) || !sameNumbers(run.values, second.values)) {
    return stop(NOT_REPEATABLE, findings);
  }
  const again = subject.backward(second, dout);
  const onceMore = subject.backward(second, dout);
  const scaled = subject.isLoss
    ? undefined
    : {
        zero: backwardAfresh(
          subject,
          dout.map(() => 0),
        ),
        twice: backwardAfresh(
          subject,
          dout.map((d) => 2 * d),
        ),
      };

  const usable = subject.inputs.map((input, i): Returned | undefined => {
    const mine = gradients.returned[i]!;
    const broken = isComplaint(mine)
      ? mine
      : (notFiniteGradient(input.gradient, mine) ??
        nameNonlinearity({
          input,
          isLoss: subject.isLoss,
          first: mine.values,
          again: returned(again, i),
          // A second call on the same cache tells nothing new of one that is known to be written into.
          onceMore: isClean ? returned(onceMore, i) : returned(again, i),
          ...(scaled && {
            scaled: { zero: returned(scaled.zero, i), twice: returned(scaled.twice, i) },
          }),
        }));
    if (broken === undefined) return mine as Returned;
    findings.push({ ...toSentence(broken), input: input.name, gradient: input.gradient });
    return undefined;
  });
  return { findings, base: { run, dout }, elsewhere: place, gradients: usable };

  /** A contract broken so badly that there is nothing to compare. */
  function stop(cause: Cause, before: Finding[] = []): Contract {
    return {
      findings: [...before, toSentence(cause)],
      elsewhere: undefined,
      gradients: subject.inputs.map(() => undefined),
    };
  }
}

const NOT_REPEATABLE: Cause = {
  code: 'not-repeatable',
  sentence:
    'two forward passes on the same inputs differ, so there is no gradient to speak of; ' +
    'take randomness from the generator you are given only, and keep nothing between calls.',
};

/** Complaints are clauses, and may end in somebody else's full stop. */
function toSentence({ code, sentence }: Cause): Finding {
  return { code, sentence: sentence.endsWith('.') ? sentence : `${sentence}.` };
}

function upstream(size: number, seed: number, { isSingle }: Subject): Float64Array {
  const random = seededRandom(seed);
  const dout = Float64Array.from({ length: size }, () => {
    const magnitude = 0.5 + random();
    return random() < 0.5 ? -magnitude : magnitude;
  });
  // In single precision the learner's function must see the same numbers as the checker.
  return isSingle ? dout.map(Math.fround) : dout;
}

function backwardAfresh(subject: Subject, dout: Float64Array): Gradients | Complaint {
  const run = subject.forward();
  return isComplaint(run) ? run : subject.backward(run, dout);
}

/** The i-th gradient of a backward pass, if it is there. */
function returned(gradients: Gradients | Complaint, i: number): Float64Array | undefined {
  if (isComplaint(gradients)) return undefined;
  const gradient = gradients.returned[i]!;
  return isComplaint(gradient) ? undefined : gradient.values;
}

function notFiniteOutput({ isLoss }: Subject, { values, outputs }: Run): Complaint | undefined {
  const output = outputs.find(({ start, size }) =>
    values.subarray(start, start + size).some((value) => !Number.isFinite(value)),
  );
  if (output === undefined) return undefined;
  const { name, shape, start, size } = output;
  const place = values.subarray(start, start + size).findIndex((value) => !Number.isFinite(value));
  const where = isLoss ? 'the loss' : `${name}${indexText(place, shape)}`;
  return {
    code: 'not-finite',
    sentence: `${where} is ${numberText(values[start + place]!)}, so there is nothing to differentiate.`,
  };
}

function notFiniteGradient(name: string, { shape, values }: Returned): Complaint | undefined {
  const place = values.findIndex((value) => !Number.isFinite(value));
  return place < 0
    ? undefined
    : {
        code: 'not-finite',
        sentence: `${name}${indexText(place, shape)} is ${numberText(values[place]!)}; every entry must be a finite number.`,
      };
}

function indexText(place: number, shape: readonly number[]): string {
  return `[${unravel(place, shape).join(', ')}]`;
}

function changedArguments({ given, names }: Subject, { passed }: Run, who: string): Finding[] {
  return given.flatMap((before, i): Finding[] =>
    unchanged(before, passed[i])
      ? []
      : [
          {
            code: 'changed-argument',
            sentence: `${who} changed its argument ${names[i]!} in place; write the result into a new array.`,
            input: names[i]!,
          },
        ],
  );
}

function changedCache(cached: readonly Cached[]): Finding[] {
  return cached
    .filter(({ array, before }) => !unchanged(before, array))
    .map(({ path }) => ({
      code: 'changed-cache',
      sentence:
        `backward changed ${path} in place, so a second backward pass on the same cache finds other numbers; ` +
        'write the result into a new array.',
    }));
}

function changedDouts(
  subject: Subject,
  run: Run,
  dout: Float64Array,
  { douts }: Gradients,
): Finding[] {
  return toDouts(run.outputs, dout, subject.isSingle).flatMap((before, i): Finding[] => {
    const name = `d${run.outputs[i]!.name}`;
    return subject.isLoss || unchanged(before, douts[i])
      ? []
      : [
          {
            code: 'changed-dout',
            sentence: `backward changed ${name} in place, which its caller may still need; write the result into a new array.`,
          },
        ];
  });
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
