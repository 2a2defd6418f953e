/** Every command as a learner runs it, on a copy of the project. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { stubOf } from '../../checks/declarations.ts';
import { root } from '../../checks/project.ts';
import { expectSnapshot } from '../snapshot.ts';
import { fixtureProject, inFixture, run } from '../temporary-project.ts';

/** Text whose times and hashes are no longer those of one machine and one day. */
function timeless(text: string): string {
  return text
    .replaceAll(/\d+\.\d+ ms/g, '… ms')
    .replaceAll(/sha256 [0-9a-f]{12}/g, 'sha256 …')
    .replaceAll(/Node \d+\.\d+\.\d+/g, 'Node …');
}

describe('The commands', function () {
  this.timeout(60_000);
  const project = inFixture();
  const { learner: file, reference: referenceFile } = project.lines;
  const reference = readFileSync(referenceFile, 'utf8');
  const stub = stubOf(reference);

  beforeEach(() => writeFileSync(file, stub));

  it('npm test 01 gives the untouched exercises 0 points and exits with 1', async () => {
    const { code, stdout } = await project.run('test', '01');
    expect(code).to.equal(1);
    expect(stdout).to.match(/^0 of 11 points\. Next: 01\.1 heightAt/m);
  });

  it('npm test 01.4 grades one exercise, and others of the lesson do not matter', async () => {
    writeFileSync(
      file,
      stub.replace(
        "throw todo('01.4 aboveGround');",
        'return map(heights, (v) => Math.max(0, v));',
      ),
    );
    const { code, stdout } = await project.run('test', '1.4');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^3 of 3 points\. 01\.4 aboveGround is solved\.$/m);
    const unknown = await project.run('test', '01.9');
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.equal('Lesson 01 has no exercise 01.9.\n');
  });

  it('npm test 01 02 grades both, and exits with 1 if either is not solved', async () => {
    writeFileSync(file, reference);
    const { code, stdout } = await project.run('test', '01', '02');
    expect(code).to.equal(1);
    expect(stdout).to.include('Lesson 01 is solved.').and.to.include('0 of 2 points.');
  });

  it("npm test 01 gives the reference's code every point and exits with 0", async () => {
    writeFileSync(file, reference);
    const { code, stdout } = await project.run('test', 'lines');
    expect(code).to.equal(0);
    expectSnapshot('cli/test-solved', timeless(stdout));
    const one = await project.run('test', '01.4');
    expectSnapshot('cli/test-solved-exercise', timeless(one.stdout));
  });

  it('npm test 01 shows a type error with its place, and exits with 1 although all values are right', async () => {
    writeFileSync(file, `${reference}\nexport const wrong: number = 'text';\n`);
    const { code, stdout } = await project.run('test', '01');
    expect(code).to.equal(1);
    const line = reference.split('\n').length + 1;
    expect(stdout).to.include(
      `error  lessons/01-lines/lines.ts:${line}:14  Type 'string' is not assignable to type 'number'.`,
    );
  });

  it('takes sizes and entries for numbers, as a beginner does', async () => {
    writeFileSync(
      file,
      `${reference}\nexport function sizes(x: Tensor): number {\n  const [N, D] = x.shape;\n  return N * D + x.data[0];\n}\n`,
    );
    const { code, stdout } = await project.run('test', '01');
    expect(stdout).to.match(/^11 of 11 points\. Lesson 01 is solved/m);
    expect(code).to.equal(0);
  });

  it('npm test 01 shows a syntax error with its place', async () => {
    writeFileSync(file, 'export function heightAt(x {\n');
    const { code, stdout } = await project.run('test', '01');
    expect(code).to.equal(1);
    expect(stdout).to.match(/error {2}lessons\/01-lines\/lines\.ts:1:\d+ {2}',' expected/);
    expect(stdout).to.include('✘ Nothing could be graded: mend the error above');
    expect(stdout).to.match(/^0 of 11 points\.$/m);
  });

  it('an unknown lesson is answered with the list, and exits with 2', async () => {
    const { code, stderr } = await project.run('test', '99');
    expect(code).to.equal(2);
    expectSnapshot('cli/unknown-lesson', stderr);
  });

  it('a command that is called wrongly exits with 2', async () => {
    expect((await project.run('audit', '99', '--sample', '1')).code).to.equal(2);
    expect((await project.run('undo')).code).to.equal(2);
    expect((await project.run('compare', '01', '--nonsense')).code).to.equal(2);
    expect((await project.run('--help')).code).to.equal(0);
  });

  it('a missing file is named, with the way to get it back', async () => {
    rmSync(file);
    const { code, stderr } = await project.run('test', '01');
    expect(code).to.equal(1);
    expectSnapshot('cli/missing-file', stderr);
    expect((await project.run('reset', '01')).code).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.equal(stub);
  });

  it('a file in UTF-16 is named as such, with or without its mark, and is to be saved anew', async () => {
    for (const text of [`\uFEFF${reference}`, reference]) {
      writeFileSync(file, text, 'utf16le');
      const { code, stdout, stderr } = await project.run('test', '01');
      expect([code, stdout]).to.deep.equal([1, '']);
      expectSnapshot('cli/utf-16', stderr);
    }
    expect((await project.run('doctor')).stdout).to.equal((await project.run('test', '01')).stderr);
    expectSnapshot('cli/start-utf-16', (await project.run('start')).stdout);
    await project.run('reset', '01');
    await project.run('undo', '01');
    expect(readFileSync(file, 'utf16le')).to.equal(reference);
    // The mark of UTF-8 itself is harmless.
    writeFileSync(file, `\uFEFF${reference}`);
    expect((await project.run('test', '01')).code).to.equal(0);
  });

  it('npm start shows the course, and what is next, with or without its cache', async () => {
    // The first exercise is right and the others are to do.
    writeFileSync(
      file,
      stub.replace("throw todo('01.1 heightAt');", 'return line.slope * x + line.height;'),
    );
    const first = await project.run('start');
    expect(first.code).to.equal(0);
    expectSnapshot('cli/start', first.stdout);
    expect((await project.run()).stdout).to.equal(first.stdout);
    rmSync(join(project.root, '.chainrule', 'cache'), { recursive: true });
    expect((await project.run('start')).stdout).to.equal(first.stdout);
  });

  it('npm start says that a file has a syntax error, or does not load, and not that nothing was done', async () => {
    writeFileSync(file, reference.replace('return line.slope * x', 'return line.slope * * x'));
    expectSnapshot('cli/start-syntax', (await project.run('start')).stdout);
    writeFileSync(file, `${reference}\nthrow new Error('at the top');\n`);
    expectSnapshot('cli/start-broken', (await project.run('start')).stdout);
  });

  it('npm start, npm test and the proof need not write into the folder of the course', async () => {
    const state = join(project.root, '.chainrule');
    rmSync(state, { recursive: true, force: true });
    writeFileSync(state, 'a file in the way');
    expect((await project.run('start')).stdout).to.match(/01 {2}lines +0\/11 {2}not started/);
    writeFileSync(file, reference.replace('line.slope * x', 'line.slope - x'));
    const graded = await project.run('test', '01');
    expect(graded.stdout).to.match(/01\.2 heightsAt +0\/2 {2}follows from 01\.1 heightAt/);
    const proven = await project.run('test');
    expect(proven.stderr).to.equal('');
    expect(proven.code).to.equal(0);
    rmSync(state);
  });

  it('npm start notices an edit', async () => {
    writeFileSync(file, reference);
    const { stdout } = await project.run('start');
    expect(stdout).to.match(/01 {2}lines +11\/11 {2}solved/);
    expect(stdout).to.include('Next: 02.1 ');
  });

  it('npm run hint gives one hint at a time', async () => {
    expectSnapshot('cli/hint', (await project.run('hint', '01.2')).stdout);
    expectSnapshot('cli/hint-2', (await project.run('hint', '1.2', '2')).stdout);
    const third = await project.run('hint', '01.2', '3');
    expect(third.code).to.equal(2);
    expect(third.stderr).to.equal('01.2 heightsAt has 2 hints; ask for 1 to 2.\n');
  });

  it('npm run hint 01 hints at the first open exercise, if there is one', async () => {
    expect((await project.run('hint', '01')).stdout).to.match(/^01\.1 heightAt\n/);
    writeFileSync(file, reference);
    expect((await project.run('hint', '01')).stdout).to.equal(
      'Every check of lesson 01 passes; there is nothing to hint at.\n',
    );
  });

  it('npm run compare does not give the reference away unasked', async () => {
    const { code, stdout, stderr } = await project.run('compare', '01.4');
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr).to.equal(
      '01.4 aboveGround is not solved yet (0 of 3 points). To see the reference all the same, add -- --yes.\n',
    );
    expect((await project.run('compare', '01')).stderr).to.match(
      /^Lesson 01 is not solved yet \(0 of 11 points\)\. /,
    );
  });

  it('npm run compare shows code, result and time of both', async () => {
    writeFileSync(file, reference.replace('Math.max(0, height)', '(height > 0 ? height : 0)'));
    const { code, stdout } = await project.run('compare', '01.4');
    expect(code).to.equal(0);
    expectSnapshot('cli/compare', timeless(stdout));
    const all = await project.run('compare', '01');
    expect(all.stdout.match(/^01\.\d+ /gm)).to.have.length(5);
  });

  it('npm run compare --yes shows an exercise that is still to do', async () => {
    const { code, stdout } = await project.run('compare', '01.4', '--yes');
    expect(code).to.equal(0);
    expectSnapshot('cli/compare-todo', timeless(stdout));
  });

  it('npm run reset keeps the file, and npm run undo brings it back, and back again', async () => {
    const mine = `${stub}\n// mine\n`;
    writeFileSync(file, mine);
    rmSync(join(project.root, '.chainrule', 'attempts'), { recursive: true, force: true });
    const nothing = await project.run('undo', '01');
    expect(nothing.code).to.equal(1);
    expectSnapshot('cli/undo-nothing', nothing.stderr);
    expectSnapshot('cli/reset', (await project.run('reset', '01')).stdout);
    expect(readFileSync(file, 'utf8')).to.equal(stub);
    expectSnapshot('cli/reset-again', (await project.run('reset', '01')).stdout);
    expectSnapshot('cli/undo', (await project.run('undo', '01')).stdout);
    expect(readFileSync(file, 'utf8')).to.equal(mine);
    await project.run('undo', '01');
    expect(readFileSync(file, 'utf8')).to.equal(stub);
    await project.run('undo', '01');
    expect(readFileSync(file, 'utf8')).to.equal(mine);
  });

  it('an attempt is never written over, whatever was removed from the folder', async () => {
    const attempts = join(project.root, '.chainrule', 'attempts', '01-lines');
    rmSync(attempts, { recursive: true, force: true });
    mkdirSync(attempts, { recursive: true });
    writeFileSync(join(attempts, '0007.ts'), 'precious');
    writeFileSync(file, `${stub}// another\n`);
    await project.run('reset', '01');
    expect(readdirSync(attempts).toSorted()).to.deep.equal(['0007.ts', '0008.ts']);
    expect(readFileSync(join(attempts, '0007.ts'), 'utf8')).to.equal('precious');
  });

  it('npm run doctor finds nothing in a whole project', async () => {
    const { code, stdout } = await project.run('doctor');
    expect(code).to.equal(0);
    expectSnapshot('cli/doctor', timeless(stdout));
  });

  it('npm run doctor names each broken file in a sentence', async () => {
    writeFileSync(
      file,
      `${stub.replace('export function aboveGround(', 'function aboveGround(').replace('export function heightAt(line: Line, x: number)', 'export const heightAt = function (line: Line, x: number)')}export function broken(: number {}\n`,
    );
    const { readme } = project.curves;
    const kept = readFileSync(readme);
    rmSync(readme);
    const { code, stdout } = await project.run('doctor');
    expect(code).to.equal(1);
    expectSnapshot('cli/doctor-broken', stdout.replaceAll(/:\d+:\d+ /g, ':… '));
    writeFileSync(readme, kept);
    rmSync(file);
    expectSnapshot('cli/doctor-missing', (await project.run('doctor')).stdout);
  });

  it('npm run doctor says when nothing can be kept', async () => {
    const state = join(project.root, '.chainrule');
    rmSync(state, { recursive: true });
    writeFileSync(state, 'a file in the way');
    expectSnapshot('cli/doctor-state', (await project.run('doctor')).stdout);
    rmSync(state);
  });

  it('every command says in one sentence that the packages are not installed', async () => {
    const bare = fixtureProject();
    rmSync(join(bare.root, 'node_modules'));
    const { code, stderr } = await bare.run('test', '01');
    expect(code).to.equal(1);
    const manifest = readFileSync(join(bare.root, 'package.json'), 'utf8');
    const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
    const [, named] = /\((.*)\)/.exec(stderr)!;
    expect(named!.split(', ')).to.deep.equal(Object.keys(dependencies));
    expectSnapshot('cli/not-installed', stderr.replace(named!, '…'));
    bare.remove();
  });

  it('every command says in one sentence that Node is too old', async () => {
    const manifest = join(project.root, 'package.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('>=20.19.0', '>=999.0.0'));
    const { code, stderr } = await project.run('start');
    writeFileSync(manifest, text);
    expect(code).to.equal(1);
    expectSnapshot('cli/old-node', timeless(stderr));
  });

  it('npm run watch grades on every save and stays calm on green', async () => {
    const child = spawn(process.execPath, [join('checks', 'cli', 'launch.js'), 'watch', '01'], {
      cwd: project.root,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const graded = async (times: number): Promise<void> => {
      while ((output.match(/Watching/g)?.length ?? 0) < times) await once(child.stdout, 'data');
    };
    await graded(1);
    expect(output).to.include('0 of 11 points');
    writeFileSync(file, reference);
    await graded(2);
    expect(output).to.include('Lesson 01 is solved.');
    writeFileSync(file, `${reference}\n`);
    await graded(3);
    expect(output).to.match(/Grading [^\n]*\n✔ still solved\n\nWatching/);
    // A branch of git that lacks the lesson takes its folder away.
    const { folder } = project.lines;
    renameSync(folder, `${folder}-away`);
    await graded(4);
    expectSnapshot(
      'cli/watch-gone',
      output.slice(output.lastIndexOf('lessons/01-lines/lines.ts is')),
    );
    renameSync(`${folder}-away`, folder);
    await graded(5);
    expect(output).to.match(/Grading [^\n]*\n✔ still solved\n\nWatching[^]*\n✔ still solved\n/);
    expect(output).not.to.include('\u001B');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    if (process.platform !== 'win32') expect(code).to.equal(0);
  });

  it('npm run debug stops in the function of the learner, on each call of a check that fails, and nowhere else', async () => {
    writeFileSync(file, reference.replace('Math.max(0, height)', 'height'));
    const child = spawn(
      process.execPath,
      [join('checks', 'cli', 'launch.js'), 'debug', '01.4', '--port', '0'],
      { cwd: project.root },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.resume();
    while (!output.includes('Ctrl-C')) await once(child.stdout, 'data');
    const [, host] = /debugger at ([\d.:]+):/.exec(output)!;
    const inspector = spawn(process.execPath, ['inspect', host!], { cwd: project.root });
    let seen = '';
    let stops = 0;
    inspector.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const stopped = seen.match(/break in \S+/g)?.length ?? 0;
      if (stopped > stops) inspector.stdin.write('cont\n');
      stops = stopped;
    });
    // It waits for the inspector to leave, which has seen all when the check's own line is there.
    while (!/^[✘✔] /m.test(output)) await once(child.stdout, 'data');
    inspector.kill();
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).to.equal(1);
    expect(new Set(seen.match(/break in [^\s:]+/g))).to.deep.equal(
      new Set(['break in lessons/01-lines/lines.ts']),
    );
    expectSnapshot(
      'cli/debug',
      output.replace(host!, '…').replaceAll(/^(Debugger|For help).*\n/gm, ''),
    );
    const unknown = await project.run('debug', '01');
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.equal(
      'Name an exercise of lesson 01 by its number: npm run debug 01.1\n',
    );
  });

  it("an editor's debugger starts a command that there is", () => {
    const read = (...path: string[]): unknown =>
      JSON.parse(readFileSync(join(root, ...path), 'utf8'));
    const { configurations } = read('.vscode', 'launch.json') as {
      configurations: { runtimeExecutable: string; runtimeArgs: string[] }[];
    };
    const { scripts } = read('package.json') as { scripts: Record<string, string> };
    for (const { runtimeExecutable, runtimeArgs } of configurations) {
      expect(runtimeExecutable).to.equal('npm');
      const [, , script] = runtimeArgs;
      expect(scripts).to.have.property(script!);
    }
  });

  it('npm run watch has keys on a terminal, which it clears, and leaves as it was', async () => {
    writeFileSync(
      file,
      stub.replace("throw todo('01.1 heightAt');", 'return line.slope * x + line.height;'),
    );
    const terminal = join(project.root, 'terminal.mjs');
    writeFileSync(
      terminal,
      `Object.assign(process.stdout, { isTTY: true, columns: 40 });
       Object.assign(process.stdin, { isTTY: true, setRawMode: (raw) => process.stdout.write('[raw ' + raw + ']\\n') });`,
    );
    const watched = async (TERM: string, keys: string): Promise<string> => {
      const child = spawn(
        process.execPath,
        [
          '--import',
          pathToFileURL(terminal).href,
          join('checks', 'cli', 'launch.js'),
          'watch',
          '01',
        ],
        { cwd: project.root, env: { ...process.env, TERM, NO_COLOR: '1' } },
      );
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      let times = 0;
      for (const key of ['', ...keys]) {
        child.stdin.write(key);
        times += 1;
        while ((output.match(/Watching/g)?.length ?? 0) < times) await once(child.stdout, 'data');
      }
      child.stdin.write('q');
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).to.equal(0);
      return output;
    };
    const shown = await watched('xterm', 'hhhcnch');
    expectSnapshot(
      'cli/watch-keys',
      timeless(shown).replaceAll('\u001B', 'ESC').replaceAll('\r', '⟵'),
    );
    const plainly = await watched('dumb', 'h');
    expect(plainly).to.include('Grading lessons/01-lines/lines.ts');
    expect(plainly).not.to.include('\u001B');
    expect(plainly).to.match(/\[raw true\][^]*\[raw false\]\n$/);
  });

  it('prints no colours and no bars into a pipe', async () => {
    const { stdout } = await project.run('start');
    for (const mark of ['\u001B', '█', '░']) expect(stdout).not.to.include(mark);
    const forced = await run(
      process.execPath,
      [join('checks', 'cli', 'launch.js'), 'test', '01'],
      project.root,
      { CI: 'true' },
    );
    expect(forced.stdout).not.to.include('\u001B');
    expect(existsSync(file)).to.equal(true);
  });
});
