const { transformSync } = require('esbuild');

const compile = (source, file) =>
  transformSync(source, {
    loader: 'ts',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    sourcefile: file,
  });

module.exports = { process: compile, processAsync: async (source, file) => compile(source, file) };
