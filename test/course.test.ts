/** What must hold for every lesson, whatever it teaches. `npm test` proves the lessons first, so that this is quick. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { declarations, stubOf } from '../checks/declarations.ts';
import { courseFolder, lessons, root, sourceText, type Lesson } from '../checks/project.ts';
import { overBudget } from '../checks/proof/budget.ts';
import {
  misconceptionFault,
  oracleFaults,
  referenceFaults,
  solutionFaults,
  stubFaults,
} from '../checks/proof/faults.ts';
import { proofsOf } from '../checks/proof/kept-proofs.ts';
import type { Proof } from '../checks/proof/proof.ts';
import { anchors, hints } from '../checks/readme.ts';

describe('The course', function () {
  this.timeout(300_000);
  const proofs = new Map<string, Proof>();

  before(async () => {
    await proofsOf(lessons(), ({ name }, proof) => proofs.set(name, proof));
  });

  for (const lesson of lessons()) {
    describe(lesson.name, () => {
      const reference = declarations(sourceText(lesson.reference));
      const readme = readFileSync(lesson.readme, 'utf8');
      const exercises = reference.map(({ exercise }) => exercise);
      const proof = (): Proof => proofs.get(lesson.name)!;

      it('numbers its exercises without gaps', () => {
        const numbers = exercises.map((exercise) => exercise.split(' ')[0]);
        expect(numbers).to.deep.equal(exercises.map((_, i) => `${lesson.number}.${i + 1}`));
      });

      it('hands out the signatures and the documentation of the reference', () => {
        const given = declarations(readFileSync(lesson.learner, 'utf8'));
        const face = (name: string): string[] =>
          [given, reference].map((all) => {
            const found = all.find((declaration) => declaration.name === name);
            return found === undefined ? '' : found.documentation + found.signature;
          });
        const changed = given
          .map(({ name }) => name)
          .filter((name) => reference.some((one) => one.name === name))
          .filter((name) => face(name)[0] !== face(name)[1]);
        expect(changed).to.deep.equal([]);
      });

      it('hands out the types and the imports of the reference too, while nothing is written', () => {
        const text = readFileSync(lesson.learner, 'utf8');
        const isUntouched = declarations(text).every(({ code }) => code.includes('throw todo('));
        if (isUntouched) expect(text).to.equal(stubOf(sourceText(lesson.reference)));
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

      it('needs no lesson after itself', () => {
        for (const file of [lesson.reference, lesson.misconceptions, lesson.suite]) {
          const named = [...sourceText(file).matchAll(/'#lessons\/([\w-]+)'/g)].map(
            ([, name]) => name!,
          );
          const late = named.filter(
            (name) => name > lesson.name || (name === lesson.name && file !== lesson.suite),
          );
          expect(late, file).to.deep.equal([]);
        }
      });

      it('checks every exercise in its suite, in the same order', () => {
        const checked = new Set(proof().reference.map(({ exercise }) => exercise));
        expect([...checked]).to.deep.equal(exercises);
      });

      it('says how long a slow check may take where that can be read before the check runs', () => {
        expect(readFileSync(lesson.suite, 'utf8')).not.to.include('this.timeout(');
      });

      it('passes its reference', () => {
        expect(referenceFaults(proof())).to.deep.equal([]);
      });

      it('gives the untouched exercises no point: every check is to do', () => {
        expect(stubFaults(proof())).to.deep.equal([]);
      });

      it('gives at least two other right solutions every point', () => {
        expect(proof().solutions).to.have.length.at.least(2);
        expect(solutionFaults(proof())).to.deep.equal([]);
      });

      it('knows at least six misconceptions, each with an id of its own and a heading that explains it', () => {
        const all = proof().misconceptions.map(({ misconception }) => misconception);
        expect(all).to.have.length.at.least(6);
        expect(new Set(all.map(({ id }) => id))).to.have.property('size', all.length);
        const astray = all.filter(({ anchor }) => anchor && !anchors(readme).includes(anchor));
        expect(astray).to.deep.equal([]);
        const homeless = all.filter(({ exercise }) => !exercises.includes(exercise));
        expect(homeless).to.deep.equal([]);
        const unfinished = all.filter(({ sentence }) => !/^\S.*[.?!]$/.test(sentence));
        expect(unfinished).to.deep.equal([]);
      });

      it('fails each misconception in its own exercise, and the first failure names it', () => {
        expect(proof().misconceptions.flatMap(misconceptionFault)).to.deep.equal([]);
      });

      it('agrees with an independent library, where one has its operations', () => {
        expect(oracleFaults(proof())).to.deep.equal([]);
        expect(proof().oracles.length > 0).to.equal(existsSync(lesson.oracles));
      });

      it('stays within twice its budget', function () {
        // The coverage run executes an instrumented copy of this course, in which every statement counts itself first.
        if (process.env['CHAINRULE_SOURCES'] !== undefined && courseFolder() === root) this.skip();
        expect(overBudget(lesson, proof())).to.deep.equal([]);
      });

      it('has an entry in package.json, so that its name means the reference', () => {
        expect(importsOf()[`#lessons/${lesson.name}`]).to.equal(referencePath(lesson));
      });
    });
  }
});

function importsOf(): Record<string, string> {
  const manifest = readFileSync(join(courseFolder(), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { imports: Record<string, string> }).imports;
}

function referencePath({ name, slug }: Lesson): string {
  return `./lessons/${name}/${slug}.reference.ts`;
}
