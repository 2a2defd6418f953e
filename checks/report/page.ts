/**
 * What every page has: one file that loads nothing and runs nothing, and can be read on a light or dark screen, on
 * paper and aloud.
 *
 * It is written so that it is XML as well, which lets the tests prove that it is whole:
 * https://www.w3.org/TR/html-polyglot/
 */
import { markup, type Markup } from '../../figures/markup.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #595959; --box: #f3f3f3;
  --line: #c4c4c4; --good: #14612b; --bad: #a11; --link: #0645ad; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #151515; --faint: #b0b0b0; --box: #232323; --line: #555;
    --good: #7bd68f; --bad: #ff9b92; --link: #8ab8ff; }
}
@media print { :root { color-scheme: light; } article, tr { break-inside: avoid; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1rem; }
a { color: var(--link); }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; color: var(--faint); }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; font-weight: normal; }
thead th { color: var(--faint); }
pre, code, dd { font: 0.9rem/1.4 ui-monospace, monospace; }
pre { padding: 0.5rem; background: var(--box); }
pre, dd { margin: 0.5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt { margin: 0.5rem 0; color: var(--faint); }
progress { width: 100%; }
td progress { min-width: 8rem; }
.solved { color: var(--good); }
.failed { color: var(--bad); }
`;

/** A page with a title and some content. */
export function document(title: string, content: readonly Markup[]): string {
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
  return page.markup;
}

/** How much of something there is, drawn, and in words for who does not see it. */
export function progressBar(part: number, whole: number): Markup {
  return markup`<progress value="${part}" max="${Math.max(whole, 1)}">${part} of ${whole}</progress>`;
}
