/** A recorded call made again, of another function. */
import { agrees } from '../agreement.ts';
import type { Call, Functions } from '../subject/recorder.ts';
import { snapshot } from '../subject/snapshot.ts';

/** How a call ended: with a value, or with something thrown. */
export type Outcome = Call['outcome'];

/** What f returns for the arguments of a recorded call; undefined when it throws. */
export function replay(f: unknown, call: Call): { value: unknown } | undefined {
  const outcome = outcomeOf(f, call.args);
  return 'value' in outcome ? outcome : undefined;
}

/** How f ends when it is called with copies of these arguments. */
export function outcomeOf(f: unknown, args: readonly unknown[]): Outcome {
  try {
    return { value: (f as (...args: readonly unknown[]) => unknown)(...snapshot(args)) };
  } catch (thrown) {
    return { thrown };
  }
}

/**
 * The arguments with which a lesson's own functions are asked what a recorded call was asked: a cache that came out
 * of an earlier call is made by the reference, since what a learner keeps in one is the learner's affair.
 *
 * @param args those of the call, or something made of them in the same places
 * @param reference the lesson's functions by name
 * @returns undefined when the reference does not make such a cache
 */
export function withOwnCaches(
  call: Call,
  args: readonly unknown[],
  reference: Functions,
): readonly unknown[] | undefined {
  if (call.caches === undefined) return args;
  const own = [...args];
  const names = parametersOf(reference[call.name]);
  for (const [place, maker] of call.caches) {
    if (names[place] !== 'cache') continue;
    const makerArgs = withOwnCaches(maker, maker.args, reference);
    const made = makerArgs && outcomeOf(reference[maker.name], makerArgs);
    if (made === undefined || !('value' in made) || !isRecord(made.value)) return undefined;
    own[place] = made.value['cache'];
  }
  return own;
}

/** The names of a function's parameters, as far as they are plain names. */
export function parametersOf(f: unknown): string[] {
  const text = typeof f === 'function' ? Function.prototype.toString.call(f) : '';
  // `x => …`, or everything between the first parentheses.
  const inside =
    /^(?:async\s+)?(\w+)\s*=>/.exec(text)?.[1] ?? /^[^(]*\(([^)]*)\)/.exec(text)?.[1] ?? '';
  return inside.split(',').map((part) => part.split('=')[0]!.trim());
}

/** Whether two results are the same but for rounding and for what is in their caches. */
export function sameResult(a: unknown, b: unknown): boolean {
  return agrees(withoutCache(a), withoutCache(b));
}

/** A result without its field `cache`: what a forward function keeps for its backward is its own affair. */
export function withoutCache(value: unknown): unknown {
  if (!isRecord(value) || !('cache' in value)) return value;
  const { cache: _, ...rest } = value;
  return rest;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
