/**
 * The local page's server. It answers this machine alone, to pages of its own alone, and writes nothing: what is kept
 * is kept by the grader.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { watchLearnerFiles } from '../../checks/course/watch-files.ts';
import { findLesson, lessons } from '../../checks/project.ts';
import type { News } from '../messages.ts';
import { buildAssets } from './assets.ts';
import { courseText, lessonText, linkedFiles } from './course-text.ts';
import { digitsFile } from './digits.ts';
import { Grading } from './grading.ts';
import { indexPage, PAGE_POLICY } from './index-page.ts';
import { WEIGHTS } from './pad.ts';

/** A running server. */
export interface PageServer {
  /** Where the page is: `http://127.0.0.1:4600/` */
  url: string;
  close: () => Promise<void>;
}

/** An answer, before it is sent. */
interface Answer {
  type: string;
  content: string | Uint8Array;
  policy?: string;
}

/** What arrays of ndarray are read through is compiled while it runs, so the runner may do what the page may not. */
const RUNNER_POLICY = "default-src 'none'; script-src 'self' 'unsafe-eval'; connect-src 'self'";

/** No other page shows this one within itself; only a header can say that. */
const NO_FRAMES = "frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
};
const [HTML, JSON_TYPE, TEXT, BYTES] = [
  'text/html; charset=utf-8',
  'application/json; charset=utf-8',
  'text/plain; charset=utf-8',
  'application/octet-stream',
];

/** No experiment asks for more digits. */
const MOST_DIGITS = 8000;

/**
 * Starts the server.
 *
 * @param port 0 for any that is free
 * @throws Error when the port is taken
 */
export async function startServer(port: number): Promise<PageServer> {
  const assets = await buildAssets();
  const files = linkedFiles();
  const listeners = new Set<{ response: ServerResponse; lesson: string | undefined }>();
  const grading = new Grading((news) => {
    for (const { response, lesson } of listeners) {
      if (news.kind === 'standing' || news.lesson === lesson) send(response, news);
    }
  });
  const watcher = await watchLearnerFiles((lesson) => {
    const isSeen = [...listeners].some((listener) => listener.lesson === lesson.name);
    if (isSeen) grading.grade(lesson);
    else if (listeners.size > 0) grading.lookAtCourse();
  });

  /** What stands at a path; undefined where nothing does. */
  async function answer({ pathname, searchParams }: URL): Promise<Answer | undefined> {
    const path = decodeURIComponent(pathname).slice(1);
    if (path === '')
      return { type: HTML, content: indexPage(true), policy: `${PAGE_POLICY}; ${NO_FRAMES}` };
    if (path === 'course.json') return json(courseText());
    const [folder, name = ''] = path.split('/');
    switch (folder) {
      case 'assets': {
        const content = assets.get(path);
        return content && { type: TYPES[extname(path)] ?? BYTES, content, policy: RUNNER_POLICY };
      }
      case 'lessons': {
        const lesson = lessons().find((one) => path === `lessons/${one.name}.json`);
        return lesson && json(await lessonText(lesson, true));
      }
      case 'files': {
        const file = files.get(path.slice('files/'.length, -'.txt'.length));
        return file === undefined ? undefined : { type: TEXT, content: readFileSync(file) };
      }
      case 'digits': {
        const [, part, count] = /^(train|test)-(\d+)\.digits$/.exec(name) ?? [];
        if (part === undefined || Number(count) > MOST_DIGITS) return undefined;
        return { type: BYTES, content: digitsFile(part as 'train' | 'test', Number(count)) };
      }
      case 'weights': {
        const weights = Object.values(WEIGHTS).find((one) => one.path === path);
        if (weights === undefined || !existsSync(weights.file())) return undefined;
        return { type: BYTES, content: readFileSync(weights.file()) };
      }
      case 'learner': {
        const script = grading.script(path);
        return script && { type: TYPES['.js']!, content: script.text };
      }
      case 'place': {
        const [script, line, column] = ['script', 'line', 'column'].map((one) =>
          searchParams.get(one),
        );
        const place = grading.script(script ?? '')?.placeOf(Number(line), Number(column));
        return json({ place: place ?? null });
      }
      default:
        return undefined;
    }
  }

  /** Sends news until the page is closed. */
  function listen({ searchParams }: URL, response: ServerResponse): void {
    const query = searchParams.get('lesson');
    const lesson = query === null ? undefined : findLesson(query);
    const listener = { response, lesson: lesson?.name };
    response.writeHead(200, headers({ type: 'text/event-stream', content: '' }));
    response.write(': news of the learner’s files\n\n');
    listeners.add(listener);
    response.on('close', () => listeners.delete(listener));
    if (lesson === undefined) grading.lookAtCourse();
    else grading.look(lesson);
  }

  const server = createServer((request, response) => {
    const problem = refusal(request, (server.address() as AddressInfo).port);
    if (problem !== undefined) {
      response.writeHead(403, headers({ type: TEXT, content: '' })).end(`${problem}\n`);
      return;
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/events') {
      listen(url, response);
      return;
    }
    answer(url)
      .then((found) => {
        if (found === undefined) {
          response
            .writeHead(404, headers({ type: TEXT, content: '' }))
            .end('There is no such file.\n');
        } else response.writeHead(200, headers(found)).end(found.content);
      })
      .catch((error: unknown) => {
        response.writeHead(500, headers({ type: TEXT, content: '' })).end(`${String(error)}\n`);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      await watcher.close();
      for (const { response } of listeners) response.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await grading.close();
    },
  };
}

/**
 * Why a request is not answered: a page of another origin, or a name that was led here, is none of ours. A link to the
 * page may stand anywhere, so whoever follows one gets the page, in a window of its own.
 */
function refusal(
  { method, url, headers: { host, origin, ...others } }: IncomingMessage,
  port: number,
): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!own.includes(host ?? '')) return `This server answers to ${own.join(' and ')} alone.`;
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  const isFollowed = url === '/' && others['sec-fetch-dest'] === 'document';
  if (isForeign || (others['sec-fetch-site'] === 'cross-site' && !isFollowed)) {
    return 'This server answers to its own page alone.';
  }
  if (method !== 'GET') return `This server reads and never writes; it takes GET, not ${method}.`;
  return undefined;
}

/** Only in a page that shares nothing with others a runner and the page may share memory. */
function headers({ type, policy }: Answer): Record<string, string> {
  return {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': policy ?? "default-src 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

function send(response: ServerResponse, news: News): void {
  response.write(`data: ${JSON.stringify(news)}\n\n`);
}

function json(value: unknown): Answer {
  return { type: JSON_TYPE, content: JSON.stringify(value) };
}
