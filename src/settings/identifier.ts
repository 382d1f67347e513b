import { scalar } from './field-types.js';

/** Safe in a URL's path, a log line and a metric's label; never a path of its own. */
const IDENTIFIER = /^[\p{L}\p{N}_+:-][\p{L}\p{M}\p{N}_+:. -]{0,254}$/u;

const EXPECTED = "1 to 255 letters, digits, blanks and any of _ - + : . (no '.' or blank first)";

/** The name or version of a model. */
export const identifier = scalar(EXPECTED, value =>
  typeof value === 'string' && IDENTIFIER.test(value) ? value : undefined,
);

/** The same, where '' means "none". */
export const identifierOrEmpty = scalar(EXPECTED, value =>
  typeof value === 'string' && (value === '' || IDENTIFIER.test(value)) ? value : undefined,
);
