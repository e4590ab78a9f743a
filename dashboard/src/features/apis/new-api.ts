/** What a new API begins with: the least that the gate serves, asking for a key. */
export const newApiTemplate = {
  api_definition: {
    name: '',
    slug: '',
    active: true,
    use_keyless: false,
    use_standard_auth: true,
    auth: { auth_header_name: 'authorization' },
    strip_auth_data: false,
    definition: { location: 'header', key: '' },
    version_data: {
      not_versioned: true,
      default_version: '',
      versions: { Default: { name: 'Default', expires: '', use_extended_paths: true } },
    },
    proxy: { listen_path: '', target_url: '', strip_listen_path: true },
  },
}

/** Longest slug that is made of a name. */
const maxSlug = 60

/** A name as it may stand in an address: "Orders & Co." is `orders-co`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, maxSlug)
    .replaceAll(/^-+|-+$/g, '')
}

/** The listen path that a name suggests; '' while it suggests none. */
export function listenPathOf(name: string): string {
  const slug = slugOf(name)
  return slug === '' ? '' : `/${slug}/`
}

/**
 * A copy of an API as a new one: ids are the server's to give, it listens elsewhere, and it starts switched off. All
 * else is as it was.
 */
export function copyOf(
  definition: Readonly<Record<string, unknown>>,
  name: string,
  listenPath: string,
): Readonly<Record<string, unknown>> {
  const { id: _, api_id: __, slug: ___, proxy, ...rest } = definition
  const place = typeof proxy === 'object' && proxy !== null ? proxy : {}
  return { ...rest, name, slug: slugOf(name), active: false, proxy: { ...place, listen_path: listenPath } }
}
