/** Where the image's npm takes Modelyard from: a registry, or a tarball in the build context or in one of another name. */
export type PackageSource =
  | { readonly kind: 'registry'; readonly spec: string }
  | { readonly kind: 'tarball'; readonly file: string; readonly context?: string };

export interface ImageOptions {
  readonly version: string;
  readonly source: PackageSource;
  /** That the server listens on, as far as settings.json tells. */
  readonly ports: readonly number[];
}

/** How a Dockerfile of ours begins: what may be written over. */
export const MARK = '# Written by modelyard';

/**
 * Text of a Dockerfile, whose build context is the folder with the models. Folders are those of MLServer's image, so that what
 * mounts models into that one can mount them into this. No RUN names an absolute path: the steps work in any root.
 */
export function dockerfile({ version, source, ports }: ImageOptions): string {
  return `${MARK} ${version}. Its build context is the folder with the models.
ARG NODE_VERSION=24

FROM node:\${NODE_VERSION}-slim AS build
WORKDIR /opt/modelyard
${installSteps(source)}
# Binaries for every platform come with the package.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \\
  && find node_modules/onnxruntime-node/bin -type d -empty -delete
WORKDIR /mnt/models
COPY . ./
# Packages that custom models import; files that any user may read.
RUN rm -f Dockerfile Dockerfile.dockerignore modelyard-*.tgz \\
  && if [ -f package.json ]; then npm install --omit=dev --no-audit --no-fund; fi \\
  && chmod -R a+rX .

FROM node:\${NODE_VERSION}-slim
ENV NODE_ENV=production MLSERVER_MODELS_DIR=/mnt/models PATH=/opt/modelyard/node_modules/.bin:$PATH
COPY --from=build /opt/modelyard/node_modules /opt/modelyard/node_modules
COPY --from=build /mnt/models /mnt/models
WORKDIR /mnt/models
USER 1000
EXPOSE ${ports.join(' ')}
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "/opt/modelyard/node_modules/modelyard/dist/src/image/probe.js"]
ENTRYPOINT ["modelyard"]
CMD ["start"]
`;
}

function installSteps(source: PackageSource): string {
  const install = 'RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund';
  if (source.kind === 'registry') return `${install} ${source.spec}`;
  const from = source.context === undefined ? '' : `--from=${source.context} `;
  return `COPY ${from}${source.file} ./\n${install} ./${source.file}`;
}

/** What is no part of the models. */
export const DOCKERIGNORE = `Dockerfile
Dockerfile.dockerignore
.dockerignore
.git
.modelyard
.metrics
.envs
.venv
venv
**/node_modules
**/__pycache__
**/*.pyc
**/.ipynb_checkpoints
**/.DS_Store
**/*.log
`;
