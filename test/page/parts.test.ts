/** The parts of the page that need no browser. */
import { expect } from 'chai';
import { declarations } from '../../checks/declarations.ts';
import { loadExperiment } from '../../checks/experiment/experiment.ts';
import { findLesson, lessons, sourceText } from '../../checks/project.ts';
import type { Figure } from '#figures/figure';
import { addressText, choicesText, readAddress, readChoices } from '../../page/app/address.ts';
import { isReached, MILESTONES } from '../../page/app/milestones.ts';
import { pointsFromText, pointsText } from '../../page/app/points-text.ts';
import { marked } from '../../page/app/whose.ts';
import { readme } from '../../page/server/markdown.ts';
import { LearnerError, mixed } from '../../page/runner/mixed.ts';
import { todo } from '#todo';

const plane = { side: [-1, 4], classes: ['left', 'right'] } as const;
const experiment = {
  title: '',
  about: '',
  plane,
  parameters: {
    rate: { label: 'rate', from: 0.1, to: 2, value: 1 },
    units: { label: 'units', from: 2, to: 9, value: 4, whole: true },
  },
};

describe('The address of a page', () => {
  it('names a lesson, a heading and what was chosen, and is read as it was written', () => {
    for (const text of ['#/', '#/05-backprop', '#/05-backprop/the-idea?rate=0.5&seed=3']) {
      expect(addressText(readAddress(text))).to.equal(text);
    }
    expect(readAddress('')).not.to.have.property('lesson');
  });

  it('leaves out what is as the experiment proposes', () => {
    const chosen = readChoices(experiment, new URLSearchParams('units=7&seed=5'));
    expect(chosen).to.deep.equal({ seed: 5, values: { rate: 1, units: 7 } });
    expect(String(choicesText(experiment, chosen))).to.equal('units=7&seed=5');
  });

  it('chooses nothing that is out of range, broken, or no number', () => {
    for (const wrong of [
      'rate=3',
      'rate=',
      'rate=x',
      'units=2.5',
      'seed=-1',
      'seed=x',
      'points=9',
    ]) {
      expect(readChoices(experiment, new URLSearchParams(wrong)), wrong).to.deep.equal({
        seed: 1,
        values: { rate: 1, units: 4 },
      });
    }
  });

  it('holds points, each within a step of where it was', () => {
    const points = {
      x: [
        [-1, 4],
        [0.123, 3.999],
        [4, -1],
      ] as [number, number][],
      labels: [0, 1, 1],
    };
    const text = pointsText(points, plane);
    expect(text).to.match(/^(?:\d[0-9a-z]{4}){3}$/);
    const read = pointsFromText(text, plane)!;
    expect(read.labels).to.deep.equal(points.labels);
    for (const [n, place] of points.x.entries()) {
      for (const axis of [0, 1] as const) {
        expect(read.x[n]![axis]).to.be.closeTo(place[axis], 2.5 / 1295);
      }
    }
    expect(pointsFromText('2zzzz', plane)).to.equal(undefined);
    expect(pointsFromText('', plane)).to.equal(undefined);
  });
});

describe('The milestones', () => {
  it('are reached by lessons and exercises that there are', () => {
    const names = new Set(
      lessons().flatMap(({ name, reference }) => [
        name,
        ...declarations(sourceText(reference)).map(({ exercise }) => exercise),
      ]),
    );
    for (const { year, by } of MILESTONES) {
      for (const name of by) expect(names.has(name), `${year}: ${name}`).to.equal(true);
    }
  });

  it('light up when all that they need is solved, and not before', () => {
    const milestone = { year: 1998, what: '', by: ['13-convolution', '14-pooling'] };
    expect(isReached(milestone, new Set(['13-convolution']))).to.equal(false);
    expect(isReached(milestone, new Set(['14-pooling', '13-convolution', 'x']))).to.equal(true);
  });
});

describe('A picture of which a part is the learner’s', () => {
  const series = (name: string, by?: string[]) => ({ name, points: [], ...(by && { by }) });
  const curves = (...all: ReturnType<typeof series>[]): Figure => ({
    kind: 'curves',
    title: '',
    x: { label: 'x' },
    y: { label: 'y' },
    curves: all,
  });
  const use = { yours: ['f', 'g'], references: ['h'] };

  it('has those series dashed that the reference had a part in', () => {
    const { figure, yours, references } = marked(
      curves(series('a', ['f']), series('b', ['g', 'h']), series('data', [])),
      use,
    );
    expect(figure).to.have.deep.nested.property('curves[0]', series('a', ['f']));
    expect(figure).to.have.deep.nested.property('curves[1]', {
      ...series('b', ['g', 'h']),
      dashed: true,
    });
    expect(figure).to.have.deep.nested.property('curves[2]', series('data', []));
    expect([yours, references]).to.deep.equal([['f', 'g'], ['h']]);
  });

  it('counts every function that was called where it does not say what it is made by', () => {
    const { figure, references } = marked(curves(series('a')), use);
    expect(figure).to.have.nested.property('curves[0].dashed', true);
    expect(references).to.deep.equal(['h']);
    expect(marked({ ...curves(series('a')), by: ['f'] }, use).references).to.deep.equal([]);
  });
});

describe('The figures of experiments', function () {
  this.timeout(10_000);

  it('are made by functions that their lessons have', async () => {
    for (const number of ['02', '03', '04', '05', '13']) {
      const lesson = findLesson(number)!;
      const names = new Set(declarations(sourceText(lesson.reference)).map(({ name }) => name));
      const text = sourceText(lesson.experiment);
      const said = [...text.matchAll(/\bby: \[('[^\]]*')\]/g)].flatMap(([, list]) =>
        list!.split(',').map((name) => name.trim().slice(1, -1)),
      );
      expect(said, number).not.to.deep.equal([]);
      expect(
        said.filter((name) => !names.has(name)),
        number,
      ).to.deep.equal([]);
      expect((await loadExperiment(lesson))!.title).to.match(/\S/);
    }
  });
});

describe('The functions that an experiment runs on', () => {
  const references = { f: () => 'f of the reference', g: () => 'g of the reference', K: 3 };

  it('are the reference’s where there is no learner', () => {
    const { functions, use } = mixed(references, undefined, [], undefined);
    expect((functions['f'] as () => string)()).to.equal('f of the reference');
    expect(functions['K']).to.equal(3);
    expect(use()).to.deep.equal({ yours: [], references: ['f'] });
  });

  it('are the learner’s but for those that are to do or left out, and are counted when called', () => {
    const learner = {
      f: () => 'f of the learner',
      g: () => {
        throw todo('01.2 g');
      },
    };
    const { functions, use } = mixed(references, learner, [], undefined);
    expect(use()).to.deep.equal({ yours: [], references: [] });
    expect((functions['f'] as () => string)()).to.equal('f of the learner');
    expect((functions['g'] as () => string)()).to.equal('g of the reference');
    expect(use()).to.deep.equal({ yours: ['f'], references: ['g'] });
    const others = mixed(references, learner, ['f'], undefined);
    expect((others.functions['f'] as () => string)()).to.equal('f of the reference');
  });

  it('say which of them has thrown, and which is running, also within one another', () => {
    const watched = new Int32Array(2);
    const seen: number[] = [];
    const learner = {
      f: (inner: () => void) => {
        seen.push(watched[1]!);
        inner();
        seen.push(watched[1]!);
      },
      g: () => {
        seen.push(watched[1]!);
        throw new RangeError('no');
      },
    };
    const { functions } = mixed(references, learner, [], watched);
    const [f, g] = ['f', 'g'].map((name) => functions[name] as (inner?: () => void) => void);
    expect(() => f!(() => g!()))
      .to.throw(LearnerError, 'no')
      .with.property('functionName', 'g');
    expect(seen).to.deep.equal([1, 2]);
    expect(watched[1]).to.equal(0);
  });
});

describe('A README on the page', () => {
  const lesson = findLesson('05')!;

  it('has its title apart, its formulas set, and no picture of what runs beside it', () => {
    const { title, html } = readme(
      '# 05 · Layers\n\n![A picture](experiment.svg)\n\nThe sum $a_1\\_b$ costs `$5`.\n\n```math\n\\frac{a}{b}\n```\n',
      lesson,
    );
    expect(title).to.equal('Layers');
    expect(html).not.to.include('<img').and.not.to.include('<h1');
    expect(html.match(/class="katex"/g)).to.have.length(2);
    expect(html).to.include('<code>$5</code>').and.to.include('katex-display');
  });

  it('leads to other lessons, to headings, to files and to the web', () => {
    const { html, files } = readme(
      '[a](../03-losses/README.md#the-idea) [b](#two) [c](../../base/arrays.ts) [d](https://example.org/)\n\n## Two\n',
      lesson,
    );
    expect(html).to.include('href="#/03-losses/the-idea"');
    expect(html).to.include('href="#/05-backprop/two"').and.to.include('<h2 id="two">');
    expect(html).to.include('href="files/base/arrays.ts.txt"');
    expect(html).to.include('href="https://example.org/" rel="noreferrer"');
    expect(files).to.deep.equal(['base/arrays.ts']);
  });
});
