import { expect } from 'chai';
import { junit } from '../../checks/report/formats/junit.ts';
import { published } from './published.ts';
import { allResults, resultOf, tiny, type Results } from './results.ts';
import { readXml } from './xml.ts';

const schema = published('junit.xsd');

describe('junit', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('writes a suite for each lesson and a test case for each check', () => {
    expect(junit(tiny)).to.equal(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="chainrule" tests="3" failures="1" errors="0">
  <testsuite name="02-curves" tests="3" failures="1" errors="0" skipped="1" file="lessons/02-curves/curves.ts">
    <testcase classname="02.5 bentAt" name="is ½ at 0"/>
    <testcase classname="02.5 bentAt" name="is 1 far to the right">
      <failure type="bent-sign" message="1 was expected and 0 came back (they differ by 1)">call      bentAt(40)
returned  0
expected  1
1 was expected and 0 came back (they differ by 1)
at curves.ts:31
Left and right have changed places.
Read lessons/02-curves/README.md#025-bentat</failure>
    </testcase>
    <testcase classname="02.6 slopeAt" name="is 0 at 0">
      <skipped message="to do"/>
    </testcase>
    <system-out>z = 40
</system-out>
  </testsuite>
</testsuites>
`);
  });

  it('is valid for every result', async () => {
    for (const [name, result] of Object.entries(results)) {
      expect((await readXml(junit(result), schema)).problems, name).to.deep.equal([]);
    }
  });

  it('is held to a schema that refuses what is not JUnit', async () => {
    const document = junit(tiny);
    for (const wrong of [
      document.replace('failures="1"', 'failures="many"'),
      document.replace('name="is ½ at 0"', ''),
      document.replace('<skipped message="to do"/>', '<todo/>'),
      document.replace('</testsuites>', ''),
    ]) {
      expect((await readXml(wrong, schema)).problems).not.to.deep.equal([]);
    }
  });

  it('has as many passed tests as the result has points', async () => {
    for (const [name, result] of Object.entries(results)) {
      const { texts } = await readXml(junit(result));
      expect(texts('//testcase'), name).to.have.length(result.max);
      expect(texts('//testcase[not(*)]'), name).to.have.length(result.points);
      for (const [attribute, xpath] of [
        ['tests', '//testcase'],
        ['failures', '//failure'],
        ['skipped', '//skipped'],
      ]) {
        const sum = texts(`//testsuite/@${attribute}`).reduce((all, one) => all + Number(one), 0);
        expect(sum, name).to.equal(texts(xpath!).length);
      }
    }
  });

  it('gives back what was printed, but for characters that XML does not have', async () => {
    const printed = '<b>&amp;</b> ]]> "a" \'b\'\ttab\r\nNUL \u0000 half \uD83D whole 🙂 end';
    const { texts } = await readXml(junit(resultOf({ lesson: '02-curves', checks: [], printed })));
    expect(texts('//system-out')).to.deep.equal([
      '<b>&amp;</b> ]]> "a" \'b\'\ttab\nNUL \uFFFD half \uFFFD whole 🙂 end',
    ]);
  });

  it('gives back the names of tests', async () => {
    const title = 'is "0" & <1>, \'really\'';
    const { texts } = await readXml(
      junit(
        resultOf({
          lesson: '02-curves',
          checks: [{ exercise: '02.5 bentAt', title, status: 'passed' }],
          printed: '',
        }),
      ),
    );
    expect(texts('//testcase/@name')).to.deep.equal([title]);
    expect(texts('//testcase/@classname')).to.deep.equal(['02.5 bentAt']);
  });

  it('keeps a message to the first line of a report', () => {
    const document = junit(
      resultOf({
        lesson: '02-curves',
        checks: [
          {
            exercise: '02.7 gradientAt',
            title: 'agrees with differences',
            status: 'failed',
            failure: { problem: 'dW is wrong\n  transposed' },
          },
        ],
        printed: '',
      }),
    );
    expect(document).to.include('message="dW is wrong">dW is wrong\n  transposed\nRead ');
  });
});
