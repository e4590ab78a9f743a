import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { features } from './features.ts'
import { guarded } from './shell/guarded.tsx'
import { NotFound, PageFailed, PagePending } from './shell/page-states.tsx'
import { Shell } from './shell/shell.tsx'

/** The tree of pages: the shell, and within it the pages of every feature. */
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const pages: AnyRoute[] = features
  .flatMap((feature) => feature.pages)
  .map(({ path, component, needs }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(async () => ({ Page: guarded(await component(), needs) }), 'Page'),
    }),
  )

/** The router. Search parameters are plain text, as they stand in the address: `?q=0123` stays `0123`. */
export const router = createRouter({
  routeTree: root.addChildren(pages),
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
    return text === '' ? '' : `?${text}`
  },
})
