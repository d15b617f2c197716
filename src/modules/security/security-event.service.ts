import type { FilterQuery } from '@mikro-orm/postgresql';
import { type RequestContext, requireViewer } from '../../context.js';
import { READ_ONLY } from '../../infra/database/query.js';
import { decodeCursor, type Page, type PageInput, pageSize, toPage } from '../../paging.js';
import { SecurityEvent, type SecurityEventKind } from './security-event.entity.js';

/** What happened to an account, for its owner to read. */
export class SecurityEventService {
  async record(ctx: Pick<RequestContext, 'em' | 'client'>, userId: number, kind: SecurityEventKind): Promise<void> {
    const { door, ip } = ctx.client;
    await ctx.em.insert(SecurityEvent, { userId, kind, door, ip } as SecurityEvent);
  }

  /** The caller's own events, newest first. */
  async list(ctx: RequestContext, page: PageInput): Promise<Page<SecurityEvent>> {
    const { userId } = requireViewer(ctx);
    const size = pageSize(page.first);
    const before = decodeCursor(page.after);
    const where: FilterQuery<SecurityEvent> = before === null ? { userId } : { userId, id: { $lt: before } };
    const rows = await ctx.em.find(SecurityEvent, where, { ...READ_ONLY, orderBy: { id: 'desc' }, limit: size + 1 });
    return toPage(rows, size, (event) => event.id);
  }
}
