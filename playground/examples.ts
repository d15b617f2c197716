/** Stands for the token that the last `register` or `login` in this browser tab returned. */
export const TOKEN_PLACEHOLDER = '<token>';

export const SAMPLE_HEADERS = { Authorization: `Bearer ${TOKEN_PLACEHOLDER}` };

/**
 * One tab of the playground: the operations of one flow, in the order in which they are run. GraphiQL names a tab
 * after its first operation.
 */
interface Example {
  query: string;
  /** For all operations of the tab; each takes what it declares. */
  variables: Record<string, unknown>;
}

const welcome: Example = {
  query: `# Press the run button.
# This needs no account; the
# other tabs are real flows.

query Welcome {
  gatewayInfo {
    sessionDays
    codeResendSeconds
    uploadMaxBytes
    thirdParties
  }
  hobbies {
    id
    name
  }
}
`,
  variables: {},
};

const register: Example = {
  query: `# A new account. The run button offers the four steps.
# In development the code comes out on the terminal of
# the gateway ("event":"sms"): put it in the variables.
# "Bearer <token>" in the headers then stands for the
# token that Register or Login has given you.

mutation SendRegisterCode($phone: String!) {
  sendCode(input: { phone: $phone, purposes: [REGISTER] }) {
    resendAfter
    expiresAt
  }
}

mutation Register($phone: String!, $code: String!, $password: String!) {
  register(input: { phone: $phone, code: $code, password: $password, passwordFormat: PLAIN }) {
    token
    expiresAt
    isNewUser
    user {
      id
      name
      phone
    }
  }
}

mutation Login($phone: String!, $password: String!) {
  login(input: { account: $phone, password: $password }) {
    token
    expiresAt
    user {
      id
      name
    }
  }
}

query Me {
  me {
    id
    name
    nickname
    phone
    inviteCode
    createdAt
  }
}
`,
  variables: { phone: '13800138000', code: '123456', password: 'correct horse battery' },
};

const profile: Example = {
  query: `# The profile: a value sets, null clears, and what is
# left out stays.

mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    id
    nickname
    sex
    birthday
    age
    bio
    location
    city {
      id
      name
    }
    hobbies {
      id
      name
    }
  }
}

query Hobbies {
  hobbies {
    id
    name
  }
}
`,
  variables: {
    input: {
      nickname: '小安',
      sex: 'FEMALE',
      birthday: '1995-08-17',
      bio: '安居生活',
      location: '四川 成都',
    },
  },
};

const bindPhone: Example = {
  query: `# Another phone for the account you are logged in to.
# The code goes to the new phone.

mutation SendBindCode($phone: String!) {
  sendCode(input: { phone: $phone, purposes: [BIND] }) {
    resendAfter
    expiresAt
  }
}

mutation BindPhone($phone: String!, $code: String!, $password: String!) {
  bindPhone(input: { phone: $phone, code: $code, password: $password }) {
    id
    phone
  }
}
`,
  variables: { phone: '13900139000', code: '123456', password: 'correct horse battery' },
};

const retrievePassword: Example = {
  query: `# A forgotten password. All sessions of the account end
# with the old one.

mutation SendRetrieveCode($phone: String!) {
  sendCode(input: { phone: $phone, purposes: [RETRIEVE] }) {
    resendAfter
    expiresAt
  }
}

mutation RetrievePassword($phone: String!, $code: String!, $password: String!) {
  retrievePassword(input: { phone: $phone, code: $code, password: $password })
}
`,
  variables: { phone: '13800138000', code: '123456', password: 'staple horse battery' },
};

const users: Example = {
  query: `# A page of users with their relations. For the next
# page put pageInfo.endCursor in the variable "after".

query Users($filter: UserFilter, $first: Int, $after: String) {
  users(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      name
      nickname
      avatar {
        url
      }
      city {
        name
      }
      community {
        name
      }
      hobbies {
        name
      }
      extra {
        followersCount
        followingsCount
      }
      hasFollower
      hasFollowing
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

query UserByName($name: String!) {
  user(name: $name) {
    id
    name
    nickname
    bio
  }
}

mutation Follow($userId: ID!) {
  follow(userId: $userId) {
    id
    hasFollowing
  }
}
`,
  variables: { filter: { nameContains: '' }, first: 20, name: 'alice', userId: '2' },
};

const addresses: Example = {
  query: `# Your delivery addresses, at most 20. CreateAddress
# gives the id that the last two need.

query Addresses {
  addresses {
    ...AddressFields
  }
}

mutation CreateAddress($input: AddressInput!) {
  createAddress(input: $input) {
    ...AddressFields
  }
}

mutation UpdateAddress($id: ID!, $patch: AddressPatch!) {
  updateAddress(id: $id, input: $patch) {
    ...AddressFields
  }
}

mutation DeleteAddress($id: ID!) {
  removeAddress(id: $id) {
    address {
      id
    }
  }
}

fragment AddressFields on Address {
  id
  alias
  name
  phone
  province
  city
  county
  detail
  postcode
  isDefault
}
`,
  variables: {
    id: '1',
    input: {
      alias: '公司',
      name: '张三',
      phone: '18818181818',
      province: '四川省',
      city: '成都市',
      county: '高新区',
      detail: '环球中心E1区9楼',
      postcode: '610000',
      isDefault: true,
    },
    patch: { detail: '环球中心E2区3楼' },
  },
};

const rank: Example = {
  query: `# Who earned most in the last days (left out: ever),
# everywhere or in one city.

query Rank($days: Int, $city: String, $first: Int) {
  rank(days: $days, city: $city, first: $first) {
    computedAt
    entries {
      position
      amount
      user {
        id
        name
      }
    }
    mine {
      position
      amount
    }
  }
}
`,
  variables: { days: 7, first: 10 },
};

const appRelease: Example = {
  query: `# The current version of the app, or null.

query AppRelease($platform: AppPlatform!) {
  appRelease(platform: $platform) {
    version
    versionCode
    url
    title
    message
    updatedAt
  }
}
`,
  variables: { platform: 'ANDROID' },
};

/** The real flows, as tabs from left to right. Every operation is valid against `schema.graphql`: a test says so. */
export const EXAMPLES: readonly Example[] = [
  welcome,
  register,
  profile,
  bindPhone,
  retrievePassword,
  users,
  addresses,
  rank,
  appRelease,
];
