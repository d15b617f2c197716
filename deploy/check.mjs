// Every manifest fits the schema of its kind, names only what is there, and sets only what the gateway knows.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';

const FOLDER = path.join(import.meta.dirname, 'kubernetes');
/** Made by the operator, with the secrets of docs/settings.md. */
const SECRET = 'user-gateway-secrets';

const problems = [];
const expect = (where, condition, problem) => condition || problems.push(`${where}: ${problem}`);

const read = (file) => parseAllDocuments(readFileSync(file, 'utf8')).map((one) => one.toJS());

/** The settings that the gateway reads, by the page that is written from them. */
const settings = new Set(
  readFileSync(path.join(import.meta.dirname, '../docs/settings.md'), 'utf8').match(
    /(?<=^\| `)[A-Z0-9_]+(?=`)/gm,
  ),
);

/** The class of a kind, whose `validate` knows the schema of Kubernetes. */
async function modelOf({ apiVersion, kind }) {
  const module = await import(`kubernetes-models/${apiVersion}/${kind}`);
  return module[kind];
}

function checkContainer(where, container, template, kustomization) {
  const names = new Set(kustomization.configMaps);
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) expect(where, names.has(configMapRef.name), `no config map ${configMapRef.name}`);
    if (secretRef) expect(where, secretRef.name === SECRET, `no secret ${secretRef.name}`);
  }
  for (const { name } of container.env ?? []) expect(where, settings.has(name), `no setting ${name}`);
  const ports = new Set((container.ports ?? []).map(({ name }) => name));
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    const port = container[probe]?.httpGet?.port;
    if (port) expect(where, ports.has(port), `${probe} asks the port ${port}, which the container has not`);
  }
  const volumes = new Set((template.spec.volumes ?? []).map(({ name }) => name));
  for (const { name } of container.volumeMounts ?? []) expect(where, volumes.has(name), `no volume ${name}`);
  const image = kustomization.images.find(({ name }) => name === container.image);
  expect(where, image, `the image ${container.image} is not named by the kustomization`);
}

/** A kustomization with those that it builds on. */
function load(folder) {
  const [kustomization] = read(path.join(folder, 'kustomization.yaml'));
  const loaded = {
    files: [],
    images: kustomization.images ?? [],
    configMaps: (kustomization.configMapGenerator ?? []).map(({ name }) => name),
  };
  for (const { literals } of kustomization.configMapGenerator ?? []) {
    for (const literal of literals) {
      expect(folder, settings.has(literal.split('=')[0]), `no setting ${literal.split('=')[0]}`);
    }
  }
  for (const resource of kustomization.resources) {
    const target = path.join(folder, resource);
    if (resource.endsWith('.yaml')) loaded.files.push(target);
    else {
      const below = load(target);
      loaded.files.push(...below.files);
      loaded.configMaps.push(...below.configMaps);
    }
  }
  return loaded;
}

for (const name of readdirSync(FOLDER, { withFileTypes: true }).filter((one) => one.isDirectory())) {
  const folder = path.join(FOLDER, name.name);
  const kustomization = load(folder);
  const resources = kustomization.files.flatMap((file) => read(file).map((resource) => ({ file, resource })));
  const claims = new Set(
    resources
      .filter(({ resource }) => resource.kind === 'PersistentVolumeClaim')
      .map(({ resource }) => resource.metadata.name),
  );
  for (const { file, resource } of resources) {
    const where = path.relative(FOLDER, file);
    try {
      const Model = await modelOf(resource);
      new Model(resource).validate();
    } catch (error) {
      problems.push(`${where}: ${error.message}`);
    }
    const { template } = resource.spec ?? {};
    if (!template) continue;
    for (const container of template.spec.containers)
      checkContainer(where, container, template, kustomization);
    for (const { persistentVolumeClaim: claim } of template.spec.volumes ?? []) {
      if (claim) expect(where, claims.has(claim.claimName), `no claim ${claim.claimName}`);
    }
  }
}

console.log(problems.join('\n') || 'The manifests are right.');
process.exitCode = problems.length > 0 ? 1 : 0;
