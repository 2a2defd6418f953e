/** What a submission was graded with: points depend on it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../project.ts';
import type { GradedWith } from './submission-result.ts';

let known: GradedWith | undefined;

/** The version of the course that grades here, its commit where git tells it, and Node's version. */
export function gradedWith(): GradedWith {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const commit = commitOf(root);
  known ??= { course: version, ...(commit !== undefined && { commit }), node: process.version };
  return known;
}

/** The commit of a folder, with `-dirty` behind it when something was changed since; undefined without git. */
function commitOf(folder: string): string | undefined {
  try {
    const args = ['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty'];
    const text = execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    return text.toString().trim();
  } catch {
    return undefined;
  }
}
