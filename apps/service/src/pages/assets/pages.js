// Comforts only; every page can be read without. Plain script: browsers run it as it is.

// A button beside each block that copies what stands in it, without the answers.
for (const block of document.querySelectorAll('pre.code')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy these lines');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.textContent.trimEnd());
      button.textContent = 'Copied';
    } catch {
      // Clipboards are closed to pages that came over plain HTTP from another machine.
      getSelection()?.selectAllChildren(block);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });
  const frame = document.createElement('div');
  frame.className = 'frame';
  block.replaceWith(frame);
  frame.append(block, button);
}

// Who chose a way once wants it everywhere: on this page at once, on the next one from its start.
const choose = (track) => {
  for (const other of document.querySelectorAll(`.tabs > input[value="${track}"]`)) other.checked = true;
};
for (const choice of document.querySelectorAll('.tabs > input'))
  choice.addEventListener('change', () => {
    const before = choice.getBoundingClientRect().top;
    choose(choice.value);
    // The sets above may have become longer or shorter; what was clicked stays under the finger.
    scrollBy({ top: choice.getBoundingClientRect().top - before, behavior: 'instant' });
    sessionStorage.setItem('track', choice.value);
  });
const chosen = sessionStorage.getItem('track');
if (/^(curl|cli|sdk)$/.test(chosen ?? '')) choose(chosen);
