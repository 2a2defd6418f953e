/** Watches the learner's files. */
import { once } from 'node:events';
import { join } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { courseFolder, lessons, type Lesson } from '../project.ts';

/**
 * Calls `saved` whenever the learner's file of a lesson has changed, or has gone or come. Folders are watched and not
 * the files, since a folder that another branch of git lacks goes away with them, and comes back as another one.
 *
 * @returns the watcher, to be closed
 */
export async function watchLearnerFiles(saved: (lesson: Lesson) => void): Promise<FSWatcher> {
  const all = lessons();
  const files = new Set(all.flatMap(({ folder, learner }) => [folder, learner]));
  const top = join(courseFolder(), 'lessons');
  // Editors write a file in steps, or write another one and rename it; the last step is the one that counts.
  const watcher = watch(top, {
    ignored: (path) => path !== top && !files.has(path),
    depth: 1,
    ignoreInitial: true,
    atomic: true,
    awaitWriteFinish: { stabilityThreshold: 20, pollInterval: 5 },
  });
  await once(watcher, 'ready');
  watcher.on('all', (_, path) => {
    const lesson = all.find(({ learner }) => learner === path);
    if (lesson !== undefined) saved(lesson);
  });
  return watcher;
}
