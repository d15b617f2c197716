import { registerEnumType } from 'type-graphql';

export enum ProviderEnum {
  WECHAT = 'WECHAT',
  WEIBO = 'WEIBO',
  QQ = 'QQ',
}
registerEnumType(ProviderEnum, {
  name: 'Provider',
  description: 'A third party that can vouch for a person.',
  valuesConfig: {
    WECHAT: { description: 'WeChat (微信).' },
    WEIBO: { description: 'Weibo (新浪微博).' },
    QQ: { description: 'QQ.' },
  },
});
