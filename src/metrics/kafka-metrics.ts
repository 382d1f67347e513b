import type { Registry } from 'prom-client';
import type { NumberCell } from './cells.js';
import { type CounterFamily, counter, gauge } from './metric-family.js';

/** Metrics of the Kafka transport, which writes the cells. */
export class KafkaMetrics {
  readonly messages: NumberCell;
  readonly answers: NumberCell;
  readonly failures: NumberCell;
  readonly connected: NumberCell;
  readonly paused: NumberCell;
  readonly inFlight: NumberCell;
  readonly lag: NumberCell;
  private readonly refused: CounterFamily<'status'>;

  constructor(registry: Registry) {
    const count = (name: string, help: string) => counter(registry, { name, help, labels: [] }).cell({});
    const level = (name: string, help: string) => gauge(registry, { name, help, labels: [] }).cell({});
    this.messages = count('modelyard_kafka_messages_total', 'Messages read from the input topic');
    this.answers = count('modelyard_kafka_answers_total', 'Answers that the brokers have acknowledged');
    this.refused = counter(registry, {
      name: 'modelyard_kafka_dead_letters_total',
      help: 'Messages that could not be served, by the HTTP status of the reason',
      labels: ['status'],
    });
    this.failures = count('modelyard_kafka_failures_total', 'Sessions with the brokers that failed or could not begin');
    this.connected = level('modelyard_kafka_connected', 'Whether messages are being read: 1 or 0');
    this.paused = level('modelyard_kafka_paused', 'Whether reading waits until messages are answered: 1 or 0');
    this.inFlight = level('modelyard_kafka_in_flight', 'Messages whose answers are not acknowledged yet');
    this.lag = level('modelyard_kafka_lag', 'Messages in our partitions that are not answered yet, as last seen');
  }

  /** `status` as HTTP has it. */
  deadLetter(status: number): void {
    this.refused.cell({ status: String(status) }).value++;
  }
}
