/** What must hold for every lesson, whatever it teaches. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { auditLesson, type Audit } from '../checks/audit/audit-lesson.ts';
import { equivalents, unexplained } from '../checks/audit/equivalents.ts';
import { tryMutants } from '../checks/audit/mutants.ts';
import { declarations } from '../checks/declarations.ts';
import type { CheckResult } from '../checks/results/lesson-result.ts';
import { lessons, sourceText } from '../checks/project.ts';
import { anchors, hints } from '../checks/readme.ts';

/** The checks that did not end in the given way, as sentences. */
function others(checks: readonly CheckResult[], status: CheckResult['status']): string[] {
  return checks
    .filter((check) => check.status !== status)
    .map(({ exercise, title, failure }) => `${exercise}: ${title} (${failure?.problem ?? ''})`);
}

for (const lesson of lessons()) {
  describe(`The lesson ${lesson.name}`, function () {
    this.timeout(300_000);
    const reference = declarations(sourceText(lesson.reference));
    const readme = readFileSync(lesson.readme, 'utf8');
    const exercises = reference.map(({ exercise }) => exercise);
    let audit: Audit;

    before(async () => {
      audit = await auditLesson(lesson);
    });

    it('numbers its exercises without gaps', () => {
      const numbers = exercises.map((exercise) => exercise.split(' ')[0]);
      expect(numbers).to.deep.equal(exercises.map((_, i) => `${lesson.number}.${i + 1}`));
    });

    it('hands out the signatures and the documentation of the reference', () => {
      const given = declarations(readFileSync(lesson.learner, 'utf8')).filter(({ name }) =>
        reference.some((declaration) => declaration.name === name),
      );
      const face = (all: typeof reference): string[] =>
        all.map(({ documentation, signature }) => documentation + signature);
      expect(face(given)).to.deep.equal(face(reference));
    });

    it('has a section with a hint for each exercise in its README, and no section for anything else', () => {
      const sections = [...readme.matchAll(/^### (\d\d\.\d+ .+)$/gm)].map(([, title]) => title);
      expect(sections).to.deep.equal(exercises);
      const unhinted = exercises.filter((exercise) => hints(readme, exercise).length === 0);
      expect(unhinted).to.deep.equal([]);
    });

    it('has links in its README that lead somewhere', () => {
      const links = [...readme.matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)];
      const broken = links.filter(
        ([, file, anchor]) =>
          (file !== '' && !existsSync(new URL(file ?? '', `file://${lesson.readme}`))) ||
          (file === '' && anchor !== undefined && !anchors(readme).includes(anchor)),
      );
      expect(broken.map(([link]) => link)).to.deep.equal([]);
    });

    it('checks every exercise in its suite, in the same order', () => {
      const checked = new Set(audit.reference.map(({ exercise }) => exercise));
      expect([...checked]).to.deep.equal(exercises);
    });

    it('says how long a slow check may take where that can be read before the check runs', () => {
      expect(readFileSync(lesson.suite, 'utf8')).not.to.include('this.timeout(');
    });

    it('passes its reference', () => {
      expect(others(audit.reference, 'passed')).to.deep.equal([]);
    });

    it('gives the untouched exercises no point: every check is to do', () => {
      expect(audit.stub).to.have.length(audit.reference.length);
      expect(others(audit.stub, 'todo')).to.deep.equal([]);
    });

    it('gives at least two other right solutions every point', () => {
      expect(audit.solutions).to.have.length.at.least(2);
      for (const { file, checks } of audit.solutions) {
        expect(checks).to.have.length(audit.reference.length);
        expect(others(checks, 'passed'), file).to.deep.equal([]);
      }
    });

    it('knows at least six misconceptions, each with an id of its own and a heading that explains it', () => {
      const all = audit.misconceptions.map(({ misconception }) => misconception);
      expect(all).to.have.length.at.least(6);
      expect(new Set(all.map(({ id }) => id))).to.have.property('size', all.length);
      const astray = all.filter(({ anchor }) => anchor && !anchors(readme).includes(anchor));
      expect(astray).to.deep.equal([]);
      const homeless = all.filter(({ exercise }) => !exercises.includes(exercise));
      expect(homeless).to.deep.equal([]);
      const unwritten = all.filter(({ sentence }) => !/^\S.*[.?!]$/.test(sentence));
      expect(unwritten).to.deep.equal([]);
    });

    it('fails each misconception in its own exercise, and the first failure names it', () => {
      const faults = audit.misconceptions.flatMap(({ misconception: { id, exercise }, checks }) => {
        const failed = checks.find(
          (check) => check.exercise === exercise && check.status !== 'passed',
        );
        if (failed === undefined) return [`${id} is not caught`];
        const named = failed.failure?.diagnosis?.id;
        return named === id ? [] : [`${id} is shown as ${named ?? 'nothing'}`];
      });
      expect(faults).to.deep.equal([]);
    });

    it('notices small changes to its reference: a sample of mutants', async () => {
      const { tried, survivors } = await tryMutants(lesson, 20);
      expect(tried).to.equal(20);
      expect(unexplained(survivors, equivalents(lesson))).to.deep.equal([]);
    });

    it('has an entry in package.json, so that its name means the reference', () => {
      const { imports } = JSON.parse(
        readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
      ) as { imports: Record<string, string> };
      expect(imports[`#lessons/${lesson.name}`]).to.equal(
        `./lessons/${lesson.name}/${lesson.slug}.reference.ts`,
      );
    });
  });
}
