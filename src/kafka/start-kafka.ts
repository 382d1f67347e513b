import { hostname } from 'node:os';
import type { Clock } from '../core/clock.js';
import { ServerError } from '../core/errors.js';
import type { Tracing } from '../core/tracing.js';
import { CloudEventHeaders } from '../dataplane/cloud-events.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { Logger } from '../logging/logger.js';
import type { KafkaMetrics } from '../metrics/kafka-metrics.js';
import type { ServerSettings } from '../settings/server-settings.js';
import type { WriteBody } from './answer-record.js';
import { KafkaBridge } from './bridge.js';
import { KafkajsDriver } from './kafkajs-driver.js';
import type { ReadBody } from './request-message.js';
import { readSecurity } from './security.js';

export interface KafkaOptions {
  readonly dataPlane: DataPlane;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing;
  readonly settings: ServerSettings;
  readonly readBody: ReadBody;
  readonly writeBody: WriteBody;
}

/** The group gives the partitions of a member that is silent for so long to others. */
const SESSION_TIMEOUT_MS = 10_000;
const STALL_MS = 3 * SESSION_TIMEOUT_MS;
/** What may be under way: enough to fill the batches of all workers, little enough to be repeated after a crash. */
const MAX_MESSAGES = 1024;
const MAX_BYTES = 64 * 1024 * 1024;

/** The Kafka transport, which looks for its brokers from now on. Throws FAILED_PRECONDITION for settings that cannot work. */
export function startKafka({ settings, readBody, writeBody, ...common }: KafkaOptions): KafkaBridge {
  const { kafkaServers, kafkaTopicInput, kafkaTopicOutput, kafkaTopicDeadLetter, kafkaGroupId } = settings;
  const brokers = brokersOf(kafkaServers);
  if (kafkaTopicInput === kafkaTopicOutput || kafkaTopicInput === kafkaTopicDeadLetter) {
    const text = `kafka_topic_input: '${kafkaTopicInput}' is where answers go, so they would be asked again and again`;
    throw new ServerError('FAILED_PRECONDITION', text);
  }
  const driver = new KafkajsDriver({
    brokers,
    clientId: `modelyard-${hostname()}`,
    groupId: kafkaGroupId,
    inputTopic: kafkaTopicInput,
    exactlyOnce: settings.kafkaExactlyOnce,
    security: readSecurity(settings.kafkaSecurity, settings.modelRepositoryRoot),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    logger: common.logger,
  });
  return new KafkaBridge({
    ...common,
    driver,
    brokers: kafkaServers,
    stallMs: STALL_MS,
    required: settings.kafkaRequired,
    inputTopic: kafkaTopicInput,
    exactlyOnce: settings.kafkaExactlyOnce,
    limits: { items: Math.min(MAX_MESSAGES, settings.maxQueueSize), bytes: MAX_BYTES },
    read: { readBody, maxBodyBytes: settings.maxBodyBytes },
    answer: {
      topic: kafkaTopicOutput,
      deadLetterTopic: kafkaTopicDeadLetter,
      cloudEvents: new CloudEventHeaders(settings.serverName),
      writeBody,
    },
  });
}

/**
 * Brokers as `kafka_servers` names them, each with its port: 9092 where none is said, as with MLServer. Throws FAILED_PRECONDITION,
 * also for addresses of IPv6, which the library takes apart at their first colon: they want a name.
 */
export function brokersOf(servers: string): string[] {
  const brokers = servers.split(',').map(server => server.trim());
  if (!brokers.every(broker => /^[^:\s]+(:\d+)?$/.test(broker))) {
    const text = `kafka_servers: expected host:port, or several separated by commas, got '${servers}'`;
    throw new ServerError('FAILED_PRECONDITION', text);
  }
  return brokers.map(broker => (broker.includes(':') ? broker : `${broker}:9092`));
}
