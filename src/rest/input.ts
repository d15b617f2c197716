import type { Readable } from 'node:stream';
import { type FileUpload, Upload } from 'graphql-upload-ts';
import { AppError } from '../errors/app-error.js';

/** A file that came in a form or as a body, at most as large as an upload may be. */
export interface InputFile {
  filename: string;
  mimetype: string;
  /** Fails with IMAGE_TOO_LARGE if that turns out while it is read. */
  createReadStream(): Readable;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The parameters of a legacy request: path, query and body alike (the body wins), read by `parameters.ts`.
 * Those that a row does not declare are ignored.
 */
export class Input {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly uploaded: InputFile | undefined = undefined,
    private readonly cookies: Readonly<Record<string, string | undefined>> = {},
  ) {}

  /** The value sent under a name; undefined when none was. */
  value(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** The same with other values under some names. */
  with(values: Readonly<Record<string, unknown>>): Input {
    return new Input({ ...this.values, ...values }, this.uploaded, this.cookies);
  }

  /** The value of a cookie; undefined when the client sent none of that name. */
  cookie(name: string): string | undefined {
    return Object.hasOwn(this.cookies, name) ? this.cookies[name] : undefined;
  }

  /** The names of everything that was sent. */
  names(): string[] {
    return Object.keys(this.values);
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

  /** The one file of the form, under any name, or the body, as GraphQL's `Upload` takes it; it must be there. */
  upload(): Upload {
    if (!this.uploaded) throw new AppError('INVALID_INPUT', { field: 'file' });
    const upload = new Upload();
    upload.resolve({ ...this.uploaded, fieldName: 'file', encoding: '7bit' } as unknown as FileUpload);
    return upload;
  }
}
