import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { trimmed } from '../../text.js';
import { findUserById } from '../user/user.repository.js';
import type { CurrencyOrder } from './currency-order.entity.js';
import { addCurrency, findOrderByKey, type Income, insertOrder } from './income.repository.js';
import { addDailyIncome } from './ranking.repository.js';

export interface IncomeInput extends Omit<Income, 'title'> {
  title?: string | null;
}

/** Most points of one booking. */
const AMOUNT_MAX = 1_000_000_000_000;
/** At most 100 characters that can be printed and stored. */
const LINE = /^[^\p{Cc}\p{Cs}]{0,100}$/u;

function assertLine(text: string, field: string): void {
  if (!LINE.test(text)) throw new AppError('INVALID_INPUT', { field });
}

/** An income as it is booked. Throws INVALID_INPUT. */
export function normaliseIncome({ userId, amount, key, title }: IncomeInput): Income {
  const income = { userId, amount, key, title: trimmed(title ?? '') };
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > AMOUNT_MAX) {
    throw new AppError('INVALID_INPUT', { field: 'amount' });
  }
  if (trimmed(key) === '') throw new AppError('INVALID_INPUT', { field: 'key' });
  assertLine(key, 'key');
  assertLine(income.title, 'title');
  return income;
}

/** Booking incomes of points. */
export class IncomeService {
  /**
   * Books an income once: the same key again returns the first order, and with another user or amount throws
   * INVALID_INPUT. Throws USER_NOT_FOUND for an unknown or deleted user.
   */
  async record(ctx: RequestContext, input: IncomeInput): Promise<CurrencyOrder> {
    const income = normaliseIncome(input);
    const order = (await findOrderByKey(ctx.em, income.key)) ?? (await this.book(ctx, income));
    if (order.userId !== income.userId || order.amount !== income.amount) {
      throw new AppError('INVALID_INPUT', { field: 'key' });
    }
    return order;
  }

  /**
   * The order, the day and the points in hand, all or none. Every booking takes its locks in this order (key, day,
   * points), so that none waits in a circle.
   */
  private async book(ctx: RequestContext, income: Income): Promise<CurrencyOrder> {
    const { userId, amount } = income;
    if (!(await findUserById(ctx.em, userId))) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    const order = await ctx.em.transactional(async () => {
      if (await insertOrder(ctx.em, income)) {
        await addDailyIncome(ctx.em, userId, amount);
        const sum = await addCurrency(ctx.em, userId, amount);
        if (!Number.isSafeInteger(sum)) throw new AppError('INVALID_INPUT', { field: 'amount' });
      }
      return findOrderByKey(ctx.em, income.key);
    });
    // Orders are deleted only with their user.
    if (!order) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    return order;
  }
}
