import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { sourceText } from '../../checks/project.ts';
import { expectSnapshot } from '../snapshot.ts';
import { inFixture } from '../temporary-project.ts';

describe('Exercises that fail only because an earlier one is wrong', function () {
  this.timeout(30_000);
  const project = inFixture();
  const lesson = project.lines;
  const right = sourceText(lesson.reference);

  /** What each failed check follows from, if it does. */
  async function follows(text: string): Promise<(string | undefined)[]> {
    writeFileSync(lesson.learner, text);
    const { checks } = await gradeLesson(lesson);
    return checks
      .filter(({ status }) => status === 'failed')
      .map(({ exercise, failure }) => `${exercise}: ${failure?.follows ?? 'its own'}`);
  }

  it('are told apart from those that are wrong themselves', async () => {
    const wrongHeight = right.replace('line.slope * x + line.height', 'line.slope * x');
    expect(await follows(wrongHeight)).to.deep.equal([
      '01.1 heightAt: its own',
      '01.1 heightAt: its own',
      '01.2 heightsAt: 01.1 heightAt',
      '01.2 heightsAt: 01.1 heightAt',
      '01.3 meanSquare: 01.1 heightAt',
    ]);
    const twoMistakes = wrongHeight.replace('sum / y.size', 'sum');
    expect((await follows(twoMistakes)).at(-1)).to.equal('01.3 meanSquare: its own');
  });

  it('are not blamed on an earlier one that has nothing to do with them', async () => {
    const apart = right
      .replace('line.slope * x + line.height', 'line.slope * x')
      .replace('heightAt(line, value)', 'line.slope * value');
    expect((await follows(apart)).filter((one) => one?.startsWith('01.2'))).to.deep.equal([
      '01.2 heightsAt: its own',
      '01.2 heightsAt: its own',
    ]);
  });

  it('are found in a file that imports another one by its path, too', async () => {
    const helper = join(lesson.folder, 'helper.ts');
    writeFileSync(helper, 'export const product = (a: number, b: number): number => a * b;\n');
    const importing = right
      .replace("from '#arrays';", "from '#arrays';\nimport { product } from './helper.ts';")
      .replace('line.slope * x + line.height', 'product(line.slope, x)');
    expect((await follows(importing)).at(-1)).to.equal('01.3 meanSquare: 01.1 heightAt');
    rmSync(helper);
  });

  it('are one line each in the report, which shows the cause', async () => {
    writeFileSync(lesson.learner, right.replace('line.slope * x + line.height', 'line.slope * x'));
    const { stdout } = await project.run('test', '01');
    expectSnapshot('grade/consequences', stdout.replaceAll(/sha256 [0-9a-f]{12}/g, 'sha256 …'));
  });
});
