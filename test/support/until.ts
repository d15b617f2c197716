/** Asks again and again until it is so. Fails with `what` after `ms`. */
export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  ms = 15_000,
): Promise<void> {
  const giveUpAt = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`it never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
