/**
 * How far the learner is in a lesson: derived by running its checks, and cached under a hash of everything
 * that the result depends on, so that deleting the cache loses nothing but time.
 */
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { tryToKeep } from '#datasets/write-whole';
import { contentHash, courseHash, sha256 } from './course-hash.ts';
import { isUtf16 } from './learner-file.ts';
import { gradeLesson } from '../grade/grade-lesson.ts';
import { stateFolder, type Lesson } from '../project.ts';
import type { LessonResult } from '../results/lesson-result.ts';
import { byExercise, pointsOf, type ExerciseResult } from '../results/points.ts';

/** A lesson's points, and the first exercise that lacks some. */
export interface Standing {
  points: number;
  max: number;
  open?: string;
  /** The exercises that lack none. */
  solved: readonly string[];
  /** Why nothing could be graded, in short. */
  broken?: string;
}

/** The learner's standing in a lesson, from the cache if its files are as they were. */
export async function standing(lesson: Lesson): Promise<Standing> {
  const file = fileOf(lesson);
  const cached = read(file);
  if (cached !== undefined) return cached;
  const result = await gradeLesson(lesson);
  const found = standingOf(lesson, result);
  // It may have been a matter of time.
  if (result.broken === undefined) tryToKeep(file, JSON.stringify(found));
  return found;
}

/** The standing that a grade comes to. */
export function standingOf(lesson: Lesson, { checks, broken }: LessonResult): Standing {
  const exercises = byExercise(checks);
  const open = exercises.find((exercise) => !isWhole(exercise));
  return {
    points: pointsOf(checks),
    max: checks.length,
    ...(open && { open: open.exercise }),
    solved: exercises.filter(isWhole).map(({ exercise }) => exercise),
    ...(broken !== undefined && { broken: brokenText(lesson) }),
  };
}

/** Whether every check of an exercise passes. */
function isWhole({ points, checks }: ExerciseResult): boolean {
  return points === checks.length;
}

/** Where the standing is kept that belongs to the files as they are. */
function fileOf(lesson: Lesson): string {
  const hash = sha256(courseHash(lesson) + contentHash(lesson.learner)).slice(0, 16);
  return stateFolder('cache', 'standing', `${lesson.name}-${hash}.json`);
}

function brokenText(lesson: Lesson): string {
  const { learner } = lesson;
  if (isUtf16(learner)) return 'it is written in UTF-16';
  const text = readFileSync(learner, 'utf8');
  const [error] = parseSync(learner, text).errors;
  const [label] = error?.labels ?? [];
  if (error === undefined) return 'it does not load';
  const line = text.slice(0, label?.start ?? 0).split('\n').length;
  return label === undefined ? 'a syntax error' : `a syntax error in line ${line}`;
}

function read(file: string): Standing | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Standing;
  } catch {
    return undefined;
  }
}
