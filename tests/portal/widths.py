"""Whether a page holds its layout at a width: nothing wider than the window, no box too narrow for its words."""

from __future__ import annotations

from playwright.async_api import Page

# Those that people have, and both sides of where the layout changes.
WIDTHS = (320, 390, 600, 700, 768, 900, 901, 1024, 1100, 1101, 1200, 1280, 1440, 2560)

# A word of at most 18 characters stands on one line, or breaks after a hyphen or a slash; a longer one breaks only
# where a line of its own would not hold it. What a box does not scroll or clip stays inside it.
MISFITS = """() => {
    const found = new Set();
    const named = (element) => `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`;
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    if (wide > 0) found.add(`the page is ${wide} px wider than its window`);
    const clipped = (element) =>
        element && (getComputedStyle(element).clipPath !== "none" || clipped(element.parentElement));
    const shown = (element) =>
        element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) &&
        !element.closest(".skip, select, svg") && !clipped(element);
    const room = (element) => {
        while (getComputedStyle(element).display.startsWith("inline")) element = element.parentElement;
        const style = getComputedStyle(element);
        return element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    };
    const range = document.createRange();
    const boxes = () => [...range.getClientRects()].filter((box) => box.width > 0);
    const lines = (text, start, end) => {
        range.setStart(text, start);
        range.setEnd(text, end);
        return boxes().filter((box, index, all) => index === 0 || Math.abs(box.top - all[0].top) > 3);
    };
    const width = (node, word) => {
        if (node.nodeType === Node.TEXT_NODE) lines(node, word.index, word.index + word[0].length);
        else range.selectNodeContents(node);
        return boxes().reduce((sum, box) => sum + box.width, 0);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!text.data.trim() || !shown(text.parentElement)) continue;
        const long = text.parentElement.closest(".long");
        const whole = long ? long.textContent : null;
        for (const word of text.data.matchAll(/\\S+/gu)) {
            const broken = [...word[0].matchAll(/[\\p{L}\\p{N}]+/gu)].some((part) =>
                lines(text, word.index + part.index, word.index + part.index + part[0].length).length > 1);
            if (!broken) continue;
            const short = [...(whole ?? word[0])].length <= 18;
            if (short || width(long ?? text, word) + 1 < room(text.parentElement))
                found.add(`${named(text.parentElement)} breaks «${(whole ?? word[0]).slice(0, 40)}»`);
        }
    }
    for (const element of document.body.querySelectorAll("*")) {
        if (!shown(element) || getComputedStyle(element).display === "inline") continue;
        const parent = element.parentElement;
        if (getComputedStyle(parent).display === "contents" || getComputedStyle(element).overflowX === "auto") continue;
        const outside = element.getBoundingClientRect().right - parent.getBoundingClientRect().right;
        const style = getComputedStyle(element);
        if (outside > 1 && ["static", "relative"].includes(style.position) && parent !== document.body
            && getComputedStyle(parent).overflowX === "visible" && getComputedStyle(parent).display !== "inline")
            found.add(`${named(element)} stands ${Math.round(outside)} px out of ${named(parent)}`);
    }
    return [...found];
}"""


async def misfits(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What does not fit, each with its width in px."""
    found = []
    for width in widths:
        await page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width} px: {each}" for each in await page.evaluate(MISFITS)]
    return found
