import type { Message, MessageChannel, MessageSender } from './port.js';

/** A sender for development: each message is one line of JSON on stdout, for scripts to read. */
export class LogSender implements MessageSender {
  constructor(
    private readonly channel: MessageChannel,
    private readonly write: (line: string) => unknown = (line) => process.stdout.write(line),
  ) {}

  async send({ to, code, purposes }: Message): Promise<void> {
    this.write(`${JSON.stringify({ event: this.channel, to, code, purposes })}\n`);
  }
}
