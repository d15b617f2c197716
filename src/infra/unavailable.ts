/** Something outside does not answer, or more is asked than can be done: the same call may succeed a moment later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
