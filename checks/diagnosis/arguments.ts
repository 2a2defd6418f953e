/** Faults with the arguments of a call, which need no knowledge of the lesson. */
import { isArray } from '../any-array.ts';
import { changeOf } from '../subject/change.ts';
import type { Call } from '../subject/recorder.ts';
import type { Deadline } from './deadline.ts';
import { plainest, standing } from './candidates.ts';
import type { Observation } from './evidence.ts';
import { inFailedChecks, parameterName, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { outcomeOf, sameResult, withOwnCaches } from './replay.ts';

/** An argument that was changed in place. */
export function changedArgument(exercise: Exercise): Finding | undefined {
  const shown = inFailedChecks(exercise).find(({ call }) => call.changed !== undefined);
  if (shown === undefined) return undefined;
  const { argument, change } = shown.call.changed!;
  const name = parameterName(exercise, argument);
  const cure = isArray(shown.call.args[argument])
    ? `write into a new array, such as copy(${/^\w+$/.test(name) ? name : 'x'})`
    : 'work on a copy';
  return {
    kind: 'mechanical',
    id: 'argument-changed',
    sentence: `${exercise.name} changes what it was given: ${name} was ${change}. An argument belongs to the caller; ${cure}.`,
    shown,
  };
}

/** A result that is an argument, or lies in the memory of one, where the values are right. */
export function returnedArgument(exercise: Exercise): Finding | undefined {
  if (exercise.observations.some(({ verdict }) => verdict === 'wrong')) return undefined;
  const shown = inFailedChecks(exercise).find(({ call }) => call.shared !== undefined);
  if (shown === undefined) return undefined;
  const { argument, isItself } = shown.call.shared!;
  const name = parameterName(exercise, argument);
  return {
    kind: 'mechanical',
    id: isItself ? 'argument-returned' : 'argument-shared',
    sentence: isItself
      ? `What comes back is ${name} itself, so that who changes one changes the other. Return a new array: copy(${name}).`
      : `What comes back lies in the memory of ${name}, so that who changes one changes the other. Return a new array: copy(…).`,
    shown,
  };
}

/** Views whose `.data` was read, as if their entries lay there one after the other. */
export function ignoredStrides(exercise: Exercise, deadline: Deadline): Finding | undefined {
  const { observations, reference, name } = exercise;
  if (!observations.some(({ call, verdict }) => call.unstrided && verdict === 'wrong')) {
    return undefined;
  }
  const places = [...new Set(observations.flatMap(({ call }) => viewed(call)))];
  // One argument at a time, then all of them.
  const candidates = [
    ...places.map((place) => [place]),
    ...(places.length > 1 ? [places] : []),
  ].map((chosen) => ({
    chosen,
    predict: ({ call, right }: Observation): { value: unknown } | undefined => {
      const { unstrided } = call;
      if (unstrided === undefined) return { value: right };
      const args = call.args.map((arg, i) => (chosen.includes(i) ? unstrided[i] : arg));
      const own = withOwnCaches(call, args, reference);
      const outcome = own && outcomeOf(reference[name], own);
      return outcome !== undefined && 'value' in outcome ? outcome : undefined;
    },
  }));
  const [best] = standing(candidates, observations, deadline);
  if (best === undefined || best.open > 0) return undefined;
  const names = best.candidate.chosen.map((place) => parameterName(exercise, place));
  const views = names.length === 1 ? `${names[0]} is a view` : `${listOf(names)} are views`;
  return {
    kind: 'mechanical',
    id: 'strides-ignored',
    sentence: `${views} here, and what was read is .data, which knows nothing of a view's steps. Read through ${names[0]}.get(…), or take copy(${names[0]}) first.`,
    shown: plainest(best.support),
  };
}

/** `x`, `x and W`, `x, W and b` */
function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The places of the arguments that are views with other entries than their data has at its beginning. */
function viewed({ args, unstrided }: Call): number[] {
  return args.flatMap((arg, i) =>
    isArray(arg) && changeOf(arg, unstrided?.[i] ?? arg) !== undefined ? [i] : [],
  );
}

/** One and the same call that gave two answers. */
export function rememberedCalls(
  { observations, name }: Exercise,
  deadline: Deadline,
): Finding | undefined {
  const settled = observations.filter(
    // Two views of the same numbers may lie beside others, which a function that reads too far sees.
    ({ given, call }) =>
      given !== undefined &&
      call.unstrided === undefined &&
      isWellFormed(given) &&
      !call.args.some((arg) => typeof arg === 'function'),
  );
  for (const shown of settled.filter(({ verdict }) => verdict === 'wrong')) {
    if (deadline.isOver()) return undefined;
    const twin = settled.find(
      (other) =>
        other !== shown &&
        changeOf(other.call.args, shown.call.args) === undefined &&
        !sameResult(other.given, shown.given),
    );
    if (twin !== undefined) {
      return {
        kind: 'mechanical',
        id: 'calls-remembered',
        sentence: `The same call of ${name} gives one answer now and another one later: something is kept from call to call. Make everything anew inside of the function.`,
        shown,
      };
    }
  }
  return undefined;
}

/** Whether every array has numbers for a shape: others agree with nothing, not even with themselves. */
function isWellFormed(value: unknown): boolean {
  if (isArray(value)) return value.shape.every((size) => typeof size === 'number');
  return typeof value !== 'object' || value === null || Object.values(value).every(isWellFormed);
}
