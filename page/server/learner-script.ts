/** The learner's file of a lesson as a script for the runner, with the way back from a place in it to a line of the file. */
import { SourceMap, type SourceMapping, type SourceMapPayload } from 'node:module';
import esbuild from 'esbuild';
import { contentHash } from '../../checks/course/course-hash.ts';
import { bundleSubmission, SubmissionError } from '../../checks/sandbox/bundle.ts';
import { courseFolder, type Lesson } from '../../checks/project.ts';

/** More than anybody writes, in bytes. */
const LONGEST_FILE = 1_000_000;

/** What the sandbox calls a file of the learner's in its map. */
const OWN = 'submission:';

/** A script and the name it is asked for by. */
export interface LearnerScript {
  /** `learner/05-backprop/0123456789ab.js`: another content has another name. */
  name: string;
  text: string;
  /** The line of the learner's file that a place in the script comes from, both counted from 1. */
  placeOf: (line: number, column: number) => string | undefined;
}

/**
 * Bundles the learner's file, with the imports that the grader allows and no other.
 *
 * @returns undefined where it can't be done; grading says why
 */
export async function learnerScript(lesson: Lesson): Promise<LearnerScript | undefined> {
  try {
    const name = `learner/${lesson.name}/${contentHash(lesson.learner)}.js`;
    const { script, map } = await bundleSubmission(
      lesson,
      { folder: courseFolder() },
      LONGEST_FILE,
    );
    const places = new SourceMap(JSON.parse(map) as SourceMapPayload);
    return {
      name,
      text: `${script}\nexport const { lesson } = submission;\n`,
      placeOf: (line, column) => {
        const { originalSource, originalLine } = places.findEntry(
          line - 1,
          column - 1,
        ) as Partial<SourceMapping>;
        const own = originalSource?.split(OWN)[1];
        return own === undefined || originalLine === undefined
          ? undefined
          : `${own}:${originalLine + 1}`;
      },
    };
  } catch (error) {
    if (!(error instanceof SubmissionError)) throw error;
    // After some sources esbuild's service is gone; it starts again with the next one.
    if ((error.cause as Partial<esbuild.BuildFailure>).errors === undefined) await esbuild.stop();
    return undefined;
  }
}
