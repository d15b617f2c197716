import { Breaker } from '../../breaker.js';
import type { SmsBudget } from './budget.js';
import { type Message, type MessageSender, UndeliveredError } from './port.js';

export interface SmsProvider {
  name: string;
  sender: MessageSender;
}

/**
 * Asks one provider of SMS after the other, in their order, until one takes the message: none that fails again and again
 * (it is left alone for a while), and none whose budget of the day is spent. A code that may have left is not sent again:
 * the next provider gets another one, and the former is void.
 */
export class FailoverSender implements MessageSender {
  private readonly providers: readonly (SmsProvider & { breaker: Breaker })[];

  constructor(
    providers: readonly SmsProvider[],
    private readonly budget: SmsBudget,
    now?: () => number,
  ) {
    this.providers = providers.map((provider) => ({ ...provider, breaker: new Breaker(now) }));
  }

  async send(message: Message): Promise<void> {
    let failure = new UndeliveredError('sms: every provider is left alone for a while', { surely: true });
    for (const provider of this.willing()) {
      const current = await unlessArrived(message, failure);
      const failed = await this.sendBy(provider, current);
      if (!failed) return;
      failure = failed;
    }
    throw failure;
  }

  async close(): Promise<void> {
    await Promise.all(this.providers.map(({ sender }) => sender.close?.()));
  }

  /** One alone is always asked: nobody else could be. */
  private willing() {
    return this.providers.length === 1
      ? this.providers
      : this.providers.filter(({ breaker }) => !breaker.isOpen);
  }

  private async sendBy(
    { name, sender, breaker }: SmsProvider & { breaker: Breaker },
    message: Message,
  ): Promise<UndeliveredError | null> {
    const spending = await this.budget.spend(name);
    if (!spending)
      return new UndeliveredError(`sms: the budget of the day is spent (${name})`, { surely: true });
    try {
      await sender.send(message);
      breaker.succeeded();
      return null;
    } catch (error) {
      if (!(error instanceof UndeliveredError)) throw error;
      if (error.facts.surely) await spending.takeBack();
      if (!error.facts.recipient) breaker.failed();
      return error;
    }
  }
}

/** The message for the next provider; throws the failure where it may have arrived and nothing can take its place. */
async function unlessArrived(message: Message, failure: UndeliveredError): Promise<Message> {
  if (failure.facts.surely) return message;
  if (!message.renew) throw failure;
  return message.renew();
}
