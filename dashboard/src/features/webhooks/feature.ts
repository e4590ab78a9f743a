import { IconWebhook } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** Webhooks: who is told when requests are refused. */
export const webhooksFeature: Feature = {
  pages: [
    {
      path: paths.webhooks(),
      needs: ['hooks', 'read'],
      component: async () => (await import('./list.tsx')).WebhooksPage,
    },
    {
      path: paths.newWebhook(),
      needs: ['hooks', 'write'],
      component: async () => (await import('./form.tsx')).NewWebhookPage,
    },
    {
      path: '/webhooks/$id',
      needs: ['hooks', 'read'],
      component: async () => (await import('./form.tsx')).WebhookPage,
    },
  ],
  menu: [
    {
      group: 'System Management',
      label: 'Webhooks',
      to: paths.webhooks(),
      icon: IconWebhook,
      permission: 'hooks',
    },
  ],
  commands: [{ label: 'Create a webhook', permission: ['hooks', 'write'], to: paths.newWebhook() }],
}
