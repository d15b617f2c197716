import { ConnectionException } from '@mikro-orm/core';
import { ProviderError, type ProviderFailure } from '../infra/oauth/failure.js';
import { UnavailableError } from '../infra/unavailable.js';
import { propertyOf } from '../unknown.js';
import { AppError, unavailable } from './app-error.js';
import type { ErrorCode } from './codes.js';
import { ofConstraint } from './constraints.js';

/** The system's own names of what passes: connections that fail, and a disk that is full, read-only or failing. */
const PASSING_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EMFILE',
  'ENFILE',
]);

/**
 * States of PostgreSQL that pass, by class or code: the connection (08), resources (53), the operator or a time-out
 * (57), the system below (58); read-only after a failover, a transaction that idled or took too long; a deadlock or a
 * lost race between transactions, and a lock that did not come in time: the same request may succeed.
 */
const PASSING_STATE = /^(08|53|57|58)...$|^(25006|25P03|25P04|40001|40P01|55P03)$/;

/**
 * Messages of the driver, without a code of its own, about a connection that broke, did not come about, or did not answer in
 * time; and of one that prepared its statement before a migration, which the pool then drops.
 */
const LOST_MESSAGE =
  /(^|- )(cached plan must not change|Connection terminated|Query read timeout|timeout exceeded when trying|timeout expired|Client has encountered a connection error|Client was closed)/;

/** The database or the disk is gone, slow, full or read-only, which passes; anything else unexpected is a defect. */
function isUnavailable(error: unknown): boolean {
  const code = String(propertyOf(error, 'code'));
  return (
    error instanceof ConnectionException ||
    PASSING_SYSTEM.has(code) ||
    PASSING_STATE.test(code) ||
    LOST_MESSAGE.test(String(propertyOf(error, 'message')))
  );
}

/** HTTP itself, and the parser of multipart forms, mark their refusals with a status. */
function isClientFault(error: unknown): boolean {
  const statusCode = propertyOf(error, 'statusCode');
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

const OF_PROVIDER: Readonly<Record<ProviderFailure, ErrorCode>> = {
  incomplete: 'INVALID_INPUT',
  disabled: 'THIRD_PARTY_DISABLED',
  rejected: 'THIRD_PARTY_REJECTED',
  unavailable: 'THIRD_PARTY_UNAVAILABLE',
};

/** Any failure as one of the closed list. Those of the infrastructure have their reason, if any, as their cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof UnavailableError) return unavailable({ cause: error.cause });
  if (error instanceof ProviderError) {
    const { failure, field, cause } = error;
    return new AppError(OF_PROVIDER[failure], { ...(field && { field }) }, { cause });
  }
  const taken = ofConstraint(error);
  if (taken) return taken;
  if (isClientFault(error)) return new AppError('INVALID_INPUT', {}, { cause: error });
  return isUnavailable(error)
    ? unavailable({ cause: error })
    : new AppError('INTERNAL', {}, { cause: error });
}
