import { Link, useRouterState } from '@tanstack/react-router'
import { mayRead, usePermissions } from '../api/me.ts'
import { features } from '../features.ts'
import { menuGroups } from '../lib/feature.ts'
import classes from './shell.module.css'

/** The left menu: what the user may read, in its groups. */
export function MenuOfPages() {
  const may = usePermissions()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const entries = features
    .flatMap((feature) => feature.menu ?? [])
    .filter(({ permission }) => mayRead(may, permission))
  return (
    <nav aria-label="Main">
      {menuGroups.map((group) => {
        const own = entries.filter((entry) => entry.group === group)
        if (own.length === 0) return null
        return (
          <section key={group} aria-label={group || 'Start'}>
            {group !== '' && <h2 className={classes.group}>{group}</h2>}
            <ul className={classes.entries}>
              {own.map(({ label, to, icon: Icon }) => (
                <li key={to}>
                  <Link
                    to={to}
                    className={classes.entry}
                    data-within={to !== '/' && path.startsWith(`${to}/`)}
                    aria-current={path === to ? 'page' : undefined}
                  >
                    <Icon size={18} stroke={1.7} />
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </nav>
  )
}
