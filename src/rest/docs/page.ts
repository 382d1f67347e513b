import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Html, html } from './html.js';

export interface Page {
  readonly title: string;
  readonly body: Html;
}

/** A page that asks no other host for anything: its style and its script are in it. */
export function renderPage({ title, body }: Page): string {
  const { style, script } = assets();
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
${body}
<script type="module">${new Html(script)}</script>
</body>
</html>
`;
  return page.text;
}

/** What a page may do: run the one script that is its own, and ask this server. */
export function contentSecurityPolicy(): string {
  const { style, script } = assets();
  return [
    "default-src 'none'",
    `style-src ${sourceHash(style)}`,
    `script-src ${sourceHash(script)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

interface Assets {
  readonly style: string;
  readonly script: string;
}

let loaded: Assets | undefined;

/** Browsers get the two files as they are written; they are not compiled. */
function assets(): Assets {
  const read = (name: string) =>
    readFileSync(new URL(`../../../../src/rest/docs/page/${name}`, import.meta.url), 'utf8');
  loaded ??= { style: read('page.css'), script: read('page.js') };
  return loaded;
}

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
