/** The sections and hints of a lesson's README. */
import GithubSlugger from 'github-slugger';

/** The anchor that GitHub gives a heading: `#025-sigmoid` for `02.5 sigmoid`. */
export function anchorOf(heading: string): string {
  return `#${new GithubSlugger().slug(heading)}`;
}

/** The anchors of all headings of a README. */
export function anchors(readme: string): string[] {
  const slugger = new GithubSlugger();
  return [...readme.matchAll(/^#+ (.+)$/gm)].map((match) => `#${slugger.slug(match[1]!)}`);
}

/**
 * What an exercise is good for once it is solved: the rest of the sentence of its section that begins with "When it
 * passes", without the marks of Markdown.
 *
 * @returns `watch it read`; undefined where it says nothing of that
 */
export function reward(readme: string, exercise: string): string | undefined {
  const text = /^When it passes, ([^.]*)\./m.exec(sectionOf(readme, exercise) ?? '')?.[1];
  return text?.replaceAll(/[`*_]/g, '');
}

/**
 * The hints of an exercise: the folded parts of its section, from the gentlest on.
 *
 * @param readme the text of the lesson's README
 * @param exercise `02.5 sigmoid`
 */
export function hints(readme: string, exercise: string): string[] {
  const folded = /<details>\s*<summary>[^<]*<\/summary>([^]*?)<\/details>/g;
  return [...(sectionOf(readme, exercise) ?? '').matchAll(folded)].map((match) => match[1]!.trim());
}

/** The text of an exercise, up to the next heading of that rank; undefined when there is none. */
function sectionOf(readme: string, exercise: string): string | undefined {
  const text = readme.replaceAll('\r\n', '\n');
  const start = text.indexOf(`\n### ${exercise}\n`);
  return start < 0 ? undefined : text.slice(start + 1).split(/\n##/)[0];
}
