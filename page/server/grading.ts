/** What happens on a save: the learner's file becomes a script, and is graded; and how far the learner is. */
import { contentHash } from '../../checks/course/course-hash.ts';
import { fileProblem } from '../../checks/course/learner-file.ts';
import { SpareChild } from '../../checks/grade/spare-child.js';
import { standing, standingOf } from '../../checks/course/standing.ts';
import { lessons, type Lesson } from '../../checks/project.ts';
import type { News } from '../messages.ts';
import { learnerScript, type LearnerScript } from './learner-script.ts';
import { grade } from './verdict.ts';

/** The learner's files, graded one run at a time a lesson; whoever listens is told. */
export class Grading {
  readonly #tell: (news: News) => void;
  /** The newest script of each lesson. */
  readonly #scripts = new Map<string, LearnerScript>();
  /** What was said of a lesson last, by the hash of the file that it was said of. */
  readonly #known = new Map<string, { hash: string; news: News[] }>();
  readonly #running = new Map<string, Promise<void>>();
  /** Lessons whose file was saved while they were graded. */
  readonly #waiting = new Set<string>();
  /** What grades the next save. */
  readonly #spare = new SpareChild();
  #course: Promise<void> | undefined;
  #isClosed = false;

  constructor(tell: (news: News) => void) {
    this.#tell = tell;
  }

  /** The script that has this name, if it is the newest of its lesson. */
  script(name: string): LearnerScript | undefined {
    return [...this.#scripts.values()].find((script) => script.name === name);
  }

  /** Grades a lesson, unless what was said last still holds: then it is said again. */
  look(lesson: Lesson): void {
    const known = this.#known.get(lesson.name);
    if (known === undefined || known.hash !== hashOf(lesson)) this.grade(lesson);
    else for (const news of known.news) this.#tell(news);
  }

  /** Grades a lesson now, or as soon as the run that is under way has ended. */
  grade(lesson: Lesson): void {
    const { name } = lesson;
    if (this.#running.has(name)) {
      this.#waiting.add(name);
      // The picture need not wait.
      void this.#offer(lesson);
      return;
    }
    const run = this.#gradeNow(lesson)
      .catch((error: unknown) => {
        const problem = `This could not be graded (${String(error)}). Save the file to try again.`;
        this.#say(lesson, [{ kind: 'problem', lesson: name, problem }]);
      })
      .then(() => {
        this.#running.delete(name);
        if (this.#isClosed) return;
        if (this.#waiting.delete(name)) this.grade(lesson);
        else this.#spare.prepare();
      });
    this.#running.set(name, run);
  }

  /** Tells the standing of every lesson, one after the other; those that are known come at once. */
  lookAtCourse(): void {
    this.#course ??= this.#tellCourse().finally(() => {
      this.#course = undefined;
    });
  }

  /** Ends when everything that was begun has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values(), this.#course]);
    this.#spare.end();
  }

  async #gradeNow(lesson: Lesson): Promise<void> {
    const { name } = lesson;
    const problem = fileProblem(lesson);
    if (problem !== undefined) {
      this.#say(lesson, [
        { kind: 'saved', lesson: name },
        { kind: 'problem', lesson: name, problem },
      ]);
      return;
    }
    this.#tell({ kind: 'grading', lesson: name });
    const [saved, { verdict, result }] = await Promise.all([
      this.#offer(lesson),
      grade(lesson, this.#spare),
    ]);
    this.#tell({ kind: 'standing', lesson: name, standing: standingOf(lesson, result) });
    this.#say(lesson, [{ kind: 'verdict', lesson: name, verdict }], [saved]);
  }

  /** Says what holds until the next save, after what was said before. */
  #say(lesson: Lesson, news: News[], before: News[] = []): void {
    this.#known.set(lesson.name, { hash: hashOf(lesson), news: [...before, ...news] });
    for (const one of news) this.#tell(one);
  }

  /** Makes the file a script, and tells its name. */
  async #offer(lesson: Lesson): Promise<News> {
    const script = await learnerScript(lesson);
    if (script !== undefined) this.#scripts.set(lesson.name, script);
    const news: News = {
      kind: 'saved',
      lesson: lesson.name,
      ...(script !== undefined && { script: script.name }),
    };
    this.#tell(news);
    return news;
  }

  async #tellCourse(): Promise<void> {
    for (const lesson of lessons()) {
      if (this.#isClosed) return;
      if (fileProblem(lesson) !== undefined) continue;
      this.#tell({ kind: 'standing', lesson: lesson.name, standing: await standing(lesson) });
    }
  }
}

function hashOf(lesson: Lesson): string {
  return fileProblem(lesson) ?? contentHash(lesson.learner);
}
