export interface Message {
  /** A phone number or an e-mail address. */
  to: string;
  code: string;
  /** The purposes of the code; the provider chooses its text by them. */
  purposes: readonly string[];
  /** The life of the code in seconds; null for a password, which is good until it is changed. */
  lifeSeconds: number | null;
  /** The language of whoever asked for it. */
  locale: 'zh' | 'en';
  /**
   * The same message with another code, the former being void from then on: for a second try where the first may have
   * arrived. Absent where nothing can take its place.
   */
  renew?: () => Promise<Message>;
}

/** Why a message did not leave, or perhaps did: a reason with nothing of the message, the address or a secret in it. */
export class UndeliveredError extends Error {
  override readonly name = 'UndeliveredError';

  constructor(
    reason: string,
    readonly facts: {
      /** False where it may have left all the same: the answer never came, or cannot be read. */
      surely: boolean;
      /** True where it was refused for its recipient: the provider itself is well. */
      recipient?: boolean;
    },
  ) {
    super(reason);
  }
}

/** Delivers short secrets. */
export interface MessageSender {
  /** Throws an {@link UndeliveredError}. */
  send(message: Message): Promise<void>;
  /** Lets go of kept connections; call it when nothing is being sent any more. */
  close?(): Promise<void>;
}

export interface MailText {
  subject: string;
  text: string;
  html: string;
}

/** Puts a message into words, where no provider does. */
export type ComposeMail = (message: Pick<Message, 'code' | 'purposes' | 'lifeSeconds'>) => MailText;

/** Hears what became of each message that a provider was given; `unknown`: it may have left. */
export type OnSent = (
  channel: MessageChannel,
  provider: string,
  outcome: 'sent' | 'refused' | 'unknown',
) => void;

/** The carrier of a message. */
export type MessageChannel = 'sms' | 'mail';
