/** The package brings no types of its own; this is the part that is used. */
declare module 'negotiator' {
  export default class Negotiator {
    constructor(request: { headers: { accept: string } });
    /** The preferred one of `available`; undefined when none is accepted. */
    mediaType(available: readonly string[]): string | undefined;
  }
}
