import { collapseSpaces, splitWords, stripAccents } from './python-text.js';
import { ENGLISH_STOP_WORDS } from './stop-words.js';

/** How a text is taken apart, as scikit-learn's vectorizers are told. */
export interface TextAnalysis {
  readonly lowercase: boolean;
  readonly accents?: 'unicode' | 'ascii';
  /** Words, characters, or characters inside of words with a blank on either side. */
  readonly analyzer: 'word' | 'char' | 'char_wb';
  /** Shortest and longest n-gram. */
  readonly ngrams: readonly [number, number];
  /** What a word is: a regular expression, whose group is the word when it has one. */
  readonly pattern?: { readonly source: string; readonly flags: string; readonly group: boolean };
  readonly stopWords?: 'english' | readonly string[];
}

type Take = (term: string) => void;

/** Hands every term of a text to `take`, once per occurrence. */
export type TextAnalyzer = (text: string, take: Take) => void;

export function textAnalyzer(analysis: TextAnalysis): TextAnalyzer {
  const terms = termsOf(analysis);
  const { lowercase, accents } = analysis;
  return (text, take) => {
    let prepared = lowercase ? text.toLowerCase() : text;
    if (accents !== undefined) prepared = stripAccents(prepared, accents);
    terms(prepared, take);
  };
}

function termsOf(analysis: TextAnalysis): TextAnalyzer {
  const [shortest, longest] = analysis.ngrams;
  if (analysis.analyzer === 'word') return wordTerms(analysis);
  if (analysis.analyzer === 'char') return (text, take) => charGrams(collapseSpaces(text), shortest, longest, take);
  return (text, take) => {
    for (const word of splitWords(collapseSpaces(text))) paddedGrams(` ${word} `, shortest, longest, take);
  };
}

function wordTerms({ pattern, stopWords, ngrams: [shortest, longest] }: TextAnalysis): TextAnalyzer {
  const { source, flags, group } = pattern!;
  const regex = new RegExp(source, flags);
  const stop = new Set(stopWords === 'english' ? ENGLISH_STOP_WORDS : stopWords);
  return (text, take) => {
    const found = group ? Array.from(text.matchAll(regex), match => match[1] ?? '') : (text.match(regex) ?? []);
    const words = stop.size === 0 ? found : found.filter(word => !stop.has(word));
    for (let start = 0; start < words.length; start++) {
      let term = words[start];
      if (shortest === 1) take(term);
      const end = Math.min(start + longest, words.length);
      for (let next = start + 1; next < end; next++) {
        term += ` ${words[next]}`;
        if (next - start + 1 >= shortest) take(term);
      }
    }
  };
}

function charGrams(text: string, shortest: number, longest: number, take: Take): void {
  const characters = new Characters(text);
  const most = Math.min(longest, characters.length);
  for (let n = shortest; n <= most; n++)
    for (let start = 0; start + n <= characters.length; start++) take(characters.slice(start, n));
}

/** A word shorter than its n-grams counts once. */
function paddedGrams(word: string, shortest: number, longest: number, take: Take): void {
  const characters = new Characters(word);
  for (let n = shortest; n <= longest; n++) {
    take(characters.slice(0, n));
    for (let start = 1; start + n <= characters.length; start++) take(characters.slice(start, n));
    if (n >= characters.length) break;
  }
}

/** A text by code points, as Python counts. */
class Characters {
  readonly length: number;
  private readonly points: readonly string[] | undefined;

  constructor(private readonly text: string) {
    this.points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : undefined;
    this.length = this.points?.length ?? text.length;
  }

  slice(start: number, count: number): string {
    if (this.points === undefined) return this.text.substring(start, start + count);
    return this.points.slice(start, start + count).join('');
  }
}
