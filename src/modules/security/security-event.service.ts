import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseContext, RequestContext, SignedInContext } from '../../context.js';
import { type Page, type PageInput, toPageById, windowOf } from '../../paging.js';
import type { SecurityEvent, SecurityEventKind } from './security-event.entity.js';
import { securityEventsLoader } from './security-event.loader.js';
import { type AuditedEvent, type EventSpan, insertEvent, listSpan } from './security-event.repository.js';

/** Events that are read with one statement. */
const EXPORT_PAGE = 5000;

/** The events of an account, for its owner to read. */
export class SecurityEventService {
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly fork: () => EntityManager,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async record(
    { em, client }: Pick<RequestContext, 'em' | 'client'>,
    userId: number,
    kind: SecurityEventKind,
  ): Promise<void> {
    await insertEvent(em, { userId, kind, door: client.door, ip: client.ip });
  }

  /** Records without making the caller wait. A failure is logged; the event is then lost. */
  recordSoon({ client }: Pick<RequestContext, 'client'>, userId: number, kind: SecurityEventKind): void {
    const write = this.record({ em: this.fork(), client }, userId, kind)
      .catch(this.onFailure)
      .finally(() => this.pending.delete(write));
    this.pending.add(write);
  }

  /** Resolves when all that was to be recorded soon is. */
  async settle(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** The caller's own events, newest first. */
  async list(ctx: SignedInContext, page: PageInput): Promise<Page<SecurityEvent>> {
    const { userId } = ctx.viewer;
    await this.settle();
    const window = windowOf(page);
    return toPageById(await securityEventsLoader(ctx).load({ userId, window }), window);
  }

  /** Every event of a span, the oldest first, a page in memory; one that is committed meanwhile may be missing. */
  async *export({ em }: DatabaseContext, span: EventSpan): AsyncIterable<readonly AuditedEvent[]> {
    let last: AuditedEvent | null = null;
    for (;;) {
      const page: AuditedEvent[] = await listSpan(em, span, last, EXPORT_PAGE);
      yield page;
      last = page.at(-1) ?? null;
      if (page.length < EXPORT_PAGE) return;
    }
  }
}
