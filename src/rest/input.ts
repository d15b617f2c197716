import type { Readable } from 'node:stream';
import { type FileUpload, Upload } from 'graphql-upload-ts';
import { AppError } from '../errors/app-error.js';
import { isMd5 } from '../md5.js';

/** A file that came in a form or as a body, at most as large as an upload may be. */
export interface InputFile {
  filename: string;
  mimetype: string;
  /** Fails with IMAGE_TOO_LARGE if that turns out while it is read. */
  createReadStream(): Readable;
}

const INT = /^-?\d+$/;
/** Beyond 2^53 a number may be another one than was sent. */
const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));

/** A whole number; one beyond what can be told exactly is the last that can, which names nothing. */
const wholeNumber = (digits: string): number =>
  Math.min(Math.max(Number(digits), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);

/** What forms, scripts and PHP, in which the legacy servers are written, call on. */
const ON = new Set(['1', 'true', 'on', 'yes']);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a request is refused with for a parameter that must be there and is not, or is empty. */
export const missingError = (field: string): AppError =>
  new AppError('INVALID_INPUT', { field, missing: true });

/**
 * The parameters of a legacy request, read from query and body alike (the body wins), each as the table of its
 * document types it. Everything else a client sends is ignored. A malformed one throws INVALID_INPUT with its name.
 */
export class Input {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly uploaded: InputFile | undefined = undefined,
    private readonly cookies: Readonly<Record<string, string | undefined>> = {},
  ) {}

  /** What was sent under a name; undefined when nothing was. */
  value(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** What a cookie holds; undefined when the client sent none of that name. */
  cookie(name: string): string | undefined {
    return Object.hasOwn(this.cookies, name) ? this.cookies[name] : undefined;
  }

  /** The value as text, exactly as sent; undefined when the parameter is absent. Half a surrogate pair is no text. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value.isWellFormed()) return value;
    if (typeof value === 'number' && isExact(value)) return String(value);
    throw new AppError('INVALID_INPUT', { field: name });
  }

  /** Every parameter as text, exactly as sent. */
  texts(): { name: string; value: string }[] {
    return Object.keys(this.values).map((name) => ({ name, value: this.text(name) ?? '' }));
  }

  /** A text; undefined when absent, null when the client sent null. */
  clearable(name: string): string | null | undefined {
    return Object.hasOwn(this.values, name) && this.values[name] === null ? null : this.text(name);
  }

  /** The parameters inside another one: a JSON object, or `name[inner]` of a form. None when it is absent. */
  nested(name: string): Input {
    const value = this.value(name);
    if (isRecord(value)) return new Input(value);
    const inner = Object.entries(this.values).flatMap(([key, one]) => {
      const [, first, rest] = key.startsWith(`${name}[`)
        ? (/^\[([^\]]+)\](.*)$/s.exec(key.slice(name.length)) ?? [])
        : [];
      return first === undefined ? [] : [[`${first}${rest}`, one] as const];
    });
    return new Input(Object.fromEntries(inner));
  }

  /** True, false, 1 or 0, as text too; undefined when absent, null when the client sent null. */
  bool(name: string): boolean | null | undefined {
    const value = this.value(name);
    if (value === undefined || value === null || typeof value === 'boolean') return value;
    if (value === 1 || value === '1') return true;
    if (value === 0 || value === '0') return false;
    throw new AppError('INVALID_INPUT', { field: name });
  }

  /** Whether a switch is on. Anything else leaves it off: it is no reason to refuse a request. */
  flag(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'string' ? ON.has(value.trim().toLowerCase()) : value === 1 || value === true;
  }

  /** A text that must be there and not be empty. */
  required(name: string): string {
    const text = this.text(name);
    if (!text) throw missingError(name);
    return text;
  }

  /** 32 hexadecimal digits that must be there: a password as anlife clients send it. */
  md5(name: string): string {
    const text = this.required(name);
    if (!isMd5(text)) throw new AppError('INVALID_INPUT', { field: name });
    return text;
  }

  /** A whole number in decimal digits, of any length; undefined when absent, null when empty. */
  int(name: string): number | null | undefined {
    const text = this.text(name)?.trim();
    if (text === undefined) return undefined;
    if (text === '') return null;
    if (!INT.test(text)) throw new AppError('INVALID_INPUT', { field: name });
    return wholeNumber(text);
  }

  /** A whole number that must be there. */
  requiredInt(name: string): number {
    const value = this.int(name);
    if (value === null || value === undefined) throw new AppError('INVALID_INPUT', { field: name });
    return value;
  }

  /** One of the given numbers, as what it stands for; undefined when absent. */
  choice<T>(name: string, choices: Readonly<Record<number, T>>): T | undefined {
    const value = this.int(name);
    if (value === null || value === undefined) return undefined;
    const choice = Object.hasOwn(choices, value) ? choices[value] : undefined;
    if (choice === undefined) throw new AppError('INVALID_INPUT', { field: name });
    return choice;
  }

  /** Numbers between commas, as texts; undefined when absent. */
  idList(name: string): string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ids = text.split(',').map((id) => id.trim());
    if (text.trim() === '') return [];
    if (!ids.every((id) => /^\d{1,10}$/.test(id))) throw new AppError('INVALID_INPUT', { field: name });
    return ids;
  }

  /** The one file of the form, under any name, or the body, as GraphQL's `Upload` takes it; it must be there. */
  upload(): Upload {
    if (!this.uploaded) throw new AppError('INVALID_INPUT', { field: 'file' });
    const upload = new Upload();
    upload.resolve({ ...this.uploaded, fieldName: 'file', encoding: '7bit' } as unknown as FileUpload);
    return upload;
  }
}
