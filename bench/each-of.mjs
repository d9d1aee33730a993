// Prints what `work` makes of each item, in the items' order; four at a time keep two processors busy.
export async function eachOf(items, work) {
  const lines = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      lines[at] = await work(items[at]);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  process.stdout.write(lines.join("\n") + "\n");
}
