/** What the server says, where there is one. */
import type { News } from '../messages.ts';

/** Whether a server stands behind the page, which watches the learner's files. */
export const isLive: boolean = document.documentElement.dataset['live'] === 'true';

/**
 * Listens to the news of a lesson, or of the course.
 *
 * @param lesson its name; none for the course
 * @returns ends it
 */
export function listen(lesson: string | undefined, heard: (news: News) => void): () => void {
  const events = new EventSource(lesson === undefined ? 'events' : `events?lesson=${lesson}`);
  events.addEventListener('message', ({ data }: MessageEvent<string>) => {
    heard(JSON.parse(data) as News);
  });
  return () => events.close();
}

/** In which line of the learner's file an error was thrown, by its stack; undefined where that is not there. */
export async function findPlace(stack: string): Promise<string | undefined> {
  const [, script, line, column] = /(learner\/[^:\s]+\.js):(\d+):(\d+)/.exec(stack) ?? [];
  if (script === undefined) return undefined;
  const asked = new URLSearchParams({ script, line: line!, column: column! });
  const response = await fetch(`place?${asked}`);
  const { place } = (await response.json()) as { place: string | null };
  return place ?? undefined;
}

/** Something of the course, from the server or from the site. */
export async function load<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok)
    throw new Error(`${path} could not be read (${response.status}); reload the page`);
  return (await response.json()) as T;
}
