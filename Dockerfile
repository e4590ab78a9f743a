# The tag moves with every release of Node and Debian. To pin it, ask for its digest where there is a network and name it in
# both places: docker buildx imagetools inspect node:24-slim --format '{{.Manifest.Digest}}', then
# FROM node:24-slim@sha256:…
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY model/package.json model/
COPY http1/package.json http1/
COPY limits/package.json limits/
COPY analytics/package.json analytics/
COPY storage/package.json storage/
COPY gateway/package.json gateway/
COPY management/package.json management/
COPY dashboard/package.json dashboard/
COPY server/package.json server/
COPY tests/package.json tests/
COPY bench/package.json bench/
# Only what the server needs: not the package `node`, since the image has one.
RUN npm ci --omit=dev --ignore-scripts --workspace=server

FROM packages AS dashboard
RUN npm ci --ignore-scripts --workspace=dashboard
COPY model model
COPY dashboard dashboard
RUN node dashboard/build/main.ts

FROM node:24-slim
LABEL org.opencontainers.image.title="Tollgate" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY model model
COPY http1 http1
COPY limits limits
COPY analytics analytics
COPY storage storage
COPY gateway gateway
COPY management management
COPY --from=dashboard /app/dashboard/dist dashboard/dist
COPY dashboard/package.json dashboard/package.json
COPY dashboard/build/stamp.ts dashboard/build/stamp.ts
COPY server server
RUN install -d -o node -g node -m 700 /data
ENV NODE_ENV=production \
    TOLLGATE_HOST=0.0.0.0 \
    TOLLGATE_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 3000 8080
STOPSIGNAL SIGTERM
# Speaks what the port speaks: TLS, and the PROXY protocol, where the settings ask for them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "server/src/main.ts", "health"]
ENTRYPOINT ["node", "server/src/main.ts"]
CMD ["start"]
