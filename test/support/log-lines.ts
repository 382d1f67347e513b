export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly request_id?: string;
}

/** A log in JSON lines, as it is written; other lines are passed over. */
export class LogLines {
  readonly all: LogLine[] = [];
  private rest = '';
  private ended = false;
  private waiting: (() => void)[] = [];

  /** Takes text in any portions. */
  add(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('{')) this.all.push(JSON.parse(line));
    this.wake();
  }

  /** Nothing more will come. */
  end(): void {
    this.ended = true;
    this.wake();
  }

  /** The first line whose message matches, when it comes. Rejects when the log ends without one. */
  async find(pattern: RegExp): Promise<LogLine> {
    for (;;) {
      const found = this.all.find(({ message }) => pattern.test(message));
      if (found !== undefined) return found;
      if (this.ended) throw new Error(`the log ended without ${pattern}: ${JSON.stringify(this.all)}`);
      await new Promise<void>(resolve => this.waiting.push(resolve));
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
