const grouped = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A count with its thousands apart: "12,345". */
export const count = (value: number): string => grouped.format(value)

/** A count that has to be short: "12.3K". */
export const shortCount = (value: number): string => short.format(value)

/** A count with its unit: "1 key", "1,200 keys". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`
