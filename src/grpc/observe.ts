import { type ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../logging/logger.js';
import type { GrpcMethodMetrics } from '../metrics/grpc-metrics.js';
import { requestIdOf } from './request-id.js';
import { headerText } from './status.js';

export interface ObserverOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** By the path of the method. */
  readonly methods: ReadonlyMap<string, GrpcMethodMetrics>;
}

/**
 * Counts every call and its end, and makes every status fit to be sent. grpc-js refuses some calls by itself (too large a
 * message, a deadline) and does so on the innermost call, past any call around it: so that call's own methods are replaced.
 */
export function observer({ clock, logger, methods }: ObserverOptions): ServerInterceptor {
  return ({ path }, call) => {
    const metrics = methods.get(path)!;
    const { start, sendStatus } = call;
    const startedAt = clock.now();
    let ended = false;
    let requestId: string | undefined;
    const end = (code: number) => {
      if (ended) return;
      ended = true;
      metrics.handled(code, (clock.now() - startedAt) / 1000);
      if (logger.debugEnabled) logger.debug(`${path} ${status[code]}`, { requestId });
    };
    metrics.started();
    call.start = listener => {
      const onCancel = () => {
        end(status.CANCELLED);
        listener.onCancel();
      };
      const onReceiveMetadata: typeof listener.onReceiveMetadata = metadata => {
        if (logger.debugEnabled) requestId = requestIdOf(metadata);
        listener.onReceiveMetadata(metadata);
      };
      start.call(call, { ...listener, onCancel, onReceiveMetadata });
    };
    call.sendStatus = answer => {
      end(answer.code);
      sendStatus.call(call, answer.code === status.OK ? answer : { ...answer, details: explain(answer) });
    };
    return call as ServerInterceptingCall;
  };
}

/** What grpc-js says about too large a message does not name the setting. */
function explain({ code, details }: { readonly code: number; readonly details: string }): string {
  const tooLarge = code === status.RESOURCE_EXHAUSTED && / message .*larger than /.test(details);
  return tooLarge ? `${details} (grpc_max_message_length)` : headerText(details);
}
