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
 * The hints of an exercise: the folded parts of its section, from the gentlest on.
 *
 * @param readme the text of the lesson's README
 * @param exercise `02.5 sigmoid`
 */
export function hints(readme: string, exercise: string): string[] {
  const text = readme.replaceAll('\r\n', '\n');
  const start = text.indexOf(`\n### ${exercise}\n`);
  if (start < 0) return [];
  const section = text.slice(start + 1).split(/\n##/)[0]!;
  const folded = /<details>\s*<summary>[^<]*<\/summary>([^]*?)<\/details>/g;
  return [...section.matchAll(folded)].map((match) => match[1]!.trim());
}
