describe('without an end', () => {
  test('loops', () => {
    for (;;);
  });
});
