/** Every command as a learner runs it, on a copy of the project. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { stubOf } from '../../checks/declarations.ts';
import { findLesson, sourceText } from '../../checks/project.ts';
import { expectSnapshot } from '../snapshot.ts';
import { run, temporaryProject, type TemporaryProject } from '../temporary-project.ts';

/** Text whose times and hashes are no longer those of one machine and one day. */
function timeless(text: string): string {
  return text
    .replaceAll(/\d+\.\d+ ms/g, '… ms')
    .replaceAll(/sha256 [0-9a-f]{12}/g, 'sha256 …')
    .replaceAll(/Node \d+\.\d+\.\d+/g, 'Node …');
}

describe('The commands', function () {
  this.timeout(60_000);
  let project: TemporaryProject;
  let file: string;
  let reference: string;
  let stub: string;

  before(() => {
    project = temporaryProject();
    file = join(project.root, 'lessons', '02-activations', 'activations.ts');
    reference = sourceText(findLesson('02')!.reference);
    stub = stubOf(reference);
    // Two lessons are enough, and quick.
    for (const name of readdirSync(join(project.root, 'lessons'))) {
      if (/^\d\d-/.test(name) && !/^0[23]-/.test(name)) {
        rmSync(join(project.root, 'lessons', name), { recursive: true });
      }
    }
    const losses = findLesson('03')!;
    writeFileSync(
      join(project.root, 'lessons', '03-losses', 'losses.ts'),
      stubOf(sourceText(losses.reference)),
    );
  });

  after(() => project.remove());

  beforeEach(() => writeFileSync(file, stub));

  it('npm test 02 gives the untouched exercises 0 points and exits with 1', async () => {
    const { code, stdout } = await project.run('test', '02');
    expect(code).to.equal(1);
    expect(stdout).to.match(/^0 of \d+ points\. Next: 02\.1 identity/m);
  });

  it("npm test 02 gives the reference's code every point and exits with 0", async () => {
    writeFileSync(file, reference);
    const { code, stdout } = await project.run('test', 'activations');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^(\d+) of \1 points\. Lesson 02 is solved\.$/m);
  });

  it('npm test 02 shows a type error with its place, and exits with 1 although all values are right', async () => {
    writeFileSync(file, `${reference}\nexport const wrong: number = 'text';\n`);
    const { code, stdout } = await project.run('test', '02');
    expect(code).to.equal(1);
    const line = reference.split('\n').length + 1;
    expect(stdout).to.include(
      `error  lessons/02-activations/activations.ts:${line}:14  Type 'string' is not assignable to type 'number'.`,
    );
  });

  it('npm test 02 shows a syntax error with its place', async () => {
    writeFileSync(file, 'export function relu(x {\n');
    const { code, stdout } = await project.run('test', '02');
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /error {2}lessons\/02-activations\/activations\.ts:1:\d+ {2}',' expected/,
    );
    expect(stdout).to.include('✘ Nothing could be graded: mend the error above');
    expect(stdout).to.match(/^0 of \d+ points\.$/m);
  });

  it('an unknown lesson is answered with the list, and exits with 2', async () => {
    const { code, stderr } = await project.run('test', '99');
    expect(code).to.equal(2);
    expectSnapshot('cli/unknown-lesson', stderr);
  });

  it('a command that is called wrongly exits with 2', async () => {
    expect((await project.run('audit', '99', '--sample', '1')).code).to.equal(2);
    expect((await project.run('watch', '99')).code).to.equal(2);
    expect((await project.run('compare', '02', '--nonsense')).code).to.equal(2);
    expect((await project.run('--help')).code).to.equal(0);
  });

  it('a missing file is named, with the way to get it back', async () => {
    rmSync(file);
    const { code, stderr } = await project.run('test', '02');
    expect(code).to.equal(1);
    expectSnapshot('cli/missing-file', stderr);
    expect((await project.run('reset', '02')).code).to.equal(0);
    expect(readFileSync(file, 'utf8')).to.equal(stub);
  });

  it('npm start shows the course, and what is next, with or without its cache', async () => {
    // Half of the first exercise: identity is right and the others are to do.
    writeFileSync(file, stub.replace("throw todo('02.1 identity');", 'return map(x, (v) => v);'));
    const first = await project.run('start');
    expect(first.code).to.equal(0);
    // How many points a lesson has changes with its suite.
    expectSnapshot('cli/start', first.stdout.replaceAll(/(\d)\/\d+/g, '$1/…'));
    expect((await project.run()).stdout).to.equal(first.stdout);
    rmSync(join(project.root, '.chainrule', 'cache'), { recursive: true });
    expect((await project.run('start')).stdout).to.equal(first.stdout);
  });

  it('npm start notices an edit', async () => {
    writeFileSync(file, reference);
    const { stdout } = await project.run('start');
    expect(stdout).to.match(/02 {2}activations +(\d+)\/\1 {2}solved/);
    expect(stdout).to.include('Next: 03.1 ');
  });

  it('npm run hint gives one hint at a time', async () => {
    expectSnapshot('cli/hint', (await project.run('hint', '02.15')).stdout);
    expectSnapshot('cli/hint-2', (await project.run('hint', '2.15', '2')).stdout);
    const third = await project.run('hint', '02.15', '3');
    expect(third.code).to.equal(2);
    expect(third.stderr).to.equal('02.15 softmax has 2 hints; ask for 1 to 2.\n');
  });

  it('npm run hint 02 hints at the first open exercise, if there is one', async () => {
    expect((await project.run('hint', '02')).stdout).to.match(/^02\.1 identity\n/);
    writeFileSync(file, reference);
    expect((await project.run('hint', '02')).stdout).to.equal(
      'Every check of lesson 02 passes; there is nothing to hint at.\n',
    );
  });

  it('npm run compare does not give the reference away unasked', async () => {
    const { code, stdout, stderr } = await project.run('compare', '02.9');
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr).to.match(
      /^02\.9 relu is not solved yet \(0 of \d+ points\)\. To see the reference all the same, add -- --yes\.$/m,
    );
  });

  it('npm run compare shows code, result and time of both', async () => {
    writeFileSync(
      file,
      reference.replace('map(x, (v) => Math.max(0, v))', 'map(x, (v) => (v > 0 ? v : 0))'),
    );
    const { code, stdout } = await project.run('compare', '02.9');
    expect(code).to.equal(0);
    expectSnapshot('cli/compare', timeless(stdout));
    const all = await project.run('compare', '02');
    expect(all.stdout.match(/^02\.\d+ /gm)).to.have.length(20);
  });

  it('npm run compare --yes shows an exercise that is still to do', async () => {
    const { code, stdout } = await project.run('compare', '02.9', '--yes');
    expect(code).to.equal(0);
    expectSnapshot('cli/compare-todo', timeless(stdout));
  });

  it('npm run reset keeps the file, and npm run undo brings it back, and back again', async () => {
    const mine = `${stub}\n// mine\n`;
    writeFileSync(file, mine);
    rmSync(join(project.root, '.chainrule', 'attempts'), { recursive: true, force: true });
    const nothing = await project.run('undo', '02');
    expect(nothing.code).to.equal(1);
    expectSnapshot('cli/undo-nothing', nothing.stderr);
    expectSnapshot('cli/reset', (await project.run('reset', '02')).stdout);
    expect(readFileSync(file, 'utf8')).to.equal(stub);
    expectSnapshot('cli/reset-again', (await project.run('reset', '02')).stdout);
    expectSnapshot('cli/undo', (await project.run('undo', '02')).stdout);
    expect(readFileSync(file, 'utf8')).to.equal(mine);
    await project.run('undo', '02');
    expect(readFileSync(file, 'utf8')).to.equal(stub);
    await project.run('undo', '02');
    expect(readFileSync(file, 'utf8')).to.equal(mine);
  });

  it('an attempt is never written over, whatever was removed from the folder', async () => {
    const attempts = join(project.root, '.chainrule', 'attempts', '02-activations');
    rmSync(attempts, { recursive: true, force: true });
    mkdirSync(attempts, { recursive: true });
    writeFileSync(join(attempts, '0007.ts'), 'precious');
    writeFileSync(file, `${stub}// another\n`);
    await project.run('reset', '02');
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
      `${stub.replace('export function relu(', 'function relu(').replace('export function tanh(x: Tensor)', 'export const tanh = function (x: Tensor)')}export function broken(: number {}\n`,
    );
    const readme = join(project.root, 'lessons', '03-losses', 'README.md');
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
    const bare = join(project.root, 'bare');
    for (const name of ['package.json', 'checks']) {
      cpSync(join(project.root, name), join(bare, name), { recursive: true });
    }
    // Outside the project, so that no packages are found in a folder above.
    const elsewhere = temporaryProject();
    rmSync(join(elsewhere.root, 'node_modules'));
    const { code, stderr } = await elsewhere.run('test', '02');
    expect(code).to.equal(1);
    expectSnapshot('cli/not-installed', stderr);
    elsewhere.remove();
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
    const child = spawn(process.execPath, [join('checks', 'cli', 'launch.js'), 'watch', '02'], {
      cwd: project.root,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const graded = async (times: number): Promise<void> => {
      while ((output.match(/Watching/g)?.length ?? 0) < times) await once(child.stdout, 'data');
    };
    await graded(1);
    expect(output).to.match(/0 of \d+ points/);
    writeFileSync(file, reference);
    await graded(2);
    expect(output).to.include('Lesson 02 is solved.');
    writeFileSync(file, `${reference}\n`);
    await graded(3);
    expect(output).to.match(/Watching [^\n]*\n✔ still solved\nWatching/);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    if (process.platform !== 'win32') expect(code).to.equal(0);
  });

  it('prints no colours and no bars into a pipe', async () => {
    const { stdout } = await project.run('start');
    for (const mark of ['\u001B', '█', '░']) expect(stdout).not.to.include(mark);
    const forced = await run(
      process.execPath,
      [join('checks', 'cli', 'launch.js'), 'test', '02'],
      project.root,
      { CI: 'true' },
    );
    expect(forced.stdout).not.to.include('\u001B');
    expect(existsSync(file)).to.equal(true);
  });
});
