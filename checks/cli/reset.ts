/** `npm run reset NN` and `npm run undo NN`. */
import { reset, undo } from '../course/attempts.ts';
import { shownPath, type Lesson } from '../project.ts';

/** Puts the exercises back as they were handed out. */
export function resetLesson(lesson: Lesson): void {
  const kept = reset(lesson);
  process.stdout.write(
    kept === undefined
      ? `${shownPath(lesson.learner)} is as it was handed out.\n`
      : `${shownPath(lesson.learner)} is as it was handed out. Your file is kept as ${shownPath(kept)}; npm run undo ${lesson.number} brings it back.\n`,
  );
}

/** Brings back the file that was kept last. */
export function undoReset(lesson: Lesson): void {
  const restored = undo(lesson);
  if (restored === undefined) {
    process.stderr.write(
      `Nothing was kept for lesson ${lesson.number}, so nothing can be undone.\n`,
    );
    process.exitCode = 1;
    return;
  }
  process.stdout.write(
    `${shownPath(lesson.learner)} is ${shownPath(restored)} again. Another npm run undo ${lesson.number} goes back.\n`,
  );
}
