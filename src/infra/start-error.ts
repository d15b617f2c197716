/**
 * The reason why a process cannot start, or a command not run, in words for whoever started it: without a
 * stack or a secret.
 */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
