import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { family } from '../measure/proc.ts'
import { bigReplyBytes, kibibyte, smallReplyBytes } from '../workloads.ts'
import { type Contender, freePort, type Surroundings, startPinned } from './contender.ts'

const modules = '/usr/lib/nginx/modules'
const lua = `load_module ${modules}/ndk_http_module.so; load_module ${modules}/ngx_http_lua_module.so;`

/** One worker; everything that costs and is not the work itself is off. */
function config(folder: string, top: string, http: string): string {
  return `
daemon off; worker_processes 1; user root; worker_rlimit_nofile 20000; pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
${top}
events { worker_connections 19000; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
${http}
}
`
}

async function startNginx(name: string, around: Surroundings, port: number, top: string, http: string) {
  const folder = path.join(around.folder, name.replaceAll(/\W+/g, '-'))
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'nginx.conf')
  writeFileSync(file, config(folder, top, http))
  const { pid, stop } = await startPinned(around.cpus, ['/usr/sbin/nginx', '-p', folder, '-c', file], port)
  return { name, port, pids: family(pid), stop }
}

/** Proxies with kept connections; replies as large as the largest one here fit in memory. */
const proxy = (upstreamPort: number) => `
  upstream up { server 127.0.0.1:${upstreamPort} max_fails=0; keepalive 256; keepalive_requests 1000000000; }
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_buffers 16 8k;
`

/** nginx as a plain proxy: the measure of all things. */
export async function nginxPlain(around: Surroundings): Promise<Contender> {
  const port = await freePort()
  const http = `${proxy(around.upstreamPort)}
  limit_req_zone $server_name zone=few:1m rate=100r/s; limit_req_status 429;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://up; }
    location /limited/ { limit_req zone=few; proxy_pass http://up/bench/; }
  }`
  return { ...(await startNginx('nginx', around, port, '', http)), headers: [] }
}

const key = 'authorization: 0123456789abcdef0123456789abcdef'
const limitedKey = 'authorization: fedcba9876543210fedcba9876543210'

/** nginx that does by Lua, in shared memory, what the whole chain does: key, rights, rate, counting quota, counters. */
export async function nginxLua(around: Surroundings): Promise<Contender> {
  const port = await freePort()
  const http = `${proxy(around.upstreamPort)}
  lua_shared_dict keys 10m; lua_shared_dict cells 10m; lua_shared_dict totals 1m;
  init_by_lua_block {
    require "resty.core"
    local keys = ngx.shared.keys
    -- key -> rate per 60 s, quota per hour; "<key>:<api>" is the right to use that API
    keys:set("0123456789abcdef0123456789abcdef", "1000000000 60 1000000000 3600")
    keys:set("0123456789abcdef0123456789abcdef:bench", true)
    keys:set("fedcba9876543210fedcba9876543210", "100 1 1000000000 3600")
    keys:set("fedcba9876543210fedcba9876543210:bench", true)
    limits = {}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      access_by_lua_block {
        local key = ngx.var.http_authorization
        if not key then ngx.status = 401 ngx.say('{"error": "Authorization field missing"}') return ngx.exit(401) end
        local keys, cells = ngx.shared.keys, ngx.shared.cells
        local session = keys:get(key)
        if not session then ngx.status = 403 ngx.say('{"error": "Access to this API has been disallowed"}') return ngx.exit(403) end
        if not keys:get(key .. ":bench") then ngx.status = 403 ngx.say('{"error": "Access to this API has been disallowed"}') return ngx.exit(403) end
        local limit = limits[session]
        if not limit then
          local rate, per, quota, renewal = session:match("(%d+) (%d+) (%d+) (%d+)")
          limit = { rate = tonumber(rate), per = tonumber(per), quota = tonumber(quota), renewal = tonumber(renewal) }
          limits[session] = limit
        end
        if cells:incr("r:" .. key, 1, 0, limit.per) > limit.rate then
          ngx.status = 429 ngx.say('{"error": "Rate limit exceeded"}') return ngx.exit(429)
        end
        local used = cells:incr("q:" .. key, 1, 0, limit.renewal)
        if used > limit.quota then
          ngx.status = 403 ngx.say('{"error": "Quota exceeded"}') return ngx.exit(403)
        end
        local ctx = ngx.ctx
        ctx.limit = limit.quota ctx.remaining = limit.quota - used
      }
      header_filter_by_lua_block {
        local ctx, header = ngx.ctx, ngx.header
        if ctx.limit then header["X-RateLimit-Limit"] = ctx.limit header["X-RateLimit-Remaining"] = ctx.remaining end
      }
      log_by_lua_block { ngx.shared.totals:incr("bench:" .. ngx.status, 1, 0) }
      proxy_pass http://up;
    }
  }`
  const running = await startNginx('nginx + Lua', around, port, lua, http)
  return { ...running, headers: [key], limitedHeaders: [limitedKey] }
}

/** The upstream: answers from memory; every hundredth request for /bench/slow takes a second. */
export async function startUpstream(around: Omit<Surroundings, 'upstreamPort'>): Promise<Contender> {
  const port = await freePort()
  const files = path.join(around.folder, 'files', 'bench')
  mkdirSync(files, { recursive: true })
  writeFileSync(path.join(files, '100k'), 'x'.repeat(bigReplyBytes))
  const http = `
  default_type text/plain; sendfile on; open_file_cache max=10 inactive=600s; open_file_cache_valid 600s;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${path.dirname(files)};
    location = /bench/small { return 200 "${'x'.repeat(smallReplyBytes)}"; }
    location = /bench/1k {
      add_header X-First one; add_header X-Second two; add_header X-Third three;
      return 200 "${'x'.repeat(kibibyte)}";
    }
    location = /bench/slow {
      content_by_lua_block {
        local total = ngx.shared.slow:incr("n", 1, 0)
        if total % 100 == 0 then ngx.sleep(1) end
        ngx.header["Content-Length"] = ${kibibyte}
        ngx.print(slow_body)
      }
    }
  }
  lua_shared_dict slow 1m;
  init_by_lua_block { require "resty.core" slow_body = string.rep("x", ${kibibyte}) }`
  return {
    ...(await startNginx('upstream', { ...around, upstreamPort: port }, port, lua, http)),
    headers: [],
  }
}
