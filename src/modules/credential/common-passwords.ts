/**
 * The passwords that guessing tries first, world-wide and in China, in lower case, six characters or more
 * (shorter ones fail by their length).
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `
  000000 00000000 000000000 0000000000 111111 11111111 111111111 1111111111 112233 11223344 121212 12121212
  123123 123123123 123321 123654 1234321 12344321 123456 1234567 12345678 123456789 1234567890 0987654321
  987654321 9876543210 87654321 7654321 654321 123456a 1234567a 12345678a 123456789a a123456 a1234567
  a12345678 a123456789 aa123456 aa1234567 abc123456 abc12345 abc123 abcd1234 abcdef abcdefg abcdefgh 123456q
  q123456 qq123456 123qwe 123qweasd 1234qwer 12345qwert 1q2w3e 1q2w3e4r 1q2w3e4r5t 1qaz1qaz 1qaz2wsx
  1qaz2wsx3edc 1qazxsw2 1qaz@wsx !qaz2wsx qaz123 qazwsx qazwsxedc qwe123 qweasd123 qweasdzxc qweqwe qwer1234
  qwer123456 qwerty qwerty1 qwerty123 qwerty12345 qwerty123456 qwertyu qwertyui qwertyuio qwertyuiop q1w2e3
  q1w2e3r4 asd123 asdf1234 asdfgh asdfghj asdfghjk asdfghjkl zxcvbn zxcvbnm 147258 147258369 147852
  147852369 159357 159951 123789 123456123 131313 131420 1314520 5201314 520520 520520520 521521 584520
  7758258 7758521 woaini woaini1 woaini123 woaini1314 woaini520 woaiwojia iloveyou iloveyou1 woshishei
  tiantian nihao123 caonima 111222tianya 31415926 168168 16888888 186186 222222 22222222 33333333 444444
  44444444 456456 555555 55555555 666666 66666666 666888 777777 77777777 789456 789456123 888888 8888888
  88888888 888888888 999999 99999999 999999999 aaaaaa aaaaaaaa aaa123 a111111 a5201314 a1b2c3 a1b2c3d4
  admin1 admin123 admin1234 admin123456 admin888 administrator baseball basketball batman computer dragon
  football google internet letmein michael michelle monkey mustang p@ssw0rd p@ssword passw0rd password
  password! password1 password12 password123 pass1234 pokemon princess shadow starwars sunshine superman
  trustno1 welcome welcome1 zaq12wsx zaq1zaq1
  `
    .trim()
    .split(/\s+/),
);
