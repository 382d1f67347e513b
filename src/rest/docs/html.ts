/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | Html | false | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML with values in it: text is escaped, between tags and in quoted attributes alike; undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(strings.map((text, i) => (i === 0 ? text : textOf(values[i - 1]) + text)).join(''));
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === undefined || part === false) return '';
  if (typeof part === 'object') return part.map(textOf).join('');
  return part.replace(/[&<>"']/g, character => ENTITIES[character]);
}
