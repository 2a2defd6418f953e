/** The one HTML page, which the app fills. */
import { markup } from '../../figures/markup.ts';

/**
 * What may be loaded: the page's own files and nothing else. KaTeX and Plot set styles on their elements, and pictures
 * of pixels are `data:`.
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'";

/**
 * The page.
 *
 * @param live whether a server stands behind it that watches the learner's files
 */
export function indexPage(live: boolean): string {
  return markup`<!DOCTYPE html>
<html lang="en" data-live="${String(live)}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}" />
<meta name="description" content="Deep learning from scratch in TypeScript, one failing test at a time." />
<title>chainrule</title>
<link rel="icon" href="data:," />
<link rel="stylesheet" href="assets/style.css" />
<script type="module" src="assets/app.js"></script>
</head>
<body>
<div id="app"></div>
<noscript><p>This page draws its pictures with JavaScript. The lessons can be read without it, in the folder lessons/.</p></noscript>
</body>
</html>
`.markup;
}
