/** A failure that a model tells its caller: the message as it is, and an HTTP status (400 to 599; 500 if it says none). */
export class ModelError extends Error {
  constructor(
    message: string,
    readonly status = 500,
  ) {
    super(message);
    this.name = 'ModelError';
  }
}
