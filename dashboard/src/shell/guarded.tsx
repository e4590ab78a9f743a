import { IconLock } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { usePermissions } from '../api/me.ts'
import type { Page } from '../lib/feature.ts'
import { paths } from '../lib/paths.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'

/** A page for those who have the permission that it needs; others are told so. */
export function guarded(Component: ComponentType, needs: Page['needs']): ComponentType {
  if (needs === undefined) return Component
  const [permissions, level] = needs
  return function GuardedPage() {
    const may = usePermissions()
    const isPermitted = [permissions].flat().some((permission) => may(permission, level))
    return isPermitted ? <Component /> : <NotPermitted />
  }
}

function NotPermitted() {
  return (
    <>
      <PageHeader title="No permission" />
      <EmptyState
        icon={IconLock}
        text="You do not have the permission for this page. An administrator can give it to you."
        action={{ label: 'Go to the start', to: paths.home() }}
      />
    </>
  )
}
