import type { Upload } from 'graphql-upload-ts';
import { z } from 'zod';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/codes.js';
import { MD5 } from '../md5.js';
import { Input } from './input.js';

/**
 * The parameters of a row, declared as the table of its document has them: name, type, meaning, example, and what absent
 * and empty mean. Reading, refusals and the API docs follow from the declaration. They are read in the order they are
 * declared in, and the first that is malformed is what a request is refused for.
 */

/** The kinds of content that not everybody may read, or that are not read as they came. */
export type Content = 'secret' | 'user id';

/**
 * The ways in which a parameter names accounts: by an id; by ids between commas; by an id or whatever else `user(account:)`
 * takes; by the id of the last one of a page; or in a signed request, which is read as it came.
 */
export type AccountNaming = 'id' | 'ids' | 'any' | 'position' | 'signed';

/** The declaration of a parameter as data; the API docs show it, but for its content. */
export interface ParameterDocument {
  name: string;
  meaning: string;
  example?: string;
  content?: Content;
  /** Set where it names accounts: a door that speaks old ids translates it. */
  account?: AccountNaming;
  required: boolean;
  schema: z.core.JSONSchema.BaseSchema;
}

/** A parameter under its name, or several that belong together, under a name that only the row knows. */
export interface Part<T> {
  /** Reads the value. Throws INVALID_INPUT, or the code declared, with the name of the parameter at fault. */
  read(input: Input, name: string): T;
  documents(name: string): ParameterDocument[];
  /** A value as a request of the examples would bring. */
  sample(name: string): T;
}

export type Parameters = Readonly<Record<string, Part<unknown>>>;

export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Part<infer T> ? T : never;
};

function mapped<P extends Parameters>(parameters: P, value: (part: Part<unknown>, name: string) => unknown) {
  const values: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(parameters)) values[name] = value(part, name);
  return values as Values<P>;
}

export const readParameters = <P extends Parameters>(parameters: P, input: Input): Values<P> =>
  mapped(parameters, (part, name) => part.read(input, name));

export const sampleParameters = <P extends Parameters>(parameters: P): Values<P> =>
  mapped(parameters, (part, name) => part.sample(name));

/** Lists each parameter once: of one that is read twice, the first declaration says the most. */
export function documentParameters(parameters: Parameters): ParameterDocument[] {
  const known = new Map<string, ParameterDocument>();
  for (const one of Object.entries(parameters).flatMap(([name, part]) => part.documents(name))) {
    const before = known.get(one.name);
    known.set(one.name, before ? { ...before, required: before.required || one.required } : one);
  }
  return [...known.values()];
}

const isThere = <T>(value: T): value is NonNullable<T> => value !== undefined && value !== null;
const isFilled = <T>(value: T): value is NonNullable<T> => isThere(value) && value !== '';

interface Table {
  meaning: string;
  /** The form of a value that is neither absent nor empty. */
  form: z.ZodType;
  nullable?: boolean;
  example?: string;
  content?: Content;
  account?: AccountNaming;
  refusal?: ErrorCode;
}

/** The refusal of one rule of a parameter, where it differs from the others'. */
interface Refusal {
  missing: true;
  code?: ErrorCode | undefined;
}

/** The refusal for a required parameter that is absent or empty. */
export const missingError = (field: string): AppError =>
  new AppError('INVALID_INPUT', { field, missing: true });

/** A parameter of one value. Absent is `undefined`; empty is an empty text, or null where it is no text. */
export class Parameter<T> implements Part<T> {
  constructor(
    private readonly schema: z.ZodType<T>,
    private readonly table: Table,
  ) {}

  private map<U>(change: (value: T, refuse: (details?: Refusal) => never) => U): Parameter<U> {
    const schema = this.schema.transform((value, context) =>
      change(value, (params) => {
        context.addIssue({ code: 'custom', params });
        return z.NEVER;
      }),
    );
    // No schema here is asynchronous, which zod would await.
    return new Parameter(schema as z.ZodType<unknown> as z.ZodType<U>, this.table);
  }

  read(input: Input, name: string): T {
    const { success, data, error } = this.schema.safeParse(input.value(name));
    if (success) return data;
    const [issue] = error.issues;
    const { missing, code }: Partial<Refusal> = (issue?.code === 'custom' && issue.params) || {};
    const details = { field: name, ...(missing && { missing }) };
    throw new AppError(code ?? this.table.refusal ?? 'INVALID_INPUT', details);
  }

  documents(name: string): ParameterDocument[] {
    const { meaning, example, content, account, form, nullable } = this.table;
    const { $schema, ...schema } = z.toJSONSchema(nullable ? form.nullable() : form);
    const required = !this.schema.safeParse(undefined).success;
    return [{ name, meaning, example, content, account, required, schema }];
  }

  sample(name: string): T {
    const value = this.table.example ?? z.toJSONSchema(this.table.form).enum?.[0] ?? '1';
    return this.read(new Input({ [name]: value }), name);
  }

  /** Sets a value to try it with; the first of its values, or `1`, where none is given. */
  example(example: string): Parameter<T> {
    return new Parameter(this.schema, { ...this.table, example });
  }

  /** Marks the kind of its content. */
  holding(content: Content): Parameter<T> {
    return new Parameter(this.schema, { ...this.table, content });
  }

  /** Says that it names accounts, and how. */
  naming(account: AccountNaming): Parameter<T> {
    return new Parameter(this.schema, { ...this.table, account });
  }

  /** Lists the document's values, for the API docs: others are not refused here. */
  values(...values: readonly string[]): Parameter<T> {
    return new Parameter(this.schema, { ...this.table, form: z.enum(values) });
  }

  /** Refuses absent and empty as missing, with a code of its own if one is given. */
  required(code?: ErrorCode): Parameter<NonNullable<T>> {
    return this.map((value, refuse) => (isFilled(value) ? value : refuse({ missing: true, code })));
  }

  /** Refuses absent as malformed; empty is a value like any other. */
  present(): Parameter<NonNullable<T> | (T & null)> {
    return this.map((value, refuse) => (value === undefined ? refuse() : value));
  }

  /** Sets the value that empty stands for. */
  empty<const U>(meaning: U): Parameter<NonNullable<T> | (T & undefined) | U> {
    return this.map((value) => (value === null || value === '' ? meaning : value));
  }

  /** Sets the value that absent or empty stands for. */
  default<const U>(meaning: U): Parameter<NonNullable<T> | U> {
    return this.map((value) => (isFilled(value) ? value : meaning));
  }

  /** Lets JSON's null be null: the client wants nothing there. */
  clearable(): Parameter<T | null> {
    return new Parameter(this.schema.nullable(), { ...this.table, nullable: true });
  }

  /** Takes malformed for absent: nothing is refused for it. */
  lenient(): Parameter<T | undefined> {
    return new Parameter((this.schema as z.ZodType<T | undefined>).catch(undefined), this.table);
  }

  /** Reads true where anything but an empty text was sent, even malformed: nothing is refused for it. */
  sent(): Parameter<boolean> {
    return new Parameter(z.unknown().transform(isFilled), this.table);
  }

  /** Refuses a value that is there and for which `holds` is false. */
  refine(holds: (value: NonNullable<T>) => boolean): Parameter<T> {
    return this.map((value, refuse) => (!isThere(value) || holds(value) ? value : refuse()));
  }

  /** Changes a value that is there; undefined refuses it as malformed. */
  transform<U>(change: (value: NonNullable<T>) => U | undefined): Parameter<U | (T & (null | undefined))> {
    return this.map((value, refuse) => {
      if (!isThere(value)) return value as T & (null | undefined);
      const changed = change(value);
      return changed === undefined ? refuse() : changed;
    });
  }

  /** Sets the code it is refused with, instead of INVALID_INPUT. */
  refusedAs(refusal: ErrorCode): Parameter<T> {
    return new Parameter(this.schema, { ...this.table, refusal });
  }
}

/** A number beyond 2^53 may be another one than was sent. */
const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));

function asText(value: unknown): unknown {
  if (value === null) return undefined;
  return typeof value === 'number' && isExact(value) ? String(value) : value;
}

const WHOLE = /^-?\d+$/;

/**
 * A whole number, null where it is empty. One beyond the exact ones becomes the last exact one, which is no
 * row's id.
 */
function asWhole(value: unknown): number | null | undefined {
  const text = asText(value);
  if (text === undefined) return undefined;
  const digits = typeof text === 'string' ? text.trim() : 'no number';
  if (digits === '') return null;
  return WHOLE.test(digits)
    ? Math.min(Math.max(Number(digits), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
    : Number.NaN;
}

const textLike = <T extends string>(form: z.ZodType<T, string>, meaning: string): Parameter<T | undefined> =>
  new Parameter(z.preprocess(asText, form.optional()), { meaning, form });

/** A text, exactly as sent. Half a surrogate pair is none. */
export const text = (meaning: string): Parameter<string | undefined> =>
  textLike(
    z.string().refine((value) => value.isWellFormed()),
    meaning,
  );

/** 32 hexadecimal digits: a password as anlife clients send it, or the sum of a file. */
export const md5 = (meaning: string): Parameter<string | undefined> =>
  textLike(z.string().regex(MD5), meaning).example('e10adc3949ba59abbe56e057f20f883e');

/** A text for nobody's eyes: a password, a code, a token, a phone, an identity card's number. */
export const secret = (meaning: string, kind = text): Parameter<string | undefined> =>
  kind(meaning).holding('secret');

/** Ids between commas, as texts; an empty text is an empty list. */
export const idList = (meaning: string): Parameter<readonly string[] | undefined> =>
  textLike(z.string().regex(/^\s*(\d{1,10}\s*(,\s*\d{1,10}\s*)*)?$/), meaning).transform((ids) =>
    ids.trim() === '' ? [] : ids.split(',').map((id) => id.trim()),
  );

/** One of the given words, as what it stands for. */
export const word = <const W extends Readonly<Record<string, NonNullable<unknown>>>>(
  words: W,
  meaning: string,
): Parameter<W[keyof W] | undefined> =>
  textLike(z.enum(Object.keys(words)), meaning).transform((one) => words[one as keyof W]);

/** A whole number in decimal digits, of any length; null when empty. */
export function int(meaning: string): Parameter<number | null | undefined> {
  const form = z.number().meta({ type: 'integer' });
  return new Parameter(z.preprocess(asWhole, form.nullish()), { meaning, form });
}

const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** A number that has a point perhaps, null where it is empty. */
function asDecimal(value: unknown): number | null | undefined {
  const text = asText(value);
  if (text === undefined) return undefined;
  const digits = typeof text === 'string' ? text.trim() : 'no number';
  if (digits === '') return null;
  return DECIMAL.test(digits) ? Number(digits) : Number.NaN;
}

/** A number in decimal digits, with a point perhaps; null when empty. */
export function decimal(meaning: string): Parameter<number | null | undefined> {
  const form = z.number();
  return new Parameter(z.preprocess(asDecimal, form.nullish()), { meaning, form });
}

/** The id of an account. */
export const userId = (meaning: string): Parameter<number | null | undefined> =>
  int(meaning).holding('user id').naming('id');

/** One of the given numbers, as what it stands for; null when empty. */
export function choice<const C extends Readonly<Record<number, unknown>>>(
  choices: C,
  meaning: string,
): Parameter<C[keyof C] | null | undefined> {
  const form = z.literal(Object.keys(choices).map(Number)).meta({ type: 'integer' });
  const schema = z.preprocess(asWhole, form.nullish());
  return new Parameter(
    schema.transform((one) => (isThere(one) ? choices[one as keyof C] : one)),
    { meaning, form },
  );
}

const asBoolean = (value: unknown): unknown =>
  value === 1 || value === '1' ? true : value === 0 || value === '0' ? false : value;

/** True, false, 1 or 0, as text too; null when the client sent null. */
export function bool(meaning: string): Parameter<boolean | null | undefined> {
  const form = z.boolean();
  return new Parameter(z.preprocess(asBoolean, form.nullish()), { meaning, form });
}

/** The spellings of "on" in forms, scripts and PHP, in which the legacy servers are written. */
const ON = new Set(['1', 'true', 'on', 'yes']);

const isOn = (value: unknown): boolean =>
  typeof value === 'string' ? ON.has(value.trim().toLowerCase()) : value === 1 || value === true;

/** A switch. Anything else than on leaves it off: it is no reason to refuse a request. */
export const flag = (meaning: string): Parameter<boolean> =>
  new Parameter(z.unknown().transform(isOn), { meaning, form: z.literal([0, 1]).meta({ type: 'integer' }) });

/** Parts with rules of their own. */
export interface Group<T> extends Part<T> {
  /** A rule of more than one parameter, looked at when all of the group are read, and before what is declared after it. */
  refine(holds: (value: T) => boolean, code: ErrorCode, field?: string): Group<T>;
  transform<U>(change: (value: T) => U): Group<U>;
}

const withRules = <T>(part: Part<T>): Group<T> => ({
  ...part,
  refine: (holds, code, field) =>
    withRules({
      ...part,
      read: (input, name) => {
        const value = part.read(input, name);
        if (!holds(value)) throw new AppError(code, { field });
        return value;
      },
    }),
  transform: (change) =>
    withRules({
      ...part,
      read: (input, name) => change(part.read(input, name)),
      sample: (name) => change(part.sample(name)),
    }),
});

/** Parameters that a rule holds together. */
export const group = <P extends Parameters>(parameters: P): Group<Values<P>> =>
  withRules({
    read: (input) => readParameters(parameters, input),
    documents: () => documentParameters(parameters),
    sample: () => sampleParameters(parameters),
  });

/** A parameter that every case requires is required; the others depend on the case. */
function documentCases(cases: readonly Parameters[]): ParameterDocument[] {
  const tables = cases.map(documentParameters);
  const isRequired = (name: string) =>
    tables.every((table) => table.some((one) => one.name === name && one.required));
  return tables.flat().map((one) => ({ ...one, required: isRequired(one.name) }));
}

/** Parameters that depend on the value of another one, or of a group of others. The value stands beside them, by name. */
export const cases = <const Name extends string, Key extends string, C extends Record<Key, Parameters>>(
  name: Name,
  key: Part<Key>,
  each: C,
): Group<{ [K in Key]: { readonly [N in Name]: K } & Values<C[K]> }[Key]> => {
  const tables: readonly Parameters[] = Object.values(each);
  const chosen = (value: Key, rest: Values<Parameters>) => ({ ...rest, [name]: value }) as never;
  return withRules({
    read: (input) => {
      const value = key.read(input, name);
      return chosen(value, readParameters(each[value], input));
    },
    documents: () => [...key.documents(name), ...documentCases(tables)],
    sample: () => {
      const value = key.sample(name);
      return chosen(value, sampleParameters(each[value]));
    },
  });
};

/** The parameters inside another one: a JSON object, or `name[inner]` of a form. All are absent when it is. */
export const nested = <P extends Parameters>(parameters: P): Group<Values<P>> =>
  withRules({
    read: (input, name) => readParameters(parameters, input.nested(name)),
    documents: (name) =>
      documentParameters(parameters).map((one) => ({
        ...one,
        name: name + one.name.replace(/^[^[]+/, '[$&]'),
      })),
    sample: () => sampleParameters(parameters),
  });

/**
 * Values under one name: a JSON array, or `name`, `name[]` or `name[0]` of a form. The list has to be there, of at most
 * `max`; those that are absent in it are left out.
 */
export const list = <T>(item: Parameter<T>, max: number): Part<NonNullable<T>[]> => {
  const valuesIn = (input: Input, name: string): readonly unknown[] | undefined => {
    const whole = input.value(name) ?? input.value(`${name}[]`);
    if (isThere(whole)) return [whole].flat();
    const inner = input.nested(name);
    const places = inner.names().filter((place) => /^\d+$/.test(place));
    return places.length > 0 ? places.map((place) => inner.value(place)) : undefined;
  };
  return {
    read: (input, name) => {
      const values = valuesIn(input, name);
      if (!values) throw missingError(name);
      if (values.length > max) throw new AppError('INVALID_INPUT', { field: name });
      return values.flatMap((value) => item.read(new Input({ [name]: value }), name) ?? []);
    },
    documents: (name) =>
      item.documents(name).map((one) => ({
        ...one,
        required: true,
        schema: { type: 'array', items: one.schema, maxItems: max },
      })),
    sample: (name) => [item.required().sample(name)],
  };
};

/** The first part that is present; those behind it are not read. */
export const firstOf = <T>(parts: Readonly<Record<string, Part<T | undefined>>>): Part<T | undefined> => ({
  read: (input) => {
    for (const [name, part] of Object.entries(parts)) {
      const value = part.read(input, name);
      if (value !== undefined) return value;
    }
    return undefined;
  },
  documents: () => documentParameters(parts),
  sample: () => Object.values(sampleParameters(parts))[0],
});

const anything = text('');

/**
 * All parameters that a request brings, as text: the declared ones are shown in the API docs, and not checked
 * here.
 */
export const everything = (parameters: Parameters): Part<{ name: string; value: string }[]> => ({
  read: (input) => input.names().map((name) => ({ name, value: anything.read(input, name) ?? '' })),
  documents: () => documentParameters(parameters),
  sample: () => [],
});

/** The one file of the form, under any name, or the body, as GraphQL's `Upload` takes it; it must be there. */
export const upload = (meaning: string): Part<Upload> => ({
  read: (input) => input.upload(),
  documents: (name) => [{ name, meaning, required: true, schema: { type: 'string', format: 'binary' } }],
  // Examples only test that there is a file.
  sample: () => 'a file' as never,
});

/** The value of a cookie; undefined when the client sent none of that name. */
export const cookie = (name: string): Part<string | undefined> => ({
  read: (input) => input.cookie(name),
  documents: () => [],
  sample: () => undefined,
});
