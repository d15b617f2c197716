import 'reflect-metadata';
import { CHILDREN_MAX, DivisionTree } from '../../src/modules/place/division.tree.js';
import { PlaceIndex } from '../../src/modules/place/place.index.js';
import { CITIES_MAX } from '../../src/modules/place/place.service.js';
import { readDivisions } from '../../src/seeders/divisions.js';

const places = new PlaceIndex(readDivisions());

describe('the city of a location', () => {
  test.each([
    ['成都', 510100],
    ['成都市', 510100],
    ['四川省 成都市', 510100],
    ['四川成都', 510100],
    ['中国 四川省 成都市', 510100],
    ['中国，四川，成都', 510100],
    ['四川省成都市高新区', 510100],
    ['成都市 四川省', 510100],
    ['成都市武侯区人民南路四段', 510100],
    ['双流', 510100],
    ['四川双流', 510100],
    ['凉山州西昌市', 513400],
    ['凉山彝族自治州', 513400],
    ['北京市', 110100],
    ['北京', 110100],
    ['北京市朝阳区', 110100],
    ['北京 朝阳', 110100],
    ['长春市朝阳区', 220100],
    ['朝阳', 211300],
    ['天津市河北区', 120100],
    ['天津河北区', 120100],
    ['重庆市城口县', 500100],
    ['吉林 吉林', 220200],
    ['吉林市', 220200],
    ['吉林 长春', 220100],
    ['青海 海南', 632500],
    ['昆山', 320500],
    ['江苏昆山', 320500],
    ['上海 昆山市', 320500],
    ['仙桃', 429004],
    ['湖北神农架', 429021],
    ['湖南永州道县', 431100],
    ['哈尔滨道里区', 230100],
    ['唐山路南区', 130200],
    ['上海南京西路', 310100],
    ['上海 成都北路', 310100],
    ['青岛 香港中路', 370200],
    ['北京西安门大街', 110100],
    ['杭州 阿里巴巴', 330100],
    ['南昌 高新区', 360100],
    ['上海 北京', 110100],
    ['上海市北京市', 110100],
    ['上海 北京朝阳', 110100],
    ['成都\u3000', 510100],
  ])('the location %s lies in the city %i', (location, city) => {
    expect(places.cityOf(location)).toBe(city);
  });

  test.each([
    '',
    '四川省',
    '四川',
    '中国',
    '吉林',
    '海南省',
    '朝阳区',
    '四川省 朝阳区',
    '高新区',
    '火星',
    '家里',
    'Chengdu',
    '成都 四川 云南省',
    '南京路',
    '1000',
    '市',
    '\u{1F600}\u{1F600}',
  ])('the location %j names no city', (location) => {
    expect(places.cityOf(location)).toBeNull();
  });

  /** How many names are looked up to read a text. */
  function lookupsOf(location: string): number {
    const { get } = Map.prototype;
    let lookups = 0;
    Map.prototype.get = function (key) {
      lookups += 1;
      return get.call(this, key);
    };
    try {
      places.cityOf(location);
    } finally {
      Map.prototype.get = get;
    }
    return lookups;
  }

  test.each(['成', '内蒙古自治', '四川成都朝阳', 'xy '])(
    'reading a location takes look-ups by its length: %j',
    (part) => {
      const [half, whole] = [96, 192].map((length) => lookupsOf(part.repeat(length).slice(0, length)));
      expect(half).toBeGreaterThan(0);
      expect(whole).toBeLessThanOrEqual(2.5 * Number(half));
      expect(whole).toBeLessThanOrEqual(192 * 40);
    },
  );
});

describe('the city of a name', () => {
  test.each([
    ['成都', 510100],
    ['成都市', 510100],
    [' 北京 ', 110100],
    ['吉林', 220200],
    ['凉山州', 513400],
  ])('the city named %s is %i', (name, city) => {
    expect(places.cityByName(name)).toBe(city);
  });

  test.each(['', '四川省', '成', '双流区', '510100x'])('%j names no city', (name) => {
    expect(places.cityByName(name)).toBeNull();
  });
});

describe('the cities of a province', () => {
  test.each(['四川', '四川省', '510000', ' 四川省 '])(
    'the province %j has the cities of 四川省',
    (province) => {
      const names = places.citiesOf(province).map(({ name }) => name);
      expect(names).toHaveLength(21);
      expect(names).toContain('凉山彝族自治州');
    },
  );

  test.each([
    ['北京', ['北京市']],
    ['重庆市', ['重庆市']],
    ['火星', []],
    ['', []],
  ])('the province %j has the cities %j', (province, names) => {
    expect(places.citiesOf(province).map(({ name }) => name)).toEqual(names);
  });

  test('all cities are listed when no province is given', () => {
    expect(places.citiesOf().length).toBeGreaterThan(330);
    expect(places.citiesOf().length).toBeLessThanOrEqual(CITIES_MAX);
    expect(places.citiesOf().every((city) => places.provinceOf(city) !== null)).toBe(true);
  });
});

test('no division holds more than the schema says', () => {
  const tree = new DivisionTree(readDivisions());
  const found = ['省', '市', '区', '州', '盟', '县'].flatMap((kind) => tree.search(kind, 10_000));
  expect(found.length).toBeGreaterThan(3000);
  const most = Math.max(...found.map(({ children }) => children.length));
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThanOrEqual(CHILDREN_MAX);
});
