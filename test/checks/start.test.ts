import { expect } from 'chai';
import { courseMap, type Progress } from '../../checks/cli/start.ts';
import { lessonNamed } from '../../checks/project.ts';
import { coloursFor, plain } from '../../checks/report/colours.ts';
import { expectSnapshot } from '../snapshot.ts';
import { inFixture } from '../temporary-project.ts';
import { onTerminal } from '../terminal.ts';

describe('The map of the course', () => {
  const { lines, curves } = inFixture();
  const progress: Progress[] = [
    { lesson: lines, standing: { points: 11, max: 11, solved: [] } },
    { lesson: curves, standing: { points: 3, max: 10, open: '02.1 bentAt', solved: [] } },
    { lesson: lessonNamed('03-areas') },
  ];

  it('shows each lesson with its points, and what is next', () => {
    expectSnapshot('cli/map', courseMap(progress, plain, false));
  });

  it('draws bars on a terminal', () => {
    expectSnapshot('cli/map-with-bars', courseMap(progress, plain, true));
  });

  it('ends without a next step when every lesson is solved', () => {
    expectSnapshot('cli/map-solved', courseMap(progress.slice(0, 1), plain, false));
  });

  it('sends to the doctor when nothing is open but files are missing', () => {
    const map = courseMap([progress[0]!, progress[2]!], plain, false);
    expect(map).to.match(/\nNext: npm run doctor\n$/);
  });
});

describe('coloursFor', () => {
  onTerminal();

  it('colours a terminal, and nothing else', () => {
    const noColor = process.env['NO_COLOR'];
    try {
      delete process.env['NO_COLOR'];
      expect(coloursFor({ isTTY: true }).red('x')).to.equal('\u001B[31mx\u001B[39m');
      expect(coloursFor({ isTTY: false }).red('x')).to.equal('x');
      expect(coloursFor({}).red('x')).to.equal('x');
      process.env['NO_COLOR'] = '1';
      expect(coloursFor({ isTTY: true }).red('x')).to.equal('x');
    } finally {
      if (noColor === undefined) delete process.env['NO_COLOR'];
      else process.env['NO_COLOR'] = noColor;
    }
  });
});
