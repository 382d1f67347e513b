import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { Lifetime } from './lifetime.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why tests cannot have a browser here; false when they can. */
export const noBrowser = existsSync(CHROMIUM) ? false : `there is no Chromium at ${CHROMIUM} (set CHROMIUM)`;

/** A browser without a window; it closes at the end of the test. */
export async function openBrowser(t: Lifetime): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  return browser;
}
