// The filters of the list of orders. They are the query of the page's path and of the API's.

export const SINGLE = ['agentType', 'repository', 'createdAfter', 'createdBefore'];
const REPEATED = ['status', 'label', 'failureReason'];

/** Returns the filters of a query: an object of texts, and of lists of texts. */
export function filterOf(query) {
  const filter = {};
  SINGLE.forEach((name) => {
    filter[name] = query.get(name) ?? '';
  });
  REPEATED.forEach((name) => {
    filter[name] = query.getAll(name);
  });
  return filter;
}

/** Returns the query of filters, without those that are not set. */
export function queryOf(filter, more = {}) {
  const query = new URLSearchParams();
  REPEATED.forEach((name) => filter[name]?.forEach((value) => query.append(name, value)));
  SINGLE.filter((name) => filter[name]).forEach((name) => query.set(name, filter[name]));
  Object.entries(more).forEach(([name, value]) => value && query.set(name, value));
  return query;
}

/** Returns a path with a query, if there is one. */
export function withQuery(path, query) {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** How many filters besides the status are set. */
export function others(filter) {
  return SINGLE.filter((name) => filter[name]).length + filter.label.length + filter.failureReason.length;
}
