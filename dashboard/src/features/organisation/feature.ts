import { IconBuilding } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** The organisation's own settings. */
export const organisationFeature: Feature = {
  pages: [
    {
      path: paths.organisation(),
      component: async () => (await import('./page.tsx')).OrganisationPage,
    },
    {
      path: paths.organisationSignIn(),
      component: async () => (await import('./page.tsx')).OrganisationSignInPage,
    },
    {
      path: paths.newIdentityProvider(),
      component: async () => (await import('./provider.tsx')).NewIdentityProviderPage,
    },
    {
      path: '/organisation/sign-in/$id',
      component: async () => (await import('./provider.tsx')).IdentityProviderPage,
    },
    {
      path: paths.organisationDocument(),
      component: async () => (await import('./page.tsx')).OrganisationDocumentPage,
    },
  ],
  menu: [{ group: 'Organisation', label: 'Organisation', to: paths.organisation(), icon: IconBuilding }],
}
