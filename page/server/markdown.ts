/** A README as HTML: formulas set by KaTeX, headings with anchors, links that lead within the page. */
import { posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import { renderToString } from 'katex';
import newMarkdownIt, { type MarkdownIt } from 'markdown-it';
import { lessons, type Lesson } from '../../checks/project.ts';
import { markup } from '../../figures/markup.ts';

/** A README, ready for the page. */
export interface Readme {
  /** Its first heading, without the number. */
  title: string;
  html: string;
  /** The files of the course that it leads to, by their paths in it. */
  files: readonly string[];
}

/**
 * Makes a page of a lesson's README.
 *
 * The picture of the experiment is left out, since the experiment itself stands beside the text.
 *
 * @param markdown its text
 * @param lesson whose it is: links start from its folder
 */
export function readme(markdown: string, lesson: Lesson): Readme {
  const files = new Set<string>();
  const reader = newMarkdownIt({ html: true });
  formulas(reader);
  anchors(reader, lesson);
  links(reader, lesson, files);
  const [, title = lesson.slug] = /^# (?:\d\d · )?(.+)$/m.exec(markdown) ?? [];
  const body = markdown.replace(/^# .+$/m, '').replaceAll(/^!\[[^\]]*\]\(experiment\.svg\)$/gm, '');
  return { title, html: reader.render(body), files: [...files] };
}

/** Display formulas in blocks of ```math, others between dollars: as the course writes them (CONTRIBUTING.md). */
function formulas(reader: MarkdownIt): void {
  const fence = reader.renderer.rules.fence!;
  reader.renderer.rules.fence = (tokens, index, ...others) => {
    const { info, content } = tokens[index]!;
    if (info.trim() === 'math')
      return `<p class="formula" tabindex="0">${formula(content, true)}</p>\n`;
    return fence(tokens, index, ...others).replace('<pre>', '<pre tabindex="0">');
  };
  // Before a backslash is taken for an escape.
  reader.inline.ruler.before('escape', 'formula', (state, silent) => {
    if (state.src[state.pos] !== '$') return false;
    const end = state.src.indexOf('$', state.pos + 1);
    if (end < 0) return false;
    if (!silent) state.push('formula', '', 0).content = state.src.slice(state.pos + 1, end);
    state.pos = end + 1;
    return true;
  });
  reader.renderer.rules['formula'] = (tokens, index) => formula(tokens[index]!.content, false);
}

function formula(text: string, displayMode: boolean): string {
  return renderToString(text, { displayMode, throwOnError: false, strict: 'ignore' });
}

/** A heading gets the name that GitHub gives it, and a link to itself. */
function anchors(reader: MarkdownIt, lesson: Lesson): void {
  const slugger = new GithubSlugger();
  reader.core.ruler.push('anchors', ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.type === 'heading_open') token.attrSet('id', slugger.slug(tokens[i + 1]!.content));
    }
  });
  reader.renderer.rules.heading_close = (tokens, index) => {
    const [open, text] = [tokens[index - 2]!, tokens[index - 1]!];
    const place = `#/${lesson.name}/${open.attrGet('id')}`;
    const name = `A link to ${text.content}`;
    return markup` <a class="anchor" href="${place}" aria-label="${name}">#</a></${tokens[index]!.tag}>\n`
      .markup;
  };
}

/** Links to lessons lead to their pages, those to other files to their text. */
function links(reader: MarkdownIt, lesson: Lesson, files: Set<string>): void {
  const known = new Set(lessons().map(({ name }) => name));
  reader.renderer.rules.link_open = (tokens, index, options, _, self) => {
    const token = tokens[index]!;
    const href = String(token.attrGet('href') ?? '');
    if (/^[a-z]+:/.test(href)) token.attrSet('rel', 'noreferrer');
    else token.attrSet('href', placeOf(href));
    return self.renderToken(tokens, index, options);
  };

  function placeOf(href: string): string {
    const [path = '', anchor] = href.split('#');
    if (path === '') return `#/${lesson.name}/${anchor}`;
    const file = posix.join('lessons', lesson.name, path);
    const [, name = ''] = /^lessons\/([^/]+)(?:\/README\.md|\/?)$/.exec(file) ?? [];
    if (known.has(name)) return `#/${name}${anchor === undefined ? '' : `/${anchor}`}`;
    files.add(file);
    return `files/${file}.txt`;
  }
}
