/** XML and HTML in which nothing from a submission can be taken for markup. */
import { readable } from './characters.ts';

/** A piece of a document that is escaped where it has to be. */
export interface Markup {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  // For the sake of `]]>`, which XML does not allow in a text.
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template for elements: whatever is put into it is escaped, in a text as well as in an attribute between
 * quotes, unless it is markup itself.
 *
 * @param parts the markup around the values
 * @param values texts, numbers, markup, and lists of markup, which get a line for each item
 */
export function markup(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Markup | readonly Markup[])[]
): Markup {
  const texts = values.map((value) => {
    if (typeof value !== 'object') return escaped(String(value));
    return 'markup' in value ? value.markup : value.map((item) => item.markup).join('\n');
  });
  return { markup: String.raw({ raw: parts }, ...texts) };
}

function escaped(text: string): string {
  return readable(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
