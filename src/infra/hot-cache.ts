import { LRUCache } from 'lru-cache';

/** A value asked for more often than this within a second is hot. */
const HOT_AFTER = 10;
/** The greatest age of a hot value, in ms: all see a change within a second. */
const MAX_AGE_MS = 500;

interface Entry<Value> {
  /** The second in which {@link asked} is counted, in ms. */
  since: number;
  asked: number;
  /** The time at which loading began, in ms. */
  loadedAt: number;
  value: Promise<Value>;
}

/** Loads what is asked for each time, until many ask for the same: then they share what one of them has loaded. */
export class HotCache<Value> {
  private readonly entries: LRUCache<string, Entry<Value>>;

  constructor(
    max: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.entries = new LRUCache({ max });
  }

  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const now = this.now();
    const known = this.entries.get(key);
    const sameSecond = known !== undefined && now - known.since < 1000;
    const asked = sameSecond ? known.asked + 1 : 1;
    const shared = asked > HOT_AFTER && known !== undefined && now - known.loadedAt < MAX_AGE_MS;
    const entry = {
      since: sameSecond ? known.since : now,
      asked,
      loadedAt: shared ? known.loadedAt : now,
      value: shared ? known.value : load(),
    };
    this.entries.set(key, entry);
    // The next caller tries for themselves.
    if (!shared) {
      entry.value.catch(() => {
        if (this.entries.peek(key)?.value === entry.value) this.entries.delete(key);
      });
    }
    return entry.value;
  }
}
