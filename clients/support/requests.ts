import diagnostics from 'node:diagnostics_channel';

interface Sent {
  method: string;
  path: string;
}

/** What is sent while something runs, by whatever client. */
export async function requests(run: () => unknown): Promise<Sent[]> {
  const sent: Sent[] = [];
  const listen = (message: unknown) => {
    const { method, path } = (message as { request: Sent }).request;
    sent.push({ method, path });
  };
  diagnostics.subscribe('undici:request:create', listen);
  try {
    await run();
  } finally {
    diagnostics.unsubscribe('undici:request:create', listen);
  }
  return sent;
}
