// The body of a function that returns one sentence per fault of the displayed page.
const faults = new Set();
const width = document.documentElement.clientWidth;
const nameOf = (element) => `<${element.localName}> "${element.textContent.trim().slice(0, 30)}"`;

// Returns the numbers in "rgb(1, 2, 3)" or "rgba(1, 2, 3, 0.5)".
const channels = (color) => color.match(/[\d.]+/g).map(Number);
const luminance = (rgb) => {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
// Returns the background colour behind an element. Colours in the templates are either opaque or transparent.
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
    if (alpha > 0) return [r, g, b];
  }
  return [255, 255, 255];
};

if (document.documentElement.scrollWidth > width) {
  faults.add(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${width} px`);
}
for (const element of document.body.querySelectorAll('*')) {
  const box = element.getBoundingClientRect();
  if (box.width === 0) continue;
  if (box.right > width + 0.5 || box.left < -0.5) faults.add(`${nameOf(element)} overflows the window`);
  const clips = getComputedStyle(element).overflowX !== 'visible';
  if (clips && element.scrollWidth > element.clientWidth) faults.add(`${nameOf(element)} is clipped`);
}
for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
  const range = document.createRange();
  range.selectNodeContents(walk.currentNode);
  const box = range.getBoundingClientRect();
  if (!walk.currentNode.data.trim() || box.width === 0) continue;
  const element = walk.currentNode.parentElement;
  if (box.right > width + 0.5 || box.left < -0.5) {
    faults.add(`the text of ${nameOf(element)} extends beyond the window`);
  }
  const card = element.closest('td');
  if (card && box.right > card.getBoundingClientRect().right + 0.5) {
    faults.add(`the text of ${nameOf(element)} overflows its table cell`);
  }
  // Check only words of 2 to 20 letters, because longer words may be split.
  for (const word of walk.currentNode.data.matchAll(/(?<!\p{L})\p{L}{2,20}(?!\p{L})/gu)) {
    range.setStart(walk.currentNode, word.index);
    range.setEnd(walk.currentNode, word.index + word[0].length);
    if (range.getClientRects().length > 1 && !element.closest('.link')) faults.add(`the word ${word[0]} is split across lines`);
  }
  const ratio = contrast(channels(getComputedStyle(element).color).slice(0, 3), behind(element));
  if (ratio < 4.5) faults.add(`${nameOf(element)} has a contrast of ${ratio.toFixed(2)}, below 4.5`);
}
if (document.querySelector('img, link, script, iframe, object, video, audio') ||
    /url\(|@import/i.test(document.documentElement.outerHTML)) {
  faults.add('the page loads an external resource');
}
return [...faults];
