import { expect } from 'chai';
import { anchorOf, anchors, hints, reward } from '../../checks/readme.ts';

const readme = `# 02 · Curves

## Staying finite

### 02.5 bentAt

Text.

<details><summary>Hint</summary>

The first.

</details>

<details>
<summary>Hint</summary>

The second, with \`code\`.

</details>

### 02.50 other

No hint.

When it passes, draw \`bentAt\`, with _colours_. Save it.

## Staying finite
`;

describe('anchorOf', () => {
  it('is the anchor that GitHub gives a heading', () => {
    expect(anchorOf('02.5 bentAt')).to.equal('#025-bentat');
    expect(anchorOf('02 · Curves')).to.equal('#02--curves');
  });
});

describe('anchors', () => {
  it('lists the anchors of all headings, and numbers the second of a name', () => {
    expect(anchors(readme)).to.deep.equal([
      '#02--curves',
      '#staying-finite',
      '#025-bentat',
      '#0250-other',
      '#staying-finite-1',
    ]);
  });
});

describe('hints', () => {
  it('are the folded parts of the section of the exercise, in order', () => {
    const found = ['The first.', 'The second, with `code`.'];
    expect(hints(readme, '02.5 bentAt')).to.deep.equal(found);
    expect(hints(readme.replaceAll('\n', '\r\n'), '02.5 bentAt')).to.deep.equal(found);
  });

  it('are none where there are none', () => {
    expect(hints(readme, '02.50 other')).to.deep.equal([]);
    expect(hints(readme, '02.6 missing')).to.deep.equal([]);
  });
});

describe('reward', () => {
  it('is the sentence that says what a solved exercise is good for', () => {
    expect(reward(readme, '02.50 other')).to.equal('draw bentAt, with colours');
    expect(reward(readme, '02.5 bentAt')).to.equal(undefined);
    expect(reward(readme, '02.6 missing')).to.equal(undefined);
  });
});
