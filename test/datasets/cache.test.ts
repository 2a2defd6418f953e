import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { cached } from '../../datasets/cache.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The URL of a module, for another process to import. */
const urlOf = (name: string): string =>
  pathToFileURL(createRequire(import.meta.url).resolve(name)).href;

describe('cached', () => {
  const folder = temporaryFolder();
  const file = (): string => path.join(folder(), 'cache', 'bytes.bin');

  let made = 0;
  const make = (): Uint8Array => {
    made += 1;
    return Uint8Array.from([1, 2, 3, 4]);
  };
  const load = (): number[] => [...cached(file(), make)];
  beforeEach(() => {
    made = 0;
  });

  it('makes the bytes once and reads them from then on', () => {
    expect([load(), load(), load()]).to.deep.equal([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(made).to.equal(1);
  });

  it('leaves one file behind, a checksum of 32 bytes longer than its content', () => {
    load();
    expect(readdirSync(path.dirname(file()))).to.deep.equal(['bytes.bin']);
    expect(readFileSync(file())).to.have.lengthOf(32 + 4);
  });

  it('keeps no bytes at all as well', () => {
    const nothing = (): Uint8Array => {
      made += 1;
      return new Uint8Array(0);
    };
    cached(file(), nothing);
    expect(cached(file(), nothing)).to.have.lengthOf(0);
    expect(made).to.equal(1);
  });

  it('makes the bytes again when the file is gone', () => {
    load();
    rmSync(path.dirname(file()), { recursive: true });
    expect(load()).to.deep.equal([1, 2, 3, 4]);
    expect(made).to.equal(2);
  });

  for (const [damage, damaged] of [
    ['has one changed byte', (bytes: Buffer) => bytes.fill(9, 33, 34)],
    ['has a changed checksum', (bytes: Buffer) => bytes.fill(0, 0, 1)],
    ['is cut short', (bytes: Buffer) => bytes.subarray(0, 35)],
    ['goes on too long', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])])],
    ['ends within its checksum', (bytes: Buffer) => bytes.subarray(0, 10)],
    ['is empty', () => Buffer.alloc(0)],
  ] as const) {
    it(`makes the bytes again, and keeps them, when the file ${damage}`, () => {
      load();
      writeFileSync(file(), damaged(readFileSync(file())));
      expect([load(), load()]).to.deep.equal([
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ]);
      expect(made).to.equal(2);
    });
  }

  it('makes the bytes each time when the folder cannot be made', () => {
    writeFileSync(path.join(folder(), 'cache'), 'a file where the folder should be');
    expect([load(), load()]).to.deep.equal([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(made).to.equal(2);
  });

  it('makes the bytes each time, and leaves no draft, when the file cannot be put in place', () => {
    mkdirSync(path.join(file(), 'a folder where the file should be'), { recursive: true });
    expect([load(), load()]).to.deep.equal([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(made).to.equal(2);
    expect(readdirSync(path.dirname(file()))).to.deep.equal(['bytes.bin']);
  });

  it('passes on what goes wrong in the making, and keeps nothing', () => {
    expect(() =>
      cached(file(), () => {
        throw new Error('no digits today');
      }),
    ).to.throw('no digits today');
    expect(load()).to.deep.equal([1, 2, 3, 4]);
  });

  it('lets two make the same bytes at once', () => {
    const outer = cached(file(), () => {
      load(); // another process is quicker
      return make();
    });
    expect([...outer]).to.deep.equal([1, 2, 3, 4]);
    expect(load()).to.deep.equal([1, 2, 3, 4]);
    expect(made).to.equal(2);
    expect(readdirSync(path.dirname(file()))).to.deep.equal(['bytes.bin']);
  });

  it('serves processes that read, write and delete the file at once', async function () {
    this.timeout(60_000);
    const program = `
      import { rmSync } from 'node:fs';
      import { cached } from ${JSON.stringify(urlOf('#datasets/cache'))};
      const file = ${JSON.stringify(file())};
      for (let i = 0; i < 40; i++) {
        if (i % 4 === 0) rmSync(file, { force: true });
        const bytes = cached(file, () => new Uint8Array(1_000_000).fill(7));
        if (bytes.length !== 1_000_000 || bytes.some((byte) => byte !== 7)) process.exit(1);
      }`;
    const flags = ['--import', urlOf('tsx'), '--input-type', 'module', '--eval', program];
    const children = [1, 2, 3].map(() => spawn(process.execPath, flags, { stdio: 'inherit' }));
    const exits = await Promise.all(children.map((child) => once(child, 'exit')));
    expect(exits.map(([code]) => code as unknown)).to.deep.equal([0, 0, 0]);
    expect(readdirSync(path.dirname(file()))).to.deep.equal(['bytes.bin']);
  });
});
