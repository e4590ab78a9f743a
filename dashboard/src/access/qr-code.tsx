import { Skeleton } from '@mantine/core'
import { encodeQR } from 'qr'
import { useMemo } from 'react'

const sizePx = 168
/** Modules of white around it; scanners want four. */
const border = 4

/** A QR code: dark on white in both themes, since scanners expect it so. */
export function QrCode({ text, label }: { readonly text: string | undefined; readonly label: string }) {
  const rows = useMemo(() => (text === undefined ? undefined : encodeQR(text, 'raw', { border })), [text])
  if (rows === undefined) return <Skeleton w={sizePx} h={sizePx} />
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg
      role="img"
      aria-label={label}
      width={sizePx}
      height={sizePx}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      style={{ borderRadius: 'var(--mantine-radius-sm)', background: 'white' }}
    >
      <path d={dark.join('')} fill="black" />
    </svg>
  )
}
