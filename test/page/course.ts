/** A copy of the course whose files tests may save, and its page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { findLesson, type Lesson } from '../../checks/project.ts';
import { startServer, type PageServer } from '../../page/server/server.ts';
import { temporaryProject } from '../temporary-project.ts';

/** A served course. */
export interface ServedCourse {
  lesson: Lesson;
  server: PageServer;
  /** Saves the stub with some of its functions written: `{ sigmoid: 'return x;' }` in the places of their bodies. */
  save: (bodies: Readonly<Record<string, string>>) => void;
  /** Saves any text in the place of the file. */
  saveText: (text: string) => void;
  close: () => Promise<void>;
}

/** Serves a copy of the course; until it is closed, it is the course of this process. */
export async function serveCourse(query: string): Promise<ServedCourse> {
  const project = temporaryProject();
  process.env['CHAINRULE_COURSE'] = project.root;
  const lesson = findLesson(query)!;
  const stub = readFileSync(lesson.learner, 'utf8');
  const server = await startServer(0);
  const saveText = (text: string): void => writeFileSync(lesson.learner, text);
  return {
    lesson,
    server,
    saveText,
    save: (bodies) =>
      saveText(
        Object.entries(bodies).reduce((text, [name, body]) => {
          const todo = new RegExp(`throw todo\\('\\d\\d\\.\\d+ ${name}'\\);`);
          if (!todo.test(text)) throw new Error(`serveCourse: there is no ${name} to do`);
          return text.replace(todo, () => body);
        }, stub),
      ),
    close: async () => {
      await server.close();
      delete process.env['CHAINRULE_COURSE'];
      project.remove();
    },
  };
}
