// Asks for a graphics card in a process of its own: a driver that crashes, or has warnings for the terminal, does so
// here. Prints what the card says of itself as JSON, or nothing.
const { create, globals } = await import('webgpu');
Object.assign(globalThis, globals);
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter !== null) {
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const text = JSON.stringify({ vendor, architecture, description, isFallbackAdapter });
  process.stdout.write(text, () => process.exit(0));
} else {
  process.exit(0);
}
