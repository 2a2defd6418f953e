/** The commands of the course. Each loads only when it is asked for, since `npm test 02` runs all day. */
import { Command, CommanderError } from 'commander';
import { shownPath, findLesson, lessons, type Lesson } from '../project.ts';

/** The exit code for a command that was called wrongly. */
const MISUSE = 2;

/**
 * Runs one command and sets the exit code: 0 when all is well, 1 when something failed or is still to do,
 * 2 when the command was called wrongly.
 *
 * @param args the words after the program's name: `['test', '02']`
 */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('chainrule')
    .description('Deep learning from scratch, one failing test at a time.')
    .exitOverride();

  program
    .command('start', { isDefault: true })
    .description('show the course, how far you are, and what is next')
    .action(async () => {
      const { start } = await import('./start.ts');
      await start();
    });

  program
    .command('test [lessons...]')
    .description(
      'grade your file of a lesson (02), of several, or of one exercise (02.5); without one, prove the course itself',
    )
    .action(async (queries: readonly string[]) => {
      if (queries.length === 0) {
        const { proveCourse } = await import('./prove.ts');
        await proveCourse();
      } else {
        const { testLesson } = await import('./test.ts');
        for (const query of queries) {
          await withLesson(lessonPart(query), (lesson) => testLesson(lesson, query));
        }
      }
    });

  program
    .command('watch [lesson]')
    .description('grade your file whenever you save it; without a lesson, the next one to do')
    .action(async (query?: string) => {
      const { watchLesson } = await import('./watch.ts');
      await withLesson(query ?? (await nextToDo()), watchLesson);
    });

  program
    .command('hint [exercise] [number]')
    .description(
      'a hint for an exercise (02.5), or for the first open one of a lesson (02) or of all',
    )
    .action(async (given?: string, number?: string) => {
      const { hint } = await import('./hint.ts');
      const query = given ?? (await nextToDo());
      await withLesson(lessonPart(query), async (lesson) => {
        await hint(lesson, query, number);
      });
    });

  program
    .command('debug <exercise>')
    .description(
      'stop in your function in a debugger, in the first check of the exercise that fails',
    )
    .option('--port <number>', 'where the debugger finds it', Number)
    .action(async (query: string, { port }: { port?: number }) => {
      const { debug } = await import('./debug.ts');
      await withLesson(lessonPart(query), (lesson) => debug(lesson, query, port));
    });

  program
    .command('compare <exercise>')
    .description('your code, results and times beside the reference, for an exercise or a lesson')
    .option('--yes', 'do not ask, even if the lesson is not solved yet')
    .action(async (query: string, options: { yes?: boolean }) => {
      const { compare } = await import('./compare-solutions.ts');
      await withLesson(lessonPart(query), (lesson) => compare(lesson, query, options.yes ?? false));
    });

  program
    .command('experiment <lesson> [choices...]')
    .description('what a lesson is good for, as pictures, with your functions where they work')
    .option('--reference', "with the reference's functions alone", false)
    .action(async (query: string, choices: readonly string[], options: { reference: boolean }) => {
      const { experiment } = await import('./experiment.ts');
      await withLesson(query, (lesson) => experiment(lesson, choices, options.reference));
    });

  program
    .command('pictures')
    .description("make the READMEs' pictures anew, for a lesson's author")
    .action(async () => {
      const { makePictures } = await import('./experiment.ts');
      await makePictures();
    });

  program
    .command('reset [lesson]')
    .description('start a lesson again, the one that is under way unless named; your file is kept')
    .action(async (query?: string) => {
      const { resetLesson } = await import('./reset.ts');
      await withLesson(query ?? (await nextToDo()), resetLesson);
    });

  program
    .command('undo <lesson>')
    .description('bring back the file that was kept last')
    .action(async (query: string) => {
      const { undoReset } = await import('./reset.ts');
      await withLesson(query, undoReset);
    });

  program
    .command('doctor')
    .description('say what is wrong with this installation, if anything is')
    .action(async () => {
      const { doctor } = await import('./doctor.ts');
      await doctor();
    });

  program
    .command('lesson:new <number> <name>')
    .description('begin a lesson, for its author: npm run lesson:new 07 optimizers')
    .action(async (number: string, name: string) => {
      const { makeLesson } = await import('./lesson-new.ts');
      makeLesson(number, name);
    });

  program
    .command('audit [lesson]')
    .description('prove the suites: stubs, right solutions, misconceptions and mutants')
    .option('--sample <number>', 'how many mutants of each lesson to try', Number)
    .action(async (query: string | undefined, { sample }: { sample?: number }) => {
      const { audit } = await import('./audit.ts');
      if (query === undefined) await audit(lessons(), sample);
      else await withLesson(query, (lesson) => audit([lesson], sample));
    });

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : MISUSE;
  }
}

/** The number of the first lesson that is not solved; of the last one if all are. */
async function nextToDo(): Promise<string> {
  const { standing } = await import('../course/standing.ts');
  for (const lesson of lessons()) {
    if ((await standing(lesson)).open !== undefined) return lesson.number;
  }
  return lessons().at(-1)!.number;
}

/** The lesson of an exercise: `02` for `02.5`. */
function lessonPart(exercise: string): string {
  return /^(\d{1,2})\.\d+$/.exec(exercise)?.[1] ?? exercise;
}

/** Calls `run` with the lesson that is meant, or lists the lessons that there are. */
async function withLesson(
  query: string,
  run: (lesson: Lesson) => void | Promise<void>,
): Promise<void> {
  const lesson = findLesson(query);
  if (lesson !== undefined) return run(lesson);
  const list = lessons().map(
    ({ number, slug, folder }) => `  ${number}  ${slug}  ${shownPath(folder)}`,
  );
  process.stderr.write(
    `There is no lesson "${query}". Name one by its number, its name or a path:\n${list.join('\n')}\n`,
  );
  process.exitCode = MISUSE;
}
