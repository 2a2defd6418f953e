/** The functions that an experiment runs on: the learner's, and the reference's where the learner's are still to do. */
import { Watched, type Use } from '../messages.ts';

/** The functions of a lesson, and whatever else it exports, by their names. */
export type Functions = Readonly<Record<string, unknown>>;

type AnyFunction = (...args: unknown[]) => unknown;

/** What the learner's own function has thrown. */
export class LearnerError extends Error {
  override name = 'LearnerError';
  readonly functionName: string;

  constructor(functionName: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.functionName = functionName;
  }
}

/** Functions, and whose have been called so far. */
export interface Mixed {
  functions: Functions;
  use: () => Use;
}

/**
 * Puts the learner's functions in the place of the reference's. One that throws that it is still to do is left to the
 * reference from then on.
 *
 * @param references the reference's exports
 * @param learner the learner's, if there are any
 * @param replaced names of the learner's that are left out
 * @param watched see Programs
 */
export function mixed(
  references: Functions,
  learner: Functions | undefined,
  replaced: readonly string[],
  watched: Int32Array | undefined,
): Mixed {
  const yours = new Set<string>();
  const others = new Set<string>();
  const names = Object.keys(references);

  /** The learner's function, watched. */
  function own(name: string, mine: AnyFunction, reference: AnyFunction): AnyFunction {
    return (...args) => {
      if (others.has(name)) return reference(...args);
      const before = watched?.[1] ?? Watched.nothing;
      enter(watched, names.indexOf(name) + 1);
      try {
        const result = mine(...args);
        yours.add(name);
        return result;
      } catch (error) {
        if (!isToDo(error))
          throw error instanceof LearnerError ? error : new LearnerError(name, error);
        yours.delete(name);
        others.add(name);
        // The reference may take as long as it needs.
        enter(watched, Watched.nothing);
        return reference(...args);
      } finally {
        enter(watched, before);
      }
    };
  }

  const functions = Object.entries(references).map(([name, reference]) => {
    if (typeof reference !== 'function') return [name, reference] as const;
    const mine = replaced.includes(name) ? undefined : learner?.[name];
    if (typeof mine === 'function') {
      return [name, own(name, mine as AnyFunction, reference as AnyFunction)] as const;
    }
    const counted: AnyFunction = (...args) => {
      others.add(name);
      return (reference as AnyFunction)(...args);
    };
    return [name, counted] as const;
  });
  return {
    functions: Object.fromEntries(functions),
    use: () => ({ yours: [...yours], references: [...others] }),
  };
}

/** Notes that a call begins, or what goes on after it. */
function enter(watched: Int32Array | undefined, place: number): void {
  if (watched === undefined) return;
  watched[0]! += 1;
  watched[1] = place;
}

/** By its name: the learner's script has a class of its own. */
function isToDo(error: unknown): boolean {
  return error instanceof Error && error.name === 'TodoError';
}
