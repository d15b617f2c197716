/** The reason why `fetch` failed, as a name or a code: the messages of its errors may quote what was sent. */
export function transportReason(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'TimeoutError') return 'timeout';
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
  return /^[A-Z_0-9]{1,40}$/.test(code) ? code : 'failed';
}
