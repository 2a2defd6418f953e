/** Proofs of the fixture's lessons: what they hold, what is said against a lesson, and what is kept of them. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Lesson } from '../../checks/project.ts';
import { faultsOf } from '../../checks/proof/faults.ts';
import { proofsOf } from '../../checks/proof/kept-proofs.ts';
import { proveAll } from '../../checks/proof/pool.ts';
import type { Proof } from '../../checks/proof/proof.ts';
import { inFixture } from '../temporary-project.ts';

/** Why lessons cannot be proven. */
async function refusal(...all: readonly Lesson[]): Promise<string> {
  try {
    await proveAll(all, () => {});
  } catch (error) {
    return (error as Error).message;
  }
  return 'they were proven';
}

/** Puts a file back as it was when a test is over in which it is changed. */
async function changing(file: string, text: string, test: () => Promise<void>): Promise<void> {
  const before = readFileSync(file);
  writeFileSync(file, text);
  try {
    await test();
  } finally {
    writeFileSync(file, before);
  }
}

describe('proveAll', function () {
  this.timeout(30_000);
  const { lines, curves } = inFixture();

  it('proves each lesson once, whatever the learner has written', async () => {
    const proofs = new Map<string, Proof>();
    await changing(lines.learner, 'process.exit(7);', async () => {
      await proveAll([lines, curves], ({ name }, proof) => proofs.set(name, proof));
    });
    expect([...proofs.keys()]).to.have.members(['01-lines', '02-curves']);
    const { reference, stub, solutions, misconceptions, oracles, cpu } = proofs.get('01-lines')!;
    expect(reference.map(({ status }) => status)).to.deep.equal(Array(11).fill('passed'));
    expect(stub.map(({ status }) => status)).to.deep.equal(Array(11).fill('todo'));
    expect(solutions.map(({ file }) => file)).to.deep.equal(['backwards.ts', 'by-hand.ts']);
    for (const { misconception, caught } of misconceptions) {
      expect(caught?.failure?.diagnosis?.id, misconception.id).to.equal(misconception.id);
    }
    expect(oracles).to.deep.equal([]);
    expect(cpu).to.be.above(0);
  });

  it('says what is against a lesson', async () => {
    const proofs: Proof[] = [];
    const lenient = readFileSync(curves.suite, 'utf8').replace(
      'bentAt(left, right, 0)).to.almostEqual(3)',
      'bentAt(left, right, 0)).to.be.a("number")',
    );
    await changing(curves.suite, lenient, async () => {
      await changing(
        join(curves.solutions, 'by-hand.ts'),
        'export const bentAt = () => 3;',
        async () => {
          await proveAll([curves], (_, proof) => proofs.push(proof));
        },
      );
    });
    expect(faultsOf(curves, proofs[0]!)).to.deep.equal([
      'by-hand.ts fails 02.1 bentAt: is the left line left of 0',
      'by-hand.ts fails 02.1 bentAt: is the right line from 0 on',
      'bent-at-one is not caught',
    ]);
  });

  it('proves anew what costs too much, since only the first time is everything compiled', async () => {
    const dearOnce = `const all = globalThis as unknown as { wasDear?: true };
      const end = process.cpuUsage().user + (all.wasDear ? 0 : 2_300_000);
      all.wasDear = true;
      while (process.cpuUsage().user < end);`;
    const dear = readFileSync(curves.suite, 'utf8').replace(
      "it('is the left",
      `it('is dear once', () => {\n      ${dearOnce}\n    });\n\n    it('is the left`,
    );
    const proofs: Proof[] = [];
    await changing(curves.suite, dear, async () => {
      await proveAll([curves], (_, proof) => proofs.push(proof));
    });
    const [{ reference }] = proofs as [Proof];
    expect(reference.find(({ title }) => title === 'is dear once')!.cpu).to.be.below(2000);
  });

  it('names the suite whose process ends', async () => {
    const deadly = readFileSync(curves.suite, 'utf8').replace(
      "it('is the left",
      "it('ends', () => process.exit(3));\n\n    it('is the left",
    );
    await changing(curves.suite, deadly, async () => {
      expect(await refusal(lines, curves)).to.equal(
        'proveAll: test/lessons/02-curves.test.ts cannot be proven: its process ended with code 3; its output says why',
      );
    });
  });

  it('names the suite that does not load, and says why', async () => {
    await changing(curves.suite, "throw new RangeError('not today');", async () => {
      expect(await refusal(curves)).to.equal(
        'proveAll: test/lessons/02-curves.test.ts cannot be proven: RangeError: not today',
      );
    });
  });
});

describe('proofsOf', function () {
  this.timeout(30_000);
  const project = inFixture();
  const { curves } = project;
  const state = join(project.root, '.chainrule');

  /** Proves the second lesson, or finds that it was proven. */
  async function proven(): Promise<{ proof: Proof; isKept: boolean }> {
    const found: { proof: Proof; isKept: boolean }[] = [];
    await proofsOf([curves], (_, proof, isKept) => found.push({ proof, isKept }));
    expect(found).to.have.length(1);
    return found[0]!;
  }

  it('proves nothing again that is the same, a changed exercise of the learner included', async () => {
    const first = await proven();
    expect(first.isKept).to.equal(false);
    appendFileSync(curves.learner, '// mine\n');
    expect(await proven()).to.deep.equal({ ...first, isKept: true });
  });

  it('proves a lesson again when its files or another solution have changed', async () => {
    for (const file of [curves.reference, join(curves.solutions, 'by-hand.ts')]) {
      appendFileSync(file, '// a comment\n');
      expect((await proven()).isKept, file).to.equal(false);
      expect((await proven()).isKept, file).to.equal(true);
    }
  });

  it('proves a lesson again whose kept proof is cut short', async () => {
    rmSync(state, { recursive: true });
    await proven();
    const folder = join(state, 'cache', 'proofs');
    const [kept] = readdirSync(folder);
    writeFileSync(join(folder, kept!), '{"reference":[');
    expect((await proven()).isKept).to.equal(false);
  });

  it('proves, and keeps nothing, where nothing can be kept', async () => {
    rmSync(state, { recursive: true });
    mkdirSync(state);
    writeFileSync(join(state, 'cache'), 'a file in the way');
    expect((await proven()).isKept).to.equal(false);
    const again = await proven();
    expect(again.isKept).to.equal(false);
    expect(faultsOf(curves, again.proof)).to.deep.equal([]);
    expect(readFileSync(join(state, 'cache'), 'utf8')).to.equal('a file in the way');
    expect(existsSync(join(state, 'proof', String(process.pid)))).to.equal(false);
  });
});
