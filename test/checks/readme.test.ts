import { expect } from 'chai';
import { anchorOf, anchors, hints } from '../../checks/readme.ts';

const readme = `# 02 · Activations

## Staying finite

### 02.5 sigmoid

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

## Staying finite
`;

describe('anchorOf', () => {
  it('is the anchor that GitHub gives a heading', () => {
    expect(anchorOf('02.5 sigmoid')).to.equal('#025-sigmoid');
    expect(anchorOf('02 · Activations')).to.equal('#02--activations');
  });
});

describe('anchors', () => {
  it('lists the anchors of all headings, and numbers the second of a name', () => {
    expect(anchors(readme)).to.deep.equal([
      '#02--activations',
      '#staying-finite',
      '#025-sigmoid',
      '#0250-other',
      '#staying-finite-1',
    ]);
  });
});

describe('hints', () => {
  it('are the folded parts of the section of the exercise, in order', () => {
    const found = ['The first.', 'The second, with `code`.'];
    expect(hints(readme, '02.5 sigmoid')).to.deep.equal(found);
    expect(hints(readme.replaceAll('\n', '\r\n'), '02.5 sigmoid')).to.deep.equal(found);
  });

  it('are none where there are none', () => {
    expect(hints(readme, '02.50 other')).to.deep.equal([]);
    expect(hints(readme, '02.6 missing')).to.deep.equal([]);
  });
});
