import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { html } from '../../../src/rest/docs/html.js';
import { contentSecurityPolicy, renderPage } from '../../../src/rest/docs/page.js';

describe('html', () => {
  it('escapes text and keeps HTML', () => {
    const inner = html`<i title="${`"'`}">${'<&>'}</i>`;
    assert.equal(html`<b>${inner}</b>`.text, '<b><i title="&quot;&#39;">&lt;&amp;&gt;</i></b>');
    assert.equal(html`${['<', inner, ['>']]}`.text, `&lt;${inner.text}&gt;`);
    assert.equal(html`a${undefined}b${false}c`.text, 'abc');
  });
});

describe('a page', () => {
  const page = renderPage({ title: '<t>', body: html`<p>${'$& </script>'}</p>` });

  it('holds its title and body escaped', () => {
    assert.ok(page.includes('<title>&lt;t&gt;</title>'));
    assert.ok(page.includes('<p>$&amp; &lt;/script&gt;</p>'));
  });

  it('asks for nothing from elsewhere', () => {
    assert.doesNotMatch(page, /https?:|src=|@import|url\(/);
  });

  it('may run its own script and no other', () => {
    const policy = contentSecurityPolicy();
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, script] = /<script type="module">(.*?)<\/script>/s.exec(page)!;
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
    assert.ok(policy.includes(`script-src ${hash(script)};`));
    assert.ok(policy.includes(`style-src ${hash(style)};`));
    assert.ok(policy.startsWith("default-src 'none';"));
  });

  it('is made of files that the package has', () => {
    const { files } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
    assert.ok(files.includes('src/rest/docs/page'));
  });
});
