import { expect } from 'chai';
import { clipped, readable } from '../../figures/characters.ts';
import { formats } from '../../checks/report/formats/formats.ts';
import { exercisesOf } from '../../checks/report/formats/wording.ts';
import { resultOf, synthetic, tiny } from './results.ts';

describe('formats', () => {
  it('has every format that is one file, with a description', () => {
    expect(Object.keys(formats)).to.deep.equal([
      'junit',
      'gradescope',
      'prairielearn',
      'classroom50',
      'exercism',
      'html',
    ]);
    for (const { description } of Object.values(formats)) {
      expect(description).to.match(/^\S.{5,80}\S$/);
    }
  });

  it('writes the same document for the same result, and ends it with a line feed', () => {
    for (const [name, { write }] of Object.entries(formats)) {
      if (name === 'classroom50') continue;
      expect(write(tiny), name).to.equal(write(structuredClone(tiny)));
      expect(write(tiny), name).to.match(/[^\n]\n$/);
    }
  });

  it('has no character that some reader refuses', () => {
    for (const [name, { write }] of Object.entries(formats)) {
      if (name === 'classroom50') continue;
      for (const [of, result] of Object.entries(synthetic)) {
        // Once as the document stands, once as JSON escapes it.
        const document = write(result);
        expect(document, `${name} of ${of}`).to.equal(readable(document));
        expect(document, `${name} of ${of}`).not.to.match(/\\u(00[01]|d[89a-f])/i);
      }
    }
  });
});

describe('readable', () => {
  it('replaces control characters and halves of characters', () => {
    expect(readable('a\u0000b\u001Bc\u000Bd\uD83De\uDE42f\uFFFEg\uFFFFh')).to.equal(
      'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFDg\uFFFDh',
    );
  });

  it('keeps every other character', () => {
    const text = 'tab\t, line\n, é, 界, 🙂, \u2028, \uFFFD';
    expect(readable(text)).to.equal(text);
  });

  it('ends every line with a line feed', () => {
    expect(readable('a\r\nb\rc\n\rd')).to.equal('a\nb\nc\n\nd');
  });
});

describe('clipped', () => {
  it('keeps a text that is short enough', () => {
    expect(clipped('x'.repeat(60), 60)).to.equal('x'.repeat(60));
  });

  it('keeps the beginning of a longer one and says how long it was', () => {
    // The note has 35 characters.
    expect(clipped('x'.repeat(61), 60)).to.equal(
      `${'x'.repeat(25)}\n… (the beginning of 61 characters)`,
    );
    expect(clipped('x'.repeat(10_000), 500)).to.have.length(500);
  });
});

describe('exercisesOf', () => {
  /** The failure that stands for an exercise with these problems. */
  function shown(...problems: readonly { problem: string; id?: string }[]): string | undefined {
    const [lesson] = resultOf({
      lesson: '02-curves',
      checks: problems.map(({ problem, id }) => ({
        exercise: '02.5 bentAt',
        title: 'is right',
        status: 'failed',
        failure: {
          problem,
          ...(id && {
            diagnosis: { kind: 'misconception' as const, id, sentence: 'no', anchor: '#no' },
          }),
        },
      })),
      printed: '',
    }).lessons;
    return exercisesOf(lesson!)[0]!.failed?.failure?.problem;
  }

  it('shows a failure with a diagnosis, or a report of several lines, or the first', () => {
    const [first, report, diagnosed] = [
      { problem: 'first' },
      { problem: 'a\nreport' },
      { problem: 'diagnosed', id: 'x' },
    ] as const;
    expect(shown(first, report, diagnosed)).to.equal('diagnosed');
    expect(shown(first, report)).to.equal('a\nreport');
    expect(shown(first, { problem: 'second' })).to.equal('first');
  });
});
