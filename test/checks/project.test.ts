import { join } from 'node:path';
import { expect } from 'chai';
import { findLesson, lessons, root, shownPath } from '../../checks/project.ts';
import { inFixture } from '../temporary-project.ts';

describe('findLesson', () => {
  const project = inFixture();

  it('finds a lesson by number, slug, name and the path of any of its files', () => {
    const queries = [
      '2',
      '02',
      'curves',
      'Curves',
      '02-curves',
      join(project.root, 'lessons', '02-curves'),
      join(project.root, 'lessons', '02-curves', 'curves.ts'),
      join(project.root, 'test', 'lessons', '02-curves.test.ts'),
    ];
    for (const query of queries) {
      expect(findLesson(query)?.name, query).to.equal('02-curves');
    }
  });

  it('takes a path from the folder in which npm was called', () => {
    const { INIT_CWD: old } = process.env;
    process.env['INIT_CWD'] = join(project.root, 'lessons');
    expect(findLesson(join('01-lines', 'lines.ts'))?.name).to.equal('01-lines');
    if (old === undefined) delete process.env['INIT_CWD'];
    else process.env['INIT_CWD'] = old;
  });

  it('finds nothing for anything else', () => {
    const folders = [project.root, join(project.root, 'lessons')];
    for (const query of ['99', '', 'curve', '002', ...folders]) {
      expect(findLesson(query), query).to.equal(undefined);
    }
  });
});

describe('lessons', () => {
  const { curves } = inFixture();

  it('are in order, each with its files named after it', () => {
    expect(lessons().map(({ name }) => name)).to.deep.equal(['01-lines', '02-curves']);
    expect(shownPath(curves.learner)).to.equal('lessons/02-curves/curves.ts');
    expect(shownPath(curves.suite)).to.equal('test/lessons/02-curves.test.ts');
  });
});

describe('shownPath', () => {
  it('leaves a path outside the project as it is', () => {
    const outside = join(root, '..', 'elsewhere.ts');
    expect(shownPath(outside)).to.equal(outside.replaceAll('\\', '/'));
  });
});
