import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig } from 'vite'
import { dashboardFolder, distFolder, sourceStamp, stampName } from './stamp.ts'

/**
 * Builds the dashboard into `dist`. The new form is made beside the old one and put in its place whole, so that whoever
 * reads `dist` meanwhile finds one or the other.
 * @param say told what happens, a line each
 */
export async function buildDashboard(say: (line: string) => void): Promise<void> {
  const startedAt = performance.now()
  const stamp = sourceStamp()
  if (stamp === undefined) throw new Error('there are no sources to build the dashboard from')
  const folder = mkdtempSync(join(dashboardFolder, 'dist-'))
  try {
    say('bundling')
    await build(viteConfig(folder))
    say('compressing')
    compress(folder)
    writeFileSync(join(folder, stampName), stamp)
    replaceDist(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  say(`built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** How the dashboard is built, and served while it is written. */
export function viteConfig(outDir: string): InlineConfig {
  return {
    configFile: false,
    root: dashboardFolder,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      manifest: 'manifest.json',
      target: 'es2023',
      // A file of its own each: the page's policy allows no data: script, and what is inlined is not cached.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 700,
    },
  }
}

function replaceDist(folder: string): void {
  const old = `${folder}-old`
  // Another build may put its own in place between these two: then that one is replaced in turn.
  for (let attempt = 0; ; attempt++) {
    if (existsSync(distFolder)) renameSync(distFolder, `${old}-${attempt}`)
    try {
      renameSync(folder, distFolder)
      break
    } catch (error) {
      if (attempt === maxAttempts) throw error
    }
  }
  for (const leftover of globSync(`${old}-*`)) rmSync(leftover, { recursive: true, force: true })
}

const maxAttempts = 5

/** A `.br` and a `.gz` beside every text, so that serving costs nothing. */
function compress(folder: string): void {
  for (const file of globSync('**/*.{js,css,html,svg,json,map}', { cwd: folder })) {
    const path = join(folder, file)
    const bytes = readFileSync(path)
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    const quality = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality }
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }))
  }
}

/** 11 would save 3 % more and take twenty times as long. */
const brotliQuality = 9
