# Any image of Node 24 with a shell and npm; by digest where builds must repeat.
ARG NODE_IMAGE=node:24-slim

# On the builder's own platform: the bundle is the same for all.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package needs its install scripts to build the bundle.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/licences.mjs scripts/
COPY src src/
RUN npm run build

FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG VERSION=0.1.0
# The rest is known to who builds it: --label org.opencontainers.image.source=… and …revision=…
LABEL org.opencontainers.image.title="kube-csr-approver" \
      org.opencontainers.image.description="Decides, signs and explains Kubernetes CertificateSigningRequests by a policy" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
# The heap of Node: without bounds it takes twice the memory for nothing.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-semi-space-size=1 --max-old-space-size=96" \
    MALLOC_ARENA_MAX=1
WORKDIR /app
COPY LICENSE ./
COPY --from=build /build/dist/ ./
USER 65532:65532
ENTRYPOINT ["node", "/app/csr-approver.mjs"]
CMD ["run"]
