/** What instructors copy is whole: scripts that parse, a workflow that grades, an image that has everything. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { root } from '../../checks/project.ts';
import { graded } from '../sandbox/grading.ts';
import { run } from '../temporary-project.ts';

const folder = join(root, 'checks', 'autograders');

/** A workflow of GitHub Actions, as far as it matters here. */
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  env: Record<string, string>;
  jobs: Record<string, { steps: Step[]; permissions?: unknown }>;
}

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

describe('The files for instructors', () => {
  it('hold scripts that bash can read', async function () {
    // The scripts are for graders on Linux, and Windows has no bash of its own.
    if (process.platform === 'win32') this.skip();
    const scripts = ['arrange.sh', 'gradescope/setup.sh', 'gradescope/run_autograder'];
    for (const script of [...scripts, 'gradescope/make-zip.sh']) {
      const { code, stderr } = await run('bash', ['-n', join(folder, script)], folder);
      expect(stderr, script).to.equal('');
      expect(code, script).to.equal(0);
    }
  });

  it('hold a workflow that may only read and grades with the course’s own checks', () => {
    const file = join(folder, 'github', 'classroom.yml');
    const { on, permissions, env, jobs } = parse(readFileSync(file, 'utf8')) as Workflow;
    expect(Object.keys(on)).to.deep.equal(['push', 'pull_request']);
    expect(permissions).to.deep.equal({ contents: 'read' });
    expect(env['COURSE_COMMIT']).to.match(/^[0-9a-f]{40}$/);
    expect(Object.keys(jobs)).to.deep.equal(['grade']);
    const { steps, permissions: more } = jobs['grade']!;
    expect(more).to.equal(undefined);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((step) => step.with)).to.deep.equal([
      { path: 'submission', 'persist-credentials': false },
      {
        repository: '${{ env.COURSE }}',
        ref: '${{ env.COURSE_COMMIT }}',
        path: 'course',
        'persist-credentials': false,
      },
    ]);
    const commands = steps.flatMap((step) => step.run ?? []);
    expect(commands).to.have.length(2);
    expect(commands[0]).to.equal('npm ci --omit=dev');
    expect(commands[1]).to.match(
      /^npm run --silent grade -- \.\.\/submission \$LESSONS .*--github/,
    );
    // What a learner chooses, such as a branch's name, must not become part of a command.
    for (const command of commands) expect(command).not.to.include('${{');
  });

  it('grade with options that there are', async () => {
    const { stdout } = await graded(['--help']);
    const known = new Set(stdout.match(/--[a-z0-9]+/g));
    for (const file of ['github/classroom.yml', 'gradescope/run_autograder', 'README.md']) {
      const text = readFileSync(join(folder, file), 'utf8').replaceAll(/\\\n\s*/g, '');
      const commands =
        text.match(/(npm run (--silent )?grade -- |sandbox\/main\.ts|chainrule-grader ).*/g) ?? [];
      expect(commands, file).to.have.length.above(0);
      for (const option of commands.join('\n').match(/ --[a-z0-9]+/g) ?? []) {
        if (option !== ' --silent') expect([...known], file).to.include(option.trim());
      }
    }
  });

  it('hold an image that copies only what there is, and is nobody', () => {
    const lines = readFileSync(join(folder, 'container', 'Containerfile'), 'utf8').split('\n');
    const copied = lines
      .filter((line) => line.startsWith('COPY '))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied).to.include.members(['checks', 'lessons', 'datasets', 'test/lessons']);
    for (const path of copied) expect(existsSync(join(root, path)), path).to.equal(true);
    expect(lines.find((line) => line.startsWith('USER '))).to.equal('USER 65532:65532');
  });
});
