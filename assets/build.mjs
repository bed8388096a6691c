// Bundles the front end into src/stockroom/static/: hashed files and manifest.json (logical name → file).
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import * as sass from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const modules = resolve(here, '../node_modules');
const out = resolve(here, '../src/stockroom/static');
const fresh = `${out}.new`;
const bundled = ['@fontsource-variable/inter', '@tabler/core', '@tabler/icons', 'echarts', 'htmx.org', 'tslib', 'zrender'];

const scss = {
  name: 'scss',
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => {
      const loadPaths = [join(modules, '@tabler/core/scss')];
      return { contents: sass.compile(path, { loadPaths, quietDeps: true, logger: sass.Logger.silent }).css, loader: 'css' };
    });
  },
};

const shared = {
  absWorkingDir: resolve(here, '..'),
  bundle: true,
  minify: true,
  metafile: true,
  outdir: fresh,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.woff2': 'file' },
  legalComments: 'none',
  target: ['chrome123', 'firefox128', 'safari17.5'],
  plugins: [scss],
  logLevel: 'warning',
};

const isNamed = (name) => /\.(css|js|woff2)$/.test(name) && !name.startsWith('chunk-');

function logicalNames({ outputs }) {
  const names = Object.keys(outputs).map((path) => basename(path)).filter(isNamed);
  return names.map((name) => [name.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, ''), name]);
}

async function bundle() {
  const app = esbuild.build({ ...shared, entryPoints: ['assets/js/app.js', 'assets/css/app.css'], format: 'esm', splitting: true });
  const early = esbuild.build({ ...shared, entryPoints: ['assets/js/theme.js'], format: 'iife' });
  return (await Promise.all([app, early])).flatMap(({ metafile }) => logicalNames(metafile));
}

async function write(name, text) {
  const [stem, extension] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.'))];
  const hashed = `${stem}-${createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()}${extension}`;
  await writeFile(join(fresh, hashed), text);
  return [name, hashed];
}

async function symbol(name) {
  const svg = await readFile(join(modules, `@tabler/icons/icons/outline/${name}.svg`), 'utf8');
  const shapes = svg.replace(/[\s\S]*?<svg[^>]*>|<\/svg>/g, '').replace(/<path stroke="none"[^>]*>/, '');
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, '')}</symbol>`;
}

async function sprite() {
  const names = (await readFile(join(here, 'icons.txt'), 'utf8')).split(/\s+/).filter(Boolean);
  const logo = (await readFile(join(here, 'logo.svg'), 'utf8')).replace(/[\s\S]*?<svg[^>]*>|<\/svg>\s*/g, '').replace(/\s*\n\s*/g, '');
  const symbols = await Promise.all([...new Set(names)].sort().map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg"><symbol id="logo" viewBox="0 0 24 24">${logo}</symbol>${symbols.join('')}</svg>\n`;
}

async function favicon() {
  return (await readFile(join(here, 'logo.svg'), 'utf8')).replace('<svg', '<svg color="#0f6862"');
}

function webManifest(icon) {
  const icons = [{ src: icon, sizes: 'any', type: 'image/svg+xml' }];
  return JSON.stringify({ name: 'Stockroom', short_name: 'Stockroom', start_url: '/', display: 'standalone', background_color: '#f5f7f7', theme_color: '#0f6862', icons });
}

async function licences() {
  const texts = await Promise.all(bundled.map(async (name) => {
    const files = (await readdir(join(modules, name))).filter((file) => /^(licen[cs]e|notice)(\.\w+)?$/i.test(file)).sort();
    const { version, license, author, homepage } = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
    const bodies = await Promise.all(files.map((file) => readFile(join(modules, name, file), 'utf8')));
    const own = bodies.join('\n\n').trim() || `Copyright (c) ${author?.name ?? author}, ${homepage}`;
    return `${name} ${version} (${license})\n\n${own}\n`;
  }));
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function build() {
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const entries = await bundle();
  const icon = await write('favicon.svg', await favicon());
  const others = [['icons.svg', await sprite()], ['site.webmanifest', webManifest(icon[1])], ['licences.txt', await licences()]];
  for (const [name, text] of others) entries.push(await write(name, text));
  entries.push(icon);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(join(fresh, 'manifest.json'), `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`);
  await rm(out, { recursive: true, force: true });
  await rename(fresh, out);
  console.log(`${entries.length} files in ${out}`);
}

await build();
