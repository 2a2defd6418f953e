import { expect } from 'chai';
import { parseChecksums, sha256 } from '../../datasets/checksums.ts';

/** The checksum of the three bytes `abc`, from FIPS 180-2, https://csrc.nist.gov/pubs/fips/180-2/final, B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('sha256', () => {
  it('gives the checksum that the standard states for abc', () => {
    expect(sha256(Buffer.from('abc'))).to.equal(ABC);
  });
});

describe('parseChecksums', () => {
  it('reads a checksum and a name a line, in text or binary mode', () => {
    const zeros = '0'.repeat(64);
    expect(parseChecksums('SUMS', `${ABC}  a.gz\n${zeros} *two words\n`)).to.deep.equal(
      new Map([
        ['a.gz', ABC],
        ['two words', zeros],
      ]),
    );
  });

  it('reads lines that end as on Windows, and checksums in capitals', () => {
    expect(parseChecksums('SUMS', `${ABC.toUpperCase()}  a.gz\r\n\r\n`)).to.deep.equal(
      new Map([['a.gz', ABC]]),
    );
  });

  it('refuses a line of another form', () => {
    for (const line of [`${ABC.slice(1)}  a.gz`, `SHA256 (a.gz) = ${ABC}`, `${ABC}  `]) {
      expect(() => parseChecksums('SUMS', `${ABC}  b.gz\n${line}\n`))
        .to.throw(Error)
        .with.property(
          'message',
          "parseChecksums: line 2 of SUMS is not a checksum; a line must hold 64 hexadecimal digits, two spaces and a file's name, so write the file anew with sha256sum, or remove it",
        );
    }
  });
});
