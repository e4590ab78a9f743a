import { IconListSearch } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { requestIdIn } from './request-id.ts'

/** Explain a request: why it was refused, by the id that its answer bears. */
export const explainFeature: Feature = {
  pages: [
    {
      path: paths.explain(),
      needs: [['keys', 'log'], 'read'],
      component: async () => (await import('./explain.tsx')).ExplainPage,
    },
    {
      path: '/explain/$id',
      needs: [['keys', 'log'], 'read'],
      component: async () => (await import('./explain.tsx')).ExplainPage,
    },
  ],
  menu: [
    {
      group: '',
      label: 'Explain a request',
      to: paths.explain(),
      icon: IconListSearch,
      permission: ['keys', 'log'],
    },
  ],
  searches: [
    {
      label: 'Requests',
      permission: ['keys', 'log'],
      // Nothing is asked: whether it is kept, its page says.
      takesSecrets: true,
      find: async (text) => {
        const id = requestIdIn(text)
        if (id === undefined) return []
        return [{ id, label: `Explain request ${id}`, to: paths.explained(id) }]
      },
    },
  ],
}
