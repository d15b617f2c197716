/** Work that has to be done from time to time, whoever asks for it. */
export interface Job {
  readonly name: string;
  /**
   * Does what there is to do and counts it; what could not be done is counted as `failed` and tried again next time.
   * Stops between two steps once the signal is aborted. Safe to be cut off anywhere, and to be run twice at once.
   */
  run(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
}

/** The outcome of one run. `busy`: another process is at it. */
export interface JobReport {
  job: string;
  outcome: 'done' | 'busy' | 'failed';
  counts: Readonly<Record<string, number>>;
}

/** The log of the jobs. */
export interface JobLog {
  info(details: object, message: string): void;
  error(details: { err: unknown } & Record<string, unknown>, message: string): void;
}
