import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { array, labels } from '#arrays';
import { loadMnist } from '#datasets/mnist';
import { seededRandom } from '#datasets/random';
import { valuesOf } from '../../checks/cli/experiment.ts';
import {
  defaultValues,
  loadExperiment,
  referenceSubject,
  runExperiment,
} from '../../checks/experiment/experiment.ts';
import { isUpToDate, pictureFile } from '../../checks/experiment/picture.ts';
import { findLesson, lessons, shownPath } from '../../checks/project.ts';

describe('The experiment', function () {
  this.timeout(20_000);

  // The capstone's is `npm run capstone`, whose report shows more than a few seconds can.
  for (const lesson of lessons().filter(({ name }) => name !== '18-capstone')) {
    describe(`of ${lesson.name}`, () => {
      it('is about something, with parameters that start within their ranges', async () => {
        const { title, about, parameters } = (await loadExperiment(lesson))!;
        expect(title).to.match(/\S/);
        expect(about).to.match(/\.$/);
        for (const [name, { from, to, value, whole }] of Object.entries(parameters)) {
          expect(value, name).to.be.within(from, to);
          if (whole === true) expect(Number.isInteger(value), name).to.equal(true);
        }
      });

      it('has its picture in the README, made from the code that there is now', () => {
        const shown = shownPath(pictureFile(lesson));
        expect(readFileSync(lesson.readme, 'utf8')).to.include('](experiment.svg)');
        expect(isUpToDate(lesson), `npm run pictures makes ${shown} anew`).to.equal(true);
      });

      it('has a picture with paper around it, so that no label is cut', () => {
        const svg = readFileSync(pictureFile(lesson), 'utf8');
        const [, width, height] = /viewBox="-8 -8 (\S+) (\S+)"/.exec(svg)!;
        expect(width).to.equal('656');
        expect(svg).to.include(` height="${height}" width="656"`);
      });
    });
  }

  it('gives the same figures for the same seed, others for another, and says how far it is', async () => {
    const lesson = findLesson('02')!;
    const module = (await loadExperiment(lesson))!;
    const subject = await referenceSubject(lesson);
    const values = defaultValues(module.parameters);
    const told: number[] = [];
    const run = (seed: number) =>
      runExperiment(module, subject, { seed, values }, (done) => told.push(done));
    expect(run(1)).to.deep.equal(run(1));
    expect(run(1)).not.to.deep.equal(run(2));
    const once = told.slice(0, told.length / 4);
    expect(once).to.deep.equal(once.toSorted((a, b) => a - b));
    for (const done of told) expect(done).to.be.within(0, 1);
  });
});

describe('Points of one’s own', function () {
  this.timeout(60_000);
  const drawn: [what: string, points: number[][], classes: number[]][] = [
    ['a single one', [[0.2, 1]], [1]],
    [
      'several of one class',
      [
        [0.2, 1],
        [-0.4, 0.3],
        [0.7, -0.2],
      ],
      [0, 0, 0],
    ],
    [
      'two of both classes in one place',
      [
        [0.2, 1],
        [0.2, 1],
      ],
      [0, 1],
    ],
    [
      'a cross that no line parts',
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [0, 1, 1, 0],
    ],
  ];

  it('are taken by every experiment with a plane, however few and however placed', async () => {
    const taking: string[] = [];
    for (const lesson of lessons()) {
      const module = await loadExperiment(lesson);
      if (module?.plane === undefined) continue;
      taking.push(lesson.number);
      const { functions } = await referenceSubject(lesson);
      const smallest = Object.entries(module.parameters).map(([name, { from }]) => [name, from]);
      const digits = loadMnist(module.digits ?? { train: 0, test: 0 });
      for (const [what, points, classes] of drawn) {
        const material = {
          random: seededRandom(1),
          digits,
          points: { x: array(points), labels: labels(classes) },
        };
        const running = module.experiment(functions, material, Object.fromEntries(smallest));
        let step = running.next();
        while (step.done !== true) step = running.next();
        expect(step.value.length, `${lesson.name}, ${what}`).to.be.above(0);
      }
    }
    expect(taking).to.deep.equal(['01', '05', '19']);
  });
});

describe('What is chosen for an experiment', () => {
  const parameters = {
    rate: { label: 'learning rate', from: 0.01, to: 1, value: 0.1 },
    steps: { label: 'steps', from: 1, to: 50, value: 10, whole: true },
  };
  const choose = (...choices: string[]) => valuesOf({ parameters }, choices);

  it('is what the experiment proposes, unless said otherwise', () => {
    expect(choose()).to.deep.equal({ seed: 1, values: { rate: 0.1, steps: 10 } });
    expect(choose('steps=20', 'seed=7', 'rate=1')).to.deep.equal({
      seed: 7,
      values: { rate: 1, steps: 20 },
    });
  });

  it('must be known, a number, and within its range', () => {
    const problems: [choice: string, problem: string][] = [
      ['speed=3', 'There is no parameter "speed". Choose of rate=…, steps=…, seed=…'],
      ['toString=3', 'There is no parameter "toString". Choose of rate=…, steps=…, seed=…'],
      ['rate=2', 'rate is "2"; it must be a number from 0.01 to 1'],
      ['rate', 'rate is ""; it must be a number from 0.01 to 1'],
      ['rate=fast', 'rate is "fast"; it must be a number from 0.01 to 1'],
      ['steps=2.5', 'steps is "2.5"; it must be a whole number from 1 to 50'],
      ['seed=-1', 'seed is "-1"; it must be a whole number from 0 to 4294967295'],
    ];
    for (const [choice, problem] of problems) {
      expect(choose(choice)).to.deep.equal({ problem });
    }
  });
});
