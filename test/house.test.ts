/** Arrows between the rooms of the house run one way, and lint refuses every other. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from '../checks/project.ts';
import { submissionsFolder } from './sandbox/submission.ts';
import { run } from './temporary-project.ts';

/** From what stands below to what stands on it. */
const ROOMS = [
  'base',
  'datasets',
  'figures',
  'checks',
  'lessons',
  'reference',
  'page',
  'bench',
  'test',
];

/** Where a file stands that imports: one folder down, as most do. */
const file = (room: string): string => join(room, 'inner', 'file.ts');

/** A diagnostic as `oxlint --format json` writes it. */
interface Diagnostic {
  code: string;
  filename: string;
  labels: { span: { line: number } }[];
}

describe('The house', function () {
  this.timeout(20_000);
  const { folder, remove } = submissionsFolder();
  /** The imports that were refused: `base: #checks/expect`. */
  const refused = new Set<string>();

  /** What a room is imported by: paths from where they stand, and its name. */
  function waysInto(room: string): string[] {
    return [`../../${room}/some.ts`, `../../../chainrule/${room}/some.ts`, `#${room}/some`];
  }

  before(async () => {
    cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    for (const from of ROOMS) {
      const imports = ROOMS.flatMap(waysInto).map(
        (path, i) => `import { a as a${i} } from '${path}';\n`,
      );
      mkdirSync(dirname(join(folder, file(from))), { recursive: true });
      writeFileSync(join(folder, file(from)), imports.join(''));
    }
    const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');
    const { stdout } = await run(process.execPath, [oxlint, '--format', 'json'], folder);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
    const paths = ROOMS.flatMap(waysInto);
    for (const { code, filename, labels } of diagnostics) {
      if (code !== 'eslint(no-restricted-imports)') continue;
      const [from] = filename.split(/[\\/]/);
      refused.add(`${from}: ${paths[labels[0]!.span.line - 1]}`);
    }
  });

  after(remove);

  for (const [i, from] of ROOMS.entries()) {
    it(`lets ${from} lean on nothing that stands on it`, () => {
      const wrong = ROOMS.slice(i + 1).flatMap(waysInto);
      expect(wrong.filter((path) => !refused.has(`${from}: ${path}`))).to.deep.equal([]);
    });

    it(`lets ${from} lean on all that it stands on, and on itself`, () => {
      const right = ROOMS.slice(0, i + 1).flatMap(waysInto);
      expect(right.filter((path) => refused.has(`${from}: ${path}`))).to.deep.equal([]);
    });
  }
});
