/** The way to a newer version of the course that README.md describes, tried on a repository of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../checks/project.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll('\r\n', '\n');
const [, block] = /### A newer version of the course\n\n```sh\n([^]*?)```/.exec(readme)!;
const commands = block!.split('\n').filter((line) => line.startsWith('git '));

describe('A newer version of the course', function () {
  this.timeout(30_000);
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainrule-update-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a command line of git, whoever's machine this is. */
  function git(place: string, line: string): void {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const words = line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
    const ran = spawnSync('git', [...identity, ...words.slice(1)], {
      cwd: join(folder, place),
      encoding: 'utf8',
    });
    expect(ran.status, `${line}: ${ran.stderr}`).to.equal(0);
  }

  function change(path: string, edit: (text: string) => string): void {
    const file = join(folder, path);
    writeFileSync(file, edit(readFileSync(file, 'utf8')));
  }

  it('brings what is new and keeps what was written, in the commands that README.md gives', () => {
    expect(commands).to.have.length(2);
    git('', 'git init --bare course.git');
    git('', 'git clone course.git author');
    for (const name of ['activations.ts', 'README.md']) {
      cpSync(join(root, 'lessons', '02-activations', name), join(folder, 'author', name));
    }
    // As it is handed out, whatever was written here.
    writeFileSync(
      join(folder, 'author', 'activations.ts'),
      ['sigmoid', 'relu']
        .map(
          (name, i) =>
            `/** 02.${i} ${name} */\nexport function ${name}(z) {\n  throw todo('${name}');\n}\n`,
        )
        .join('\n'),
    );
    git('author', 'git add --all');
    git('author', 'git commit --message first');
    git('author', 'git push --set-upstream origin HEAD');
    git('', 'git clone course.git learner');

    change('learner/activations.ts', (text) =>
      text.replace("throw todo('sigmoid');", 'return 1 / (1 + Math.exp(-z));'),
    );
    // The author touches the line that was written in, another exercise, and the text, and adds an exercise.
    change('author/activations.ts', (text) => {
      const changed = text
        .replace("throw todo('sigmoid');", "throw todo('02.0 sigmoid');")
        .replace('02.1 relu', '02.1 relu, 0 below 0');
      return `${changed}\n/** 02.2 tanh */\nexport function tanh(z) {\n  throw todo('tanh');\n}\n`;
    });
    change('author/README.md', (text) => `${text}\nMore.\n`);
    git('author', 'git commit --all --message second');
    git('author', 'git push');

    for (const line of commands) git('learner', line);
    const merged = readFileSync(join(folder, 'learner', 'activations.ts'), 'utf8');
    expect(merged).to.include('return 1 / (1 + Math.exp(-z));');
    expect(merged).to.include('relu, 0 below 0').and.to.include('function tanh');
    expect(merged).not.to.match(/^[<=>]{7}/m);
    expect(readFileSync(join(folder, 'learner', 'README.md'), 'utf8')).to.match(/\nMore\.\n$/);
  });
});
