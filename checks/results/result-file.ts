import type { SubmissionResult, SandboxResult } from './submission-result.ts';
import { pointsOf } from './points.ts';
/** Reads a result file. result.schema.json describes it; this also adds up its numbers. */

/** Throws unless a value is as it must be; `path` says where it stands, for the message. */
type Requirement = (value: unknown, path: string) => void;

const LARGEST_SEED = 2 ** 32 - 1;

const text = requirement('a text', (value) => typeof value === 'string');
const words = requirement('a text that is not empty', matches(/[^]/));
const count = requirement('a whole number from 0 on', isWhole(Number.MAX_SAFE_INTEGER));
const seed = requirement(`a whole number from 0 to ${LARGEST_SEED}`, isWhole(LARGEST_SEED));
const diagnosis = record({
  kind: requirement(
    'mechanical, misconception, relation or place',
    matches(/^(mechanical|misconception|relation|place)$/),
  ),
  id: words,
  sentence: words,
  anchor: requirement('the anchor of a heading, like #025-sigmoid', matches(/^#/)),
});
const failure = record(
  { problem: text },
  { call: text, got: text, expected: text, nanFrom: text, place: text, diagnosis },
);
const check = record(
  {
    exercise: requirement('an exercise, like 02.5 sigmoid', matches(/^\d\d\.\d+ \S+$/)),
    title: words,
    status: requirement('passed, failed or todo', matches(/^(passed|failed|todo)$/)),
  },
  { failure },
);
const lesson = record(
  {
    lesson: requirement('a lesson, like 02-activations', matches(/^\d\d-[a-z0-9-]+$/)),
    points: count,
    max: count,
    seed,
    checks: listOf(check),
    printed: text,
  },
  { broken: text },
);
const submission = record({
  version: requirement('1, the only version there is', (value) => value === 1),
  points: count,
  max: count,
  seed,
  lessons: listOf(lesson),
});

/**
 * Reads what `npm run grade` wrote.
 *
 * @param content of a result file
 * @returns the result
 * @throws Error when it is not JSON, not a whole result of version 1, or its numbers do not add up
 */
export function parseResult(content: string): SubmissionResult {
  const result = parsed(content);
  submission(result, 'the result');
  requireConsistent(result as SubmissionResult);
  return result as SubmissionResult;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(
      `parseResult: this is not JSON (${(error as Error).message}); a result file must be whole: grade the submission again`,
      { cause: error },
    );
  }
}

/** What concerns several fields: points are counted, sums are sums, and only what failed has a failure. */
function requireConsistent({ points, max, seed: own, lessons }: SubmissionResult): void {
  for (const [i, one] of lessons.entries()) {
    const path = `lessons[${i}]`;
    for (const [j, { status, failure: why }] of one.checks.entries()) {
      if (status !== 'failed' && why !== undefined) {
        refuse(`${path}.checks[${j}] is ${status} and has a failure; only a failed check has one`);
      }
    }
    const passed = pointsOf(one.checks);
    requireNumber(one.points, `${path}.points`, passed, 'the number of checks that passed');
    requireNumber(one.max, `${path}.max`, one.checks.length, 'the number of checks');
    requireNumber(one.seed, `${path}.seed`, own, "the whole result's");
  }
  requireNumber(points, 'points', sum(lessons, 'points'), 'the sum over the lessons');
  requireNumber(max, 'max', sum(lessons, 'max'), 'the sum over the lessons');
}

function sum(lessons: readonly SandboxResult[], key: 'points' | 'max'): number {
  return lessons.reduce((total, one) => total + one[key], 0);
}

function requireNumber(value: number, path: string, expected: number, what: string): void {
  if (value !== expected) refuse(`${path} is ${value} and must be ${expected}, ${what}`);
}

function requirement(what: string, holds: (value: unknown) => boolean): Requirement {
  return (value, path) => {
    if (!holds(value)) refuse(`${path} is ${shown(value)} and must be ${what}`);
  };
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function isWhole(largest: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= largest;
}

function listOf(item: Requirement): Requirement {
  return (value, path) => {
    if (!Array.isArray(value)) return refuse(`${path} is ${shown(value)} and must be a list`);
    for (const [i, entry] of value.entries()) item(entry, `${path}[${i}]`);
  };
}

/** An object with these fields, some of which may be missing, and no others. */
function record(
  required: Readonly<Record<string, Requirement>>,
  optional: Readonly<Record<string, Requirement>> = {},
): Requirement {
  const fields = new Map(Object.entries({ ...required, ...optional }));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse(`${path} is ${shown(value)} and must be an object`);
    }
    const found = new Map(Object.entries(value));
    for (const name of Object.keys(required)) {
      if (!found.has(name)) refuse(`${within(path, name)} is missing`);
    }
    for (const [name, entry] of found) {
      const field = fields.get(name);
      if (field === undefined) return refuse(`${within(path, name)} is an unknown field`);
      field(entry, within(path, name));
    }
  };
}

function within(path: string, name: string): string {
  return path === 'the result' ? name : `${path}.${name}`;
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= 60 ? json : `${json.slice(0, 60)}…`;
}

function refuse(problem: string): never {
  throw new Error(
    `parseResult: ${problem}; this is no whole result of version 1: grade the submission again`,
  );
}
