#!/usr/bin/env node
import { InferenceServer } from '../server.js';
import { runCli } from './cli.js';

process.exitCode = await runCli(process.argv.slice(2), (settings, options) => InferenceServer.start(settings, options));
process.exit();
