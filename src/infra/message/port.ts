export interface Message {
  /** A phone number or an e-mail address. */
  to: string;
  code: string;
  /** The purposes of the code; the provider chooses its text by them. */
  purposes: readonly string[];
  /** The life of the code in seconds; null for a password, which is good until it is changed. */
  lifeSeconds: number | null;
}

/** Delivers short secrets. Rejects when the message surely or possibly did not leave, with nothing of it in the error. */
export interface MessageSender {
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
export type ComposeMail = (message: Omit<Message, 'to'>) => MailText;

/** The carrier of a message. */
export type MessageChannel = 'sms' | 'mail';
