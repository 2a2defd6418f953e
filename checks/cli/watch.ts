/** `npm run watch NN`: grades a lesson whenever its file is saved. */
import { once } from 'node:events';
import { watch } from 'chokidar';
import { shownPath, type Lesson } from '../project.ts';
import { grade, hasFile } from './test.ts';

/** Grades now and on every save, one run at a time, until the process is interrupted. */
export async function watchLesson(lesson: Lesson): Promise<void> {
  if (!hasFile(lesson)) return;
  // Editors write a file in steps, or write another one and rename it; the last step is the one that counts.
  const watcher = watch(lesson.learner, {
    ignoreInitial: true,
    atomic: true,
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  await once(watcher, 'ready');
  let calm = false;
  const run = async (): Promise<void> => {
    const { solved, report } = await grade(lesson);
    // Green after green needs no second report.
    process.stdout.write(solved && calm ? `✔ still solved\n` : `\n${report}`);
    calm = solved;
    process.stdout.write(`Watching ${shownPath(lesson.learner)}; press Ctrl-C to end.\n`);
  };
  let running = run();
  let waiting = false;
  watcher.on('all', (event) => {
    if (event === 'unlink' || waiting) return;
    waiting = true;
    running = running.then(() => {
      waiting = false;
      return run();
    });
  });
  await once(process, 'SIGINT');
  await watcher.close();
  await running;
}
