import { type Message, type MessageSender, UndeliveredError } from './port.js';

/** Tells what becomes of each message of a sender. */
export class CountedSender implements MessageSender {
  constructor(
    private readonly sender: MessageSender,
    private readonly onSent: (outcome: 'sent' | 'refused' | 'unknown') => void,
  ) {}

  async send(message: Message): Promise<void> {
    try {
      await this.sender.send(message);
      this.onSent('sent');
    } catch (error) {
      this.onSent(error instanceof UndeliveredError && error.facts.surely ? 'refused' : 'unknown');
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.sender.close?.();
  }
}
