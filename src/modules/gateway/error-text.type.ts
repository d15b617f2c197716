import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { isErrorCode } from '../../errors/app-error.js';
import { ERRORS, type ErrorCode } from '../../errors/codes.js';

/** In the order of the list. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);

const ErrorCodeEnum = Object.fromEntries(ERROR_CODES.map((code) => [code, code]));
registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description: 'Every value that `extensions.code` of an error can have.',
  valuesConfig: Object.fromEntries(ERROR_CODES.map((code) => [code, { description: ERRORS[code].en }])),
});

@ObjectType({ description: 'What an error code means.' })
export class ErrorText {
  @Field(() => ErrorCodeEnum, { description: 'The code, as `extensions.code` has it.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'The `message` of its errors, in the language of the request.' })
  message!: string;
}
