import { type Html, html } from './html.js';

/** A table that scrolls by itself where the page is too narrow; the cells of `rows` are text or HTML, the first of each names its row. */
export function tableOf(headings: readonly string[], rows: readonly (readonly (string | Html | undefined)[])[]): Html {
  const head = html`<thead><tr>${headings.map(heading => html`<th scope="col">${heading}</th>`)}</tr></thead>\n`;
  const body = rows.map(
    ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map(cell => html`<td>${cell}</td>`)}</tr>\n`,
  );
  return html`<div class="table"><table>
${headings.length > 0 && head}<tbody>
${body}</tbody>
</table></div>`;
}

export const code = (text: string): Html => html`<code>${text}</code>`;
