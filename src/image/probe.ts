/**
 * What the HEALTHCHECK of an image runs: it ends with 0 when the server beside it is ready, and asks where the settings and variables
 * say that it listens.
 */
import { readEnvironment } from '../settings/env.js';
import { readServerSettings } from '../settings/server-settings.js';
import { readyUrl } from './ready-url.js';

const environment = await readEnvironment(process.env, process.cwd());
const { settings } = await readServerSettings(process.env.MLSERVER_MODELS_DIR ?? '.', environment);
const { ok } = await fetch(readyUrl(settings));
process.exit(ok ? 0 : 1);
