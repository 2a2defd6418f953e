import { expect } from 'chai';
import { diagnose } from '../../checks/diagnosis.ts';
import type { Misconception } from '../../checks/misconception.ts';
import type { Call } from '../../checks/subject/recorder.ts';

const reference = { square: (x: number) => x * x, half: (x: number) => x / 2 };

function misconception(id: string, wrong: Misconception['wrong']): Misconception {
  return { exercise: '07.1 square', id, sentence: '', anchor: '', wrong };
}

const twice = misconception('twice', (x: number) => 2 * x);
const cube = misconception('cube', (x: number) => x ** 3);
const fails = misconception('fails', () => {
  throw new Error('no');
});

/** A recorded call that returned the value. */
function call(args: unknown[], value: unknown, name = 'square'): Call {
  return { name, args, outcome: { value }, milliseconds: 0 };
}

function named(calls: Call[], all = [twice, cube, fails]): string | undefined {
  return diagnose(calls, all, reference)?.id;
}

describe('diagnose', () => {
  it('names the misconception that returns the same values', () => {
    expect(named([call([3], 6)])).to.equal('twice');
    expect(named([call([3], 27)])).to.equal('cube');
  });

  it('looks at every call: one coincidence is not enough', () => {
    // 2 · 2 and 2² are both 4, so the first call says nothing; the second speaks for the cube.
    expect(named([call([2], 4), call([3], 27)])).to.equal(undefined);
    expect(named([call([1], 1), call([3], 27)])).to.equal('cube');
  });

  it('names nothing when the values are right, or like no known wrong answer', () => {
    expect(named([call([3], 9)])).to.equal(undefined);
    expect(named([call([3], 10)])).to.equal(undefined);
    expect(named([])).to.equal(undefined);
  });

  it('names the first of several that match', () => {
    const also = misconception('also-twice', (x: number) => x + x);
    expect(named([call([3], 6)], [also, twice])).to.equal('also-twice');
  });

  it('leaves out calls of other functions and calls that threw', () => {
    const thrown: Call = {
      name: 'square',
      args: [4],
      outcome: { thrown: new Error('x') },
      milliseconds: 0,
    };
    expect(named([call([8], 99, 'half'), thrown, call([3], 6)])).to.equal('twice');
  });

  it('does not care what a forward function keeps for its backward', () => {
    const keeps = misconception('keeps', (x: number) => ({ out: 2 * x, cache: x }));
    const forward = { square: (x: number) => ({ out: x * x, cache: x }) };
    const seen = [call([3], { out: 6, cache: { my: 'own', x: 3 } })];
    expect(diagnose(seen, [keeps], forward)?.id).to.equal('keeps');
    const right = [call([3], { out: 9, cache: 'else' })];
    expect(diagnose(right, [keeps], forward)).to.equal(undefined);
  });

  it('matches NaN with NaN', () => {
    const root = misconception('root', (x: number) => Math.sqrt(x));
    expect(named([call([-1], NaN)], [twice, root])).to.equal('root');
  });
});
