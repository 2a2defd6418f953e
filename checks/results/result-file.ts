/** Reads a result file. result.schema.json says what one is; this also adds up its numbers. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { pointsOf } from './points.ts';
import type { SandboxResult, SubmissionResult } from './submission-result.ts';

let schema: ValidateFunction | undefined;

/**
 * Reads what `npm run grade` wrote.
 *
 * @param content of a result file
 * @returns the result
 * @throws Error when it is not JSON, not a whole result of version 1, or its numbers do not add up
 */
export function parseResult(content: string): SubmissionResult {
  const result = parsed(content);
  schema ??= new Ajv2020({ verbose: true }).compile(
    JSON.parse(readFileSync(new URL('result.schema.json', import.meta.url), 'utf8')) as object,
  );
  if (!schema(result)) refuse(problemOf(schema.errors![0]!));
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

/** What concerns several fields: points are counted, and sums are sums. */
function requireConsistent({ points, max, seed: own, lessons }: SubmissionResult): void {
  for (const [i, one] of lessons.entries()) {
    const path = `lessons[${i}]`;
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

/** What the schema has against a document, with the path as JavaScript writes it: `lessons[0].points`. */
function problemOf({ instancePath, keyword, params, data, message }: ErrorObject): string {
  const path = instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const field = (name: unknown): string => (path === '' ? String(name) : `${path}.${String(name)}`);
  if (keyword === 'required') return `${field(params['missingProperty'])} is missing`;
  if (keyword === 'additionalProperties') {
    return `${field(params['additionalProperty'])} is an unknown field`;
  }
  // There is one field that a schema may forbid.
  if (keyword === 'false schema') return `${path} is there; only a failed check has one`;
  const type = String(params['type']);
  const wanted =
    keyword === 'const' || keyword === 'enum'
      ? `must be ${[params['allowedValue'] ?? params['allowedValues']].flat().join(' or ')}`
      : keyword === 'type'
        ? `must be ${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`
        : message;
  return `${path === '' ? 'the result' : path} is ${shown(data)} and ${wanted}`;
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
