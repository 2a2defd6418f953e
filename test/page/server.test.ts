/** Whom the page's server answers, and what. */
import { request } from 'node:http';
import { expect } from 'chai';
import { startServer, type PageServer } from '../../page/server/server.ts';
import { expectSnapshot } from '../snapshot.ts';
import { inFixture } from '../temporary-project.ts';

describe('The server of the page', function () {
  this.timeout(30_000);
  inFixture();
  let server: PageServer;
  before(async () => {
    server = await startServer(0);
  });
  after(() => server.close());

  /** Asks for a path as it is written; fetch would set the host itself and tidy the path. */
  function ask(
    path: string,
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
    const { port } = new URL(server.url);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, text, headers: response.headers }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  it('is on this machine alone', () => {
    expect(new URL(server.url).hostname).to.equal('127.0.0.1');
  });

  it('gives the page, which may load nothing from elsewhere and evaluate nothing', async () => {
    const { status, text, headers } = await ask('/');
    expect(status).to.equal(200);
    expect(text).to.include('data-live="true"');
    expect(headers['content-security-policy']).to.match(/^default-src 'none'; script-src 'self';/);
    expect(headers['cross-origin-embedder-policy']).to.equal('require-corp');
  });

  it('gives the lessons, with their formulas set and their links within the page', async () => {
    const { lessons } = JSON.parse((await ask('/course.json')).text) as {
      lessons: { name: string; exercises: string[] }[];
    };
    expect(lessons.map(({ name }) => name)).to.deep.equal(['01-lines', '02-curves']);
    expect(lessons[1]!.exercises).to.deep.equal(['02.1 bentAt']);
    const { text } = JSON.parse((await ask('/lessons/02-curves.json')).text) as { text: string };
    expect(text).to.include('id="021-bentat"').and.to.include('href="#/02-curves/021-bentat"');
    expect(text).to.include('<details>');
  });

  it('refuses a name that was led here, another origin, and whatever is no GET', async () => {
    const { host } = new URL(server.url);
    const cases: [problem: RegExp, asked: Parameters<typeof ask>[1]][] = [
      [
        /answers to 127\.0\.0\.1:\d+ and localhost:\d+ alone/,
        { headers: { host: 'evil.example' } },
      ],
      [/its own page alone/, { headers: { host, origin: 'http://evil.example' } }],
      [/its own page alone/, { headers: { host, origin: 'null' } }],
      [/its own page alone/, { headers: { host, 'sec-fetch-site': 'cross-site' } }],
      [/it takes GET, not POST/, { method: 'POST', headers: { host } }],
      [
        /it takes GET, not DELETE/,
        { method: 'DELETE', headers: { host, origin: `http://${host}` } },
      ],
    ];
    const said = new Set<string>();
    for (const [problem, asked] of cases) {
      for (const path of ['/', '/events', '/course.json']) {
        const { status, text } = await ask(path, asked);
        expect(status, path).to.equal(403);
        expect(text).to.match(problem);
        said.add(text.replaceAll(/:\d+/g, ':<port>'));
      }
    }
    said.add((await ask('/no-such-file')).text);
    expectSnapshot('page/refusals', [...said].join(''));
  });

  it('gives the page to whoever follows a link to it from elsewhere, in no frame, and nothing else', async () => {
    const { host } = new URL(server.url);
    const followed = (path: string, kind: string) =>
      ask(path, {
        headers: { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': kind },
      });
    const { status, headers } = await followed('/', 'document');
    expect(status).to.equal(200);
    expect(headers['content-security-policy']).to.include("frame-ancestors 'none'");
    const others = [followed('/', 'iframe'), followed('/course.json', 'document')];
    for (const { status: refused } of await Promise.all(others)) expect(refused).to.equal(403);
  });

  it('gives no file but its own', async () => {
    const paths = [
      '/package.json',
      '/files/package.json.txt',
      '/files/../package.json.txt',
      '/files/%2e%2e/package.json.txt',
      '/assets/../../package.json',
      '/lessons/01-lines.json/..',
      '/lessons/__proto__.json',
      '/learner/01-lines/000000000000.js',
      '/weights/yours.safetensors',
      '/weights/../package.json',
      '/weights/README.md',
      '/digits/train-9000.digits',
      '/digits/other-10.digits',
    ];
    for (const path of paths) expect((await ask(path)).status, path).to.equal(404);
  });

  it('says nothing of a place in a script that it does not know', async () => {
    const { text } = await ask('/place?script=learner/01-lines/000000000000.js&line=1&column=1');
    expect(JSON.parse(text)).to.deep.equal({ place: null });
  });

  it('does not end of a path that is no text', async () => {
    expect((await ask('/%E0%A4%A')).status).to.equal(500);
    expect((await ask('/')).status).to.equal(200);
  });
});
