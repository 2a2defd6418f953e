/**
 * Whether a large batch that is killed and resumed under load gives the table of one that nobody disturbs: lesson
 * 02, six hostile files among the submissions.
 *
 *     node --import tsx bench/interruption.ts [SUBMISSIONS [JOBS]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLesson } from '../checks/project.ts';
import { killedTwice, undisturbed, writeSubmissions } from './interruption/interrupted.ts';

const count = Number(process.argv[2] ?? 200);
const jobs = Number(process.argv[3] ?? availableParallelism());
const folder = mkdtempSync(join(tmpdir(), 'chainrule-interruption-'));
try {
  const batch = { lesson: findLesson('02')!, name: 'relu', count, folder, jobs };
  writeSubmissions(batch);
  const quiet = await undisturbed(batch);
  console.log(`undisturbed: ${count} submissions in ${quiet.seconds.toFixed(0)} s`);
  const killed = await killedTwice(batch, availableParallelism());
  console.log(`killed twice, under load: ${killed.seconds.toFixed(0)} s`);
  const isSame = killed.table === quiet.table;
  console.log(isSame ? 'the tables are equal' : 'the tables differ');
  process.exitCode = isSame ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
