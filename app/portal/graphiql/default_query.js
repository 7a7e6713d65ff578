// What the editor shows to whoever comes for the first time.
export const DEFAULT_QUERY = `# The newest customers, with client and owner.
# Ctrl-Enter runs it.
query Customers {
  customers(first: 10) {
    nodes {
      id
      name
      email
      status
      client {
        name
        industry
      }
      owner {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
`;
