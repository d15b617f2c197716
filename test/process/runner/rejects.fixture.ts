test('leaves a rejection behind', async () => {
  void Promise.reject(new Error('looked at by nobody'));
  await new Promise((resolve) => setImmediate(resolve));
});
