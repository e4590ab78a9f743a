/** A page of a list. `page` counts from 1; 0 or less asks for everything (dashboard contract, section 0 rule 9). */
export type PageRequest = { readonly page: number; readonly size: number }

/** `pages` is the true page count: 1 when everything fits or everything was asked for. */
export type Page<T> = { readonly rows: readonly T[]; readonly pages: number; readonly total: number }
