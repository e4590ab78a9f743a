import { IconCertificate } from '@tabler/icons-react'
import type { Feature } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'

/** Certificates: the list, adding one, and what uses one. */
export const certificatesFeature: Feature = {
  pages: [
    {
      path: paths.certificates(),
      needs: ['certs', 'read'],
      component: async () => (await import('./list.tsx')).CertificatesPage,
    },
    {
      path: paths.newCertificate(),
      needs: ['certs', 'write'],
      component: async () => (await import('./add.tsx')).AddCertificatePage,
    },
    {
      path: '/certificates/$id',
      needs: ['certs', 'read'],
      component: async () => (await import('./detail.tsx')).CertificatePage,
    },
  ],
  menu: [
    {
      group: 'System Management',
      label: 'Certificates',
      to: paths.certificates(),
      icon: IconCertificate,
      permission: 'certs',
    },
  ],
  commands: [{ label: 'Add a certificate', permission: ['certs', 'write'], to: paths.newCertificate() }],
}
