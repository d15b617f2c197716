/** The documents that servers are asked with. */

const TEN_FIELDS = 'id name nickname sex birthday age bio location status createdAt';

export const ME = `query Me { me { ${TEN_FIELDS} phone email } }`;
export const USER = `query User($id: ID!) { user(id: $id) { ${TEN_FIELDS} } }`;
export const USERS = `query Users($filter: UserFilter) {
  users(filter: $filter, first: 20) {
    nodes {
      id name nickname sex bio createdAt
      avatar { id url mime width height }
      city { id name province }
      hobbies { id name }
      verification { type state desc }
      extra { likesCount followersCount followingsCount feedsCount }
    }
    pageInfo { hasNextPage }
  }
}`;
export const RANK = `query Rank { rank(first: 100) { entries { position amount user { id name nickname } } } }`;
export const ADDRESSES = `query Addresses {
  addresses { id alias name phone province city county detail postcode isDefault createdAt updatedAt }
}`;

/** Those that the gateway's operator lists, so that they are asked for by their ids. */
export const TRUSTED = { me: ME, user: USER };
