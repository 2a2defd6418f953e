import { expect } from 'chai';
import { githubAnnotations, githubSummary } from '../../checks/report/formats/github.ts';
import { allResults, resultOf, synthetic, tiny, type Results } from './results.ts';
import { expectSnapshot } from '../snapshot.ts';

describe('githubSummary', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('writes a table for each lesson, the failures and what was printed', () => {
    expect(githubSummary(tiny)).to.equal(`# chainrule: 1 of 3 points

## 02-curves: 1 of 3 points

| exercise | points | |
| --- | ---: | --- |
| 02.5 bentAt | 1/2 | ✘ is 1 far to the right |
| 02.6 slopeAt | 0/1 | to do |

### 02.5 bentAt: is 1 far to the right

\`\`\`text
call      bentAt(40)
returned  0
expected  1
1 was expected and 0 came back (they differ by 1)
at curves.ts:31
Left and right have changed places.
Read lessons/02-curves/README.md#025-bentat
\`\`\`

### Your code printed

\`\`\`text
z = 40
\`\`\`
`);
  });

  it('is within 1 MiB for every result', () => {
    for (const [name, result] of Object.entries(results)) {
      expect(Buffer.byteLength(githubSummary(result)), name).to.be.lessThan(2 ** 20);
    }
  });

  it('keeps everything from a submission between fences that it cannot close', () => {
    const fence = '`'.repeat(40);
    const printed = `${fence}\n<script>alert(1)</script>\n${fence}`;
    const summary = githubSummary(resultOf({ lesson: '02-curves', checks: [], printed }));
    expect(summary).to.include(`${fence}\`text\n${printed}\n${fence}\`\n`);
    expect(() =>
      githubSummary(resultOf({ lesson: '02-curves', checks: [], printed: '` '.repeat(1_000_000) })),
    ).not.to.throw();
  });

  it('escapes what Markdown would find in a title', () => {
    const summary = githubSummary(
      resultOf({
        lesson: '02-curves',
        checks: [{ exercise: '02.5 bentAt', title: 'is <b>|x*|</b>\n`a`', status: 'failed' }],
        printed: '',
      }),
    );
    expect(summary).to.include(String.raw`| 0/1 | ✘ is \<b\>\|x\*\|\</b\> \`a\` |`);
  });

  it('says only why when a lesson could not be graded', () => {
    expectSnapshot(
      'formats/github-summary-broken',
      githubSummary(synthetic['one lesson of two that is broken']!),
    );
  });
});

/** A command as the runner of GitHub Actions reads it, by the rules of github.ts's second source. */
function commandOf(line: string): { name: string; file?: string; [property: string]: unknown } {
  const [, name, properties, message] = /^::(\w+) (.*?)::(.*)$/s.exec(line) ?? [];
  const entries = properties!.split(',').map((property) => {
    const [key, value] = property.split(/=(.*)/s);
    return [key!, unescaped(value!)];
  });
  return { name: name!, ...Object.fromEntries(entries), message: unescaped(message!) };
}

function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

describe('githubAnnotations', function () {
  this.timeout(120_000);

  it('writes a command for each exercise that failed, at the line that threw', () => {
    expect(githubAnnotations(tiny)).to.equal(
      '::error file=lessons/02-curves/curves.ts,line=31,title=02.5 bentAt%3A is 1 far to the right::call      bentAt(40)%0Areturned  0%0Aexpected  1%0A1 was expected and 0 came back (they differ by 1)%0Aat curves.ts:31%0ALeft and right have changed places.%0ARead lessons/02-curves/README.md#025-bentat\n',
    );
  });

  it('writes nothing when nothing failed', async () => {
    const results = await allResults();
    expect(githubAnnotations(results['a right one']!)).to.equal('');
    expect(githubAnnotations(results['one that is not begun']!)).to.equal('');
    expect(githubAnnotations(results['no lesson']!)).to.equal('');
  });

  it('points at the line of a syntax error', async () => {
    const { 'one with a syntax error': result } = await allResults();
    const command = commandOf(githubAnnotations(result!).trimEnd());
    expect(command).to.include({
      name: 'error',
      file: 'lessons/01-lines/lines.ts',
      title: '01-lines could not be graded',
    });
    expect(command['message']).to.include(`lines.ts:${String(command['line'])}: Unexpected`);
  });

  it('names no line of another file', () => {
    const [lesson] = tiny.lessons;
    const elsewhere = structuredClone({ ...tiny, lessons: [lesson!] });
    elsewhere.lessons[0]!.checks[1]!.failure!.place = 'lessons/01-lines/lines.ts:3';
    const command = commandOf(githubAnnotations(elsewhere).trimEnd());
    expect(command).to.include({ file: 'lessons/02-curves/curves.ts' });
    expect(command).not.to.have.property('line');
  });

  it('takes the line of a whole path too', () => {
    const [lesson] = tiny.lessons;
    const whole = structuredClone({ ...tiny, lessons: [lesson!] });
    whole.lessons[0]!.checks[1]!.failure!.place = 'lessons/02-curves/curves.ts:12';
    expect(commandOf(githubAnnotations(whole).trimEnd())['line']).to.equal('12');
  });

  it('lets nothing from a submission become a command', async () => {
    for (const [name, result] of Object.entries(await allResults())) {
      for (const line of githubAnnotations(result).split('\n').slice(0, -1)) {
        const { name: command, file, message } = commandOf(line);
        expect(command, name).to.equal('error');
        expect(file, name).to.match(/^lessons\/\d\d-[a-z]+\/[a-z]+\.ts$/);
        expect(String(message).length, name).to.be.lessThan(4001);
      }
    }
  });
});
