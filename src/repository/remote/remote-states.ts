import type { Clock } from '../../core/clock.js';
import type { RemoteStore } from './remote-store.js';

interface KnownState {
  readonly state: string;
  readonly at: number;
}

/** How long a first answer is waited for: other models shall not start late because one store is slow. */
const FIRST_ANSWER_MS = 2_000;

/** The states of remote models, asked for now and then: every question is a request to the store, and may cost. */
export class RemoteStates {
  private readonly known = new Map<string, KnownState>();
  private readonly asking = new Map<string, Promise<string>>();

  constructor(
    private readonly store: Pick<RemoteStore, 'stateOf'>,
    private readonly clock: Pick<Clock, 'now' | 'at'>,
    private readonly pollMs: number,
  ) {}

  /** The state as it was last heard of, '' before; only the first answer is waited for. A store out of reach says nothing new. */
  async stateOf(uri: string): Promise<string> {
    const known = this.known.get(uri);
    if (known !== undefined && this.clock.now() - known.at < this.pollMs) return known.state;
    const answer = this.asking.get(uri) ?? this.ask(uri, known?.state ?? '');
    return known === undefined ? this.inTime(answer) : known.state;
  }

  private async inTime(answer: Promise<string>): Promise<string> {
    let cancel = () => {};
    const late = new Promise<string>(resolve => {
      cancel = this.clock.at(this.clock.now() + FIRST_ANSWER_MS, () => resolve(''));
    });
    return Promise.race([answer, late]).finally(() => cancel());
  }

  private ask(uri: string, before: string): Promise<string> {
    const answer = this.store
      .stateOf(uri)
      .catch(() => before)
      .then(state => {
        this.known.set(uri, { state, at: this.clock.now() });
        this.asking.delete(uri);
        return state;
      });
    this.asking.set(uri, answer);
    return answer;
  }
}
