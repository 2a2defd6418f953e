/** The course as files for any server: text and experiments, on the references. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lessons } from '../../checks/project.ts';
import { buildAssets } from './assets.ts';
import { courseText, lessonText, linkedFiles } from './course-text.ts';
import { digitsFile, digitsName } from './digits.ts';
import { indexPage } from './index-page.ts';
import { WEIGHTS } from './pad.ts';

/**
 * Builds the site. All of its links are relative, so that it may stand below any path.
 *
 * @param folder where to; what is there is replaced
 */
export async function buildSite(folder: string): Promise<{ files: number; bytes: number }> {
  const files = new Map<string, string | Uint8Array>(await buildAssets());
  files.set('index.html', indexPage(false));
  files.set('course.json', JSON.stringify(courseText()));
  // GitHub's pages would look for a blog in it.
  files.set('.nojekyll', '');
  for (const lesson of lessons()) {
    const text = await lessonText(lesson, false);
    files.set(`lessons/${lesson.name}.json`, JSON.stringify(text));
    for (const part of ['train', 'test'] as const) {
      for (const count of [text.experiment?.digits?.[part] ?? 0, text.pad?.digits[part] ?? 0]) {
        if (count > 0) files.set(`digits/${digitsName(part, count)}`, digitsFile(part, count));
      }
    }
    if (text.pad !== undefined) files.set(WEIGHTS.course.path, readFileSync(WEIGHTS.course.file()));
  }
  for (const [path, file] of linkedFiles()) files.set(`files/${path}.txt`, readFileSync(file));
  rmSync(folder, { recursive: true, force: true });
  let bytes = 0;
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    bytes += Buffer.byteLength(content);
  }
  return { files: files.size, bytes };
}
