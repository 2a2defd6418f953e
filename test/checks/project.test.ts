import { join } from 'node:path';
import { expect } from 'chai';
import { findLesson, lessons, root, shownPath } from '../../checks/project.ts';

describe('findLesson', () => {
  it('finds a lesson by number, slug, name and the path of any of its files', () => {
    const queries = [
      '2',
      '02',
      'activations',
      '02-activations',
      join(root, 'lessons', '02-activations'),
      join(root, 'lessons', '02-activations', 'activations.ts'),
      join(root, 'test', 'lessons', '02-activations.test.ts'),
    ];
    for (const query of queries) {
      expect(findLesson(query)?.name, query).to.equal('02-activations');
    }
  });

  it('finds nothing for anything else', () => {
    for (const query of ['99', '', 'activation', '002', root, join(root, 'lessons')]) {
      expect(findLesson(query), query).to.equal(undefined);
    }
  });
});

describe('lessons', () => {
  it('are in order, each with its files named after it', () => {
    const names = lessons().map(({ name }) => name);
    expect(names).to.include.members(['01-perceptron', '02-activations', '03-losses']);
    expect(names).to.deep.equal(names.toSorted());
    const lesson = findLesson('02');
    expect(shownPath(lesson?.learner ?? '')).to.equal('lessons/02-activations/activations.ts');
    expect(shownPath(lesson?.suite ?? '')).to.equal('test/lessons/02-activations.test.ts');
  });
});

describe('shownPath', () => {
  it('leaves a path outside the project as it is', () => {
    const outside = join(root, '..', 'elsewhere.ts');
    expect(shownPath(outside)).to.equal(outside.replaceAll('\\', '/'));
  });
});
