import type { Message } from './port.js';

/** Texts that a provider of SMS has approved, by purpose (`*`: any other) and, behind a dot, language. */
export type Templates = ReadonlyMap<string, string>;

const ITEM = /^(\*|[A-Z]+)(?:\.(zh|en))?:([\w-]{1,64})$/;

/** Reads `LOGIN:SMS_1,LOGIN.en:SMS_2,*:SMS_3`; null for anything else. */
export function parseTemplates(text: string): Templates | null {
  const items = text.split(',').map((item) => ITEM.exec(item.trim()));
  const templates = new Map<string, string>();
  for (const item of items) {
    const [, purpose, locale = '', id] = item ?? [];
    if (!purpose || !id) return null;
    templates.set(nameOf(purpose, locale), id);
  }
  return templates.size === items.length ? templates : null;
}

/** The text of the first purpose that has one, in the language of the message where there is one in it. */
export function templateOf(
  templates: Templates,
  { purposes, locale }: Pick<Message, 'purposes' | 'locale'>,
): string | undefined {
  const ids = [...purposes, '*'].flatMap((purpose) => [
    templates.get(nameOf(purpose, locale)),
    templates.get(nameOf(purpose, '')),
  ]);
  return ids.find((id) => id !== undefined);
}

const nameOf = (purpose: string, locale: string): string => `${purpose}.${locale}`;

/** What a template is filled with: the code, or the code and the minutes that it is good. */
export type TemplateValue = 'code' | 'minutes';

/** The values of a message, as texts, in the order of a template's own. */
export const valuesOf = (
  names: readonly TemplateValue[],
  { code, lifeSeconds }: Pick<Message, 'code' | 'lifeSeconds'>,
): [TemplateValue, string][] => {
  const values = { code, minutes: String(Math.floor((lifeSeconds ?? 0) / 60)) };
  return names.map((name) => [name, values[name]]);
};
