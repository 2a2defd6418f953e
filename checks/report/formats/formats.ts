/** The formats that a result can be written in, by the names that the command line knows. */
import { classroom50 } from './classroom50.ts';
import { exercism } from './exercism.ts';
import { gradescope } from './gradescope.ts';
import { html } from './html.ts';
import { junit } from './junit.ts';
import { prairielearn } from './prairielearn.ts';
import { cleanResult, oneLine } from '../clean.ts';
import type { SubmissionResult } from '../../results/submission-result.ts';

/** A format of other people's tools. */
export interface Format {
  /** Who reads it, in a few words. */
  description: string;
  /** The whole document; a page bears the name of whose it is. */
  write: (result: SubmissionResult, name?: string) => string;
}

/** Every format that is one file; what GitHub Actions gets goes to two places (github.ts). */
export const formats: Readonly<Record<string, Format>> = {
  junit: {
    description: 'JUnit XML, for the test reports of a CI system',
    write: (result) => junit(cleanResult(result)),
  },
  gradescope: { description: 'results.json of a Gradescope autograder', write: gradescope },
  prairielearn: {
    description: 'results.json of a PrairieLearn external grader',
    write: prairielearn,
  },
  classroom50: {
    description: 'result.json of a Classroom 50 autograder; needs the environment of its runner',
    write: (result) => classroom50(result),
  },
  exercism: { description: 'results.json of an Exercism test runner', write: exercism },
  html: {
    description: 'a page for the learner',
    write: (result, name) =>
      html(cleanResult(result), name === undefined ? undefined : oneLine(name)),
  },
};
