import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { translatePattern } from '../../../../src/convert/sklearn/text/token-pattern.js';

const TEXT = "Great café, it's 3.14€ well-made\nÜber the_end x² ½ 東京 don't\tA1 ok\r\nnaïve É \u00a0 Ⅷ";

/** What Python's `re.findall(pattern, TEXT)` gives, with a bar between. */
const found: readonly (readonly [pattern: string, words: string])[] = [
  [String.raw`(?u)\b\w\w+\b`, 'Great|café|it|14|well|made|Über|the_end|x²|東京|don|A1|ok|naïve'],
  [String.raw`(?u)\b\w+\b`, 'Great|café|it|s|3|14|well|made|Über|the_end|x²|½|東京|don|t|A1|ok|naïve|É|Ⅷ'],
  [String.raw`\w+`, 'Great|café|it|s|3|14|well|made|Über|the_end|x²|½|東京|don|t|A1|ok|naïve|É|Ⅷ'],
  [String.raw`\W+`, " |, |'| |.|€ |-|\n| | | | | |'|\t| |\r\n| | \u00a0 "],
  [String.raw`\d+(?:\.\d+)?`, '3.14|1'],
  [String.raw`[^\W\d_]{2,}`, 'Great|café|it|well|made|Über|the|end|x²|東京|don|ok|naïve'],
  ['(?i)[a-z]+', 'Great|caf|it|s|well|made|ber|the|end|x|don|t|A|ok|na|ve'],
  ['(?i)É+', 'é|É'],
  [String.raw`\S+`, "Great|café,|it's|3.14€|well-made|Über|the_end|x²|½|東京|don't|A1|ok|naïve|É|Ⅷ"],
  [String.raw`\s+`, ' | | | |\n| | | | | |\t| |\r\n| | \u00a0 '],
  [String.raw`[\w']+`, "Great|café|it's|3|14|well|made|Über|the_end|x²|½|東京|don't|A1|ok|naïve|É|Ⅷ"],
  [String.raw`[^\s,]+`, "Great|café|it's|3.14€|well-made|Über|the_end|x²|½|東京|don't|A1|ok|naïve|É|Ⅷ"],
  [String.raw`\b(\w)\w+`, 'G|c|i|1|w|m|Ü|t|x|東|d|A|o|n'],
  [String.raw`(?:it|don)'\w`, "it's|don't"],
  [String.raw`^\w+`, 'Great'],
  [String.raw`(?m)^\w+`, 'Great|Über|naïve'],
  [String.raw`\w+$`, 'Ⅷ'],
  [String.raw`(?m)\w+$`, 'made|Ⅷ'],
  [String.raw`\A\w`, 'G'],
  [String.raw`\w\Z`, 'Ⅷ'],
  ['.{5}', "Great| café|, it'|s 3.1|4€ we|ll-ma|Über |the_e|nd x²| ½ 東京| don'|t\tA1 |naïve| É \u00a0 "],
  ['(?s).{25}', "Great café, it's 3.14€ we|ll-made\nÜber the_end x² ½| 東京 don't\tA1 ok\r\nnaïve É "],
  [String.raw`(?a)\w+`, 'Great|caf|it|s|3|14|well|made|ber|the_end|x|don|t|A1|ok|na|ve'],
  [String.raw`(?a)\b[a-z]+\b`, 'caf|it|s|well|made|ber|x|don|t|ok|na|ve'],
  [String.raw`\x41\d`, 'A1'],
  [String.raw`\u00e9|\U00006771`, 'é|東'],
  [String.raw`[\u00e0-\u00ff]+`, 'é|ï'],
  ['a{,2}v', 'v'],
  ['x{', ''],
  [String.raw`\w{3,5}?`, 'Gre|caf|wel|mad|Übe|the|_en|don|naï'],
  [String.raw`\w*?e`, 'Gre|we|made|Übe|the|_e|naïve'],
  ['[]a-c-]+', 'a|ca|-|a|b|a'],
  [String.raw`[^]a-z\s]+`, "G|é,|'|3.14€|-|Ü|_|²|½|東京|'|A1|ï|É|Ⅷ"],
  [String.raw`(?P<w>[A-Z])\w`, 'G|A'],
  [String.raw`(?=\w{4})\w`, 'G|r|c|w|m|Ü|t|h|e|_|n|a'],
  [String.raw`(?<!\w)\w{2}(?!\w)`, 'it|14|x²|東京|A1|ok'],
  [String.raw`(?<=\s)\S`, 'c|i|3|w|Ü|t|x|½|東|d|A|o|n|É|Ⅷ'],
  [String.raw`\B\w\B`, 'r|e|a|a|f|e|l|a|d|b|e|h|e|_|e|n|o|a|ï|v'],
  [String.raw`[\d.]+`, '3.14|1'],
  [String.raw`\.|,|-`, ',|.|-'],
  [String.raw`[\W_]`, " |,| |'| |.|€| |-|\n| |_| | | | |'|\t| |\r|\n| | |\u00a0| "],
  ['(?#note)ok|', '|||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||ok||||||||||||||'],
  [String.raw`\t|\n|\r`, '\n|\t|\r|\n'],
];

describe('a pattern of Python finds the same in JavaScript', () => {
  for (const [pattern, words] of found) {
    it(pattern, () => {
      const translated = translatePattern(pattern);
      assert.ok(translated !== undefined);
      const matches = [...TEXT.matchAll(new RegExp(translated.source, translated.flags))];
      const texts = matches.map(match => (translated.group ? (match[1] ?? '') : match[0]));
      assert.equal(texts.join('|'), words);
    });
  }
});

describe('a pattern without a counterpart is refused', () => {
  const patterns = [
    '(a)(b)',
    String.raw`(a)\1`,
    '(?P<q>a)(?P=q)',
    '(?>a+)b',
    'a++',
    'a(?i)b',
    '(?i:a)b',
    '(?(1)a|b)',
    '(?x)a b',
    String.raw`\N{DIGIT ONE}`,
    String.raw`\q`,
    '[a',
    '(a',
    '[z-a]',
    '\\',
  ];
  for (const pattern of patterns) it(pattern, () => assert.equal(translatePattern(pattern), undefined));
});
