#!/usr/bin/env node
import { runCli } from './cli.js';

process.exitCode = await runCli(process.argv.slice(2), async (settings, options) => {
  const { InferenceServer } = await import('../server.js');
  return InferenceServer.start(settings, options);
});
process.exit();
